"""`make prove-on-aws`: the proof in the account of the current credentials."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.account import Account, client
from tools.approval import where
from tools.errors import ToolError
from tools.paths import ROOT
from tools.prove.context import Context
from tools.prove.life import config_of_others, destroy
from tools.prove.run import prove
from tools.prove.settings import write
from tools.target import Target

TEMPLATE = ROOT / "config" / "prove.yaml"
BUILD = ROOT / "build" / "prove"


class Proof(Account):
    """The proof's own copy of the platform, in directories of its own.

    Parameters
    ----------
    environ : mapping, optional
        By default this process's environment. `PROVE_DOMAIN` names the domain, `APPROVE=yes` says yes beforehand.
    template : Path, optional
        The settings without the domain. By default `config/prove.yaml`.
    build : Path, optional
        Where to work. By default `build/prove`.
    """

    def __init__(
        self, *, environ: Mapping[str, str] = os.environ, template: Path = TEMPLATE, build: Path = BUILD
    ) -> None:
        # Settings of the proof alone: a suffix or a file of the user's would lead to another copy of the platform.
        own = {key: value for key, value in environ.items() if key not in {"ENVIRONMENT_SUFFIX", "MERIDIAN_SETTINGS"}}
        super().__init__(settings=build / "settings.yaml", build=build / "aws", out=build / "out", environ=own)
        self._template = template
        self._more: dict[str, Any] = {}

    def prove(self) -> None:
        """Run all steps, see `tools.prove.run.prove`."""
        self._settle()
        self._settle(config_of_others(self.context()))
        prove(self.context(), approve=self._approve)

    def remove(self) -> None:
        """Take down what an interrupted proof has left standing, after a yes.

        Raises
        ------
        ToolError
            When no proof was begun here, nobody says yes, or a step fails.
        """
        if not self.paths.settings.exists():
            raise ToolError(f"there are no settings of a proof: {self.paths.settings}", advice="nothing was begun here")
        context = self.context()
        self._approve(f"destroy the proof's platform in account {context.target.account_id}")

        self.reporter.say(destroy(context))

    def context(self) -> Context:
        """Return what the steps work with; they were approved together, so none asks again."""
        approved = {**self.environ, "APPROVE": "yes"}
        account = Account(
            settings=self.paths.settings,
            build=self.paths.build,
            out=self.paths.out,
            environ=approved,
            reporter=self.reporter,
        )
        target = Target.in_account(paths=account.paths, environ=approved, clients=client)
        self._where = where(target)
        return Context(
            account=account,
            target=target,
            on_emulator="AWS_ENDPOINT_URL" in self.environ,
            mark=secrets.token_hex(4),
            settle=self._settle,
        )

    def _settle(self, more: Mapping[str, Any] | None = None) -> None:
        # What was settled before stays: a promotion must not forget whose recorder it is.
        self._more |= more or {}
        write(self._template, to=self.paths.settings, environ=self.environ, more=self._more)
