"""Where stacks go: the emulator or an AWS account. What differs between the two is here and nowhere else."""

import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from rich.console import Console

from modules.areas.state.location import StateLocation
from modules.settings import Settings, load_settings
from tools.emulator import Emulator
from tools.errors import ToolError
from tools.files import private_directory
from tools.own_state import require_own_providers
from tools.paths import PLATFORM, Paths
from tools.plan import Plan
from tools.saved_plan import SavedPlan
from tools.signs_of_life import asked_by_terraform, look_for
from tools.synth import Synthesis
from tools.terraform import Options, Terraform, cli_configuration, find_terraform
from tools.terraform.configuration import VARIABLE as CLI_CONFIGURATION
from tools.workspace import CONFIGURATION, Workspace

Clients = Callable[[str, str], Any]
_REFUSED = (
    "either the bucket is another account's, or its policy does not name who runs this: have it named in "
    "`state.administrators`, and run `make bootstrap` as one who is (docs/state.md)"
)


def _new_run() -> str:
    return f"{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One account, and what is needed to run Terraform against it.

    Parameters
    ----------
    paths : Paths
        Where to read and write.
    settings : Settings
        The settings that were synthesized.
    environment : mapping
        The whole environment of Terraform, `TF_CLI_CONFIG_FILE` included if there is one.
    clients : callable
        Makes a boto3 client of a service and a region.
    account_id : str
        The account.
    local : bool
        True for the emulator.
    synthesis : Synthesis, optional
        What was synthesized for this run: other output is refused. By default any will do.
    run : str
        Tells the saved plans of this run from those of others. By default a new one.
    dark : mapping
        By region that gave no sign of life, why. None by default.
    quiet : bool
        Whether Terraform's progress is left out. It is shown by default.
    """

    paths: Paths
    settings: Settings
    environment: Mapping[str, str]
    clients: Clients
    account_id: str
    local: bool
    synthesis: Synthesis | None = None
    run: str = field(default_factory=_new_run)
    dark: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = False

    @classmethod
    def on_emulator(cls, *, paths: Paths, environ: Mapping[str, str], emulator: Emulator) -> Self:
        """Return the target that a running emulator is."""
        private_directory(paths.build)
        return cls(
            paths=paths,
            settings=load_settings(paths.settings, environ),
            environment=_with_configuration(paths, emulator.clean_environment(environ), discover=True),
            clients=emulator.client,
            account_id=emulator.account_id,
            local=True,
        )

    @classmethod
    def in_account(cls, *, paths: Paths, environ: Mapping[str, str], clients: Clients) -> Self:
        """Return the target that the account of the current credentials is.

        Raises
        ------
        ToolError
            When no region answers, the credentials do not work, or they belong to another account than the settings
            name.
        """
        settings = load_settings(paths.settings, environ)
        signs = look_for(asked_by_terraform(settings), clients)
        account_id = signs.account_id
        if settings.account_id not in {None, account_id}:
            raise ToolError(
                f"the credentials belong to account {account_id}, but {paths.settings} allows only "
                f"{settings.account_id}",
                advice="use that account's credentials, or change `account_id` in the settings",
            )
        private_directory(paths.build)
        # Whatever directory is found first must not be what gets the account's credentials.
        environment = _with_configuration(paths, environ, discover=goes_to_this_machine(environ))
        return cls(
            paths=paths,
            settings=settings,
            environment=environment,
            clients=clients,
            account_id=account_id,
            local=False,
            dark=signs.dark,
        )

    @property
    def location(self) -> StateLocation:
        """Where the state is kept."""
        return StateLocation.of(self.settings)

    @property
    def bucket(self) -> str:
        """The bucket that keeps the state."""
        return self.location.bucket(self.account_id)

    def backend_arguments(self) -> list[str]:
        """Return what `init` must be told because the output does not say it: the bucket, where no account is set."""
        return [] if self.settings.account_id else [f"-backend-config=bucket={self.bucket}"]

    def without_lock_table(self) -> list[str]:
        """Return what `init` must be told while there is no lock table yet, as after a change of the home region."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - slow, and most commands fail or end before

        location = self.location
        if location.is_elsewhere or not self.settings.state.dynamodb_lock:
            return []
        try:
            self.clients("dynamodb", location.region).describe_table(TableName=location.lock_table)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return ["-backend-config=dynamodb_table="]
            raise
        return []

    def workspace(self, stack: str) -> Workspace:
        """Return the working directory of a stack."""
        return Workspace(
            directory=self.paths.build / stack,
            source=self.paths.stack_output(stack),
            expected=self.synthesis.stacks[stack] if self.synthesis else None,
            local=self.local,
        )

    def terraform(self, stack: str) -> Terraform:
        """Return Terraform in the working directory of a stack."""
        console = Console(quiet=True) if self.quiet else None
        options = Options(local=self.local, logs=self.paths.logs, console=console)
        return Terraform(self.paths.build / stack, self.environment, options=options)

    def state(self, stack: str) -> dict[str, Any] | None:
        """Return the state of a stack that is in the bucket; None if there is none, or no bucket.

        Raises
        ------
        ToolError
            When it cannot be read, or names providers that are not the stacks'.
        """
        from botocore.exceptions import ClientError  # noqa: PLC0415 - slow, and most commands fail or end before

        try:
            answer = self.clients("s3", self.location.kept_in).get_object(
                Bucket=self.bucket, Key=self.location.key(stack), ExpectedBucketOwner=self.account_id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchBucket", "404"}:
                return None
            message = f"the state of {stack} in {self.bucket} cannot be read: {error}"
            raise ToolError(message, advice=_advice(error)) from error
        state: dict[str, Any] = json.loads(answer["Body"].read())
        require_own_providers(state, where=f"s3://{self.bucket}/{self.location.key(stack)}")
        return state

    def has_backend(self) -> bool:
        """Tell whether the bucket that keeps the state exists.

        Raises
        ------
        ToolError
            When it cannot be told, for example because the bucket belongs to someone else.
        """
        from botocore.exceptions import ClientError  # noqa: PLC0415 - as above

        try:
            self.clients("s3", self.location.kept_in).head_bucket(
                Bucket=self.bucket, ExpectedBucketOwner=self.account_id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
                return False
            message = f"the state bucket {self.bucket} cannot be reached: {error}"
            raise ToolError(message, advice=_advice(error)) from error
        return True

    def plan(
        self, stack: str, *, name: str = "plan", destroy: bool = False, kept: Sequence[str] = ()
    ) -> tuple[bool, Plan]:
        """Plan a stack as `save_plan` does; return whether anything changes, and the plan as JSON."""
        saved = self.save_plan(stack, name=name, destroy=destroy, kept=kept)
        return saved.changed, saved.content

    def save_plan(
        self, stack: str, *, name: str = "plan", destroy: bool = False, kept: Sequence[str] = ()
    ) -> SavedPlan:
        """Plan a stack, and leave the plan in a file of this run's own, and as `<name>.json`, in its directory.

        Without a state bucket the plan starts from nothing. Terraform forgets, and does not destroy, what has left the
        stack and whose address is `kept`.
        """
        workspace, terraform = self.workspace(stack), self.terraform(stack)
        workspace.prepare()
        if kept:
            workspace.keep(kept)
        file = self.plan_file(stack, name=name)
        json_file = workspace.directory / f"{name}.json"
        # If this one fails, nothing is left that `make plan-summary` could take for it.
        json_file.unlink(missing_ok=True)
        if self.has_backend():
            # Before Terraform fetches what the state names.
            self.state(stack)
            terraform.init(self.backend_arguments())
            return SavedPlan.make(terraform, file=file, json_file=json_file, destroy=destroy)
        with workspace.local_backend():
            terraform.init()
            return SavedPlan.make(terraform, file=file, json_file=json_file, destroy=destroy)

    def plan_file(self, stack: str, *, name: str = "plan") -> Path:
        """Return the file of a plan that this run saves."""
        return self.paths.build / stack / f"{name}-{self.run}.tfplan"


def _advice(error: Any) -> str | None:  # noqa: ANN401 - botocore is slow to import
    return _REFUSED if error.response["Error"]["Code"] in {"403", "AccessDenied"} else None


def goes_to_this_machine(environ: Mapping[str, str]) -> bool:
    """Tell whether `AWS_ENDPOINT_URL` leads to this machine, which is no AWS account."""
    host = urlsplit(environ.get("AWS_ENDPOINT_URL", "")).hostname or ""
    return host == "localhost" or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def _with_configuration(paths: Paths, environ: Mapping[str, str], *, discover: bool) -> dict[str, str]:
    file = cli_configuration(
        environ=environ,
        file=paths.terraform_configuration,
        binary=find_terraform(environ.get("PATH")).path,
        version=_provider_version(paths.stack_output(PLATFORM) / CONFIGURATION),
        discover=discover,
    )
    kept = {name: value for name, value in environ.items() if name != CLI_CONFIGURATION}
    return {**kept, CLI_CONFIGURATION: str(file)} if file else kept


def _provider_version(configuration: Path) -> str | None:
    """Return the AWS provider version that a stack pins; None if it is not synthesized or pins none exactly."""
    try:
        providers = json.loads(configuration.read_text(encoding="utf-8"))["terraform"]["required_providers"]
        version = str(providers["aws"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return version if version.replace(".", "").isdigit() else None
