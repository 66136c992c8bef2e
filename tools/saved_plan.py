"""A plan that Terraform has saved, and what tells that it is still the one that was judged and approved."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tools.digest import of_file
from tools.errors import ToolError
from tools.files import OWNER_ONLY
from tools.plan import Plan
from tools.terraform import Terraform
from tools.workspace import digest_of_stack


@dataclass(frozen=True, kw_only=True)
class SavedPlan:
    """A plan in a file of its own, with what it says.

    Parameters
    ----------
    file : Path
        What Terraform applies.
    json_file : Path
        The same as `terraform show -json` writes it: what the gate judges.
    changed : bool
        Whether anything changes.
    content : mapping
        What `json_file` holds.
    digests : tuple of str
        SHA-256 of the file, of the JSON file, and of the stack that was planned: configuration and assets, which
        Terraform reads once more when it applies.
    """

    file: Path
    json_file: Path
    changed: bool
    content: Plan
    digests: tuple[str | None, ...]

    @classmethod
    def make(
        cls,
        terraform: Terraform,
        *,
        file: Path,
        json_file: Path,
        destroy: bool = False,
        refresh: bool = True,
        only: Sequence[str] = (),
    ) -> Self:
        """Plan and save. Plans that other runs have left in the directory go.

        Parameters
        ----------
        terraform : Terraform
            In the prepared directory that `file` is in.
        file : Path
            Where to save the plan.
        json_file : Path
            Where to leave it as JSON.
        destroy : bool
            Whether to plan a destruction. By default not.
        refresh : bool
            Whether to look at what stands first. By default it is looked at.
        only : sequence of str, optional
            Addresses to plan. By default everything is planned.

        Raises
        ------
        ToolError
            When the plan fails, or its file is written by somebody else meanwhile.
        """
        _clear(file.parent)
        changed = terraform.plan(file, destroy=destroy, refresh=refresh, only=only)
        return cls._read(terraform, file=file, json_file=json_file, changed=changed)

    @classmethod
    def of_changes(cls, terraform: Terraform, *, file: Path, json_file: Path) -> Self | None:
        """Plan and save as `make` does; None where nothing changes, since there is nothing to look at then.

        It takes a start of Terraform less.
        """
        _clear(file.parent)
        if not terraform.plan(file):
            for path in (file, json_file):
                path.unlink(missing_ok=True)
            return None
        return cls._read(terraform, file=file, json_file=json_file, changed=True)

    @classmethod
    def _read(cls, terraform: Terraform, *, file: Path, json_file: Path, changed: bool) -> Self:
        file.chmod(OWNER_ONLY)
        planned = of_file(file)
        content = terraform.show(file, to=json_file)
        json_file.chmod(OWNER_ONLY)
        digests = (planned, of_file(json_file), digest_of_stack(file.parent))
        made = cls(file=file, json_file=json_file, changed=changed, content=content, digests=digests)
        made.require_unchanged()
        return made

    def require_unchanged(self) -> None:
        """Refuse to go on with a plan that is no longer the one that was made.

        Raises
        ------
        ToolError
            When one of its files, or the stack that it was made of, is gone or has changed.
        """
        now = (of_file(self.file), of_file(self.json_file), digest_of_stack(self.file.parent))
        places = (self.file, self.json_file, self.file.parent)
        for place, before, after in zip(places, self.digests, now, strict=True):
            if before is None or before != after:
                how = "is gone" if after is None else "has changed"
                raise ToolError(
                    f"{place} {how} since this was planned",
                    advice="something else has worked in this directory meanwhile, and nothing of this plan was "
                    "applied: plan, look and approve once more while nothing else runs here",
                )

    def discard(self) -> None:
        """Remove what could be applied; the JSON stays, to be looked at."""
        self.file.unlink(missing_ok=True)

    @contextmanager
    def discarded(self) -> Iterator[None]:
        """Discard it at the end of the block, however that ends."""
        try:
            yield
        finally:
            self.discard()


def _clear(directory: Path) -> None:
    for left in directory.glob("*.tfplan"):
        left.unlink()
