"""`python3 -I tools/sticky_comment.py FILE`: a pull request's one comment with the plan, written anew each time.

Without the file the comment says that there is no plan, so that nobody takes one of an earlier commit for the last.

It runs in a workflow's job that may write comments, with the Python that is there and nothing of the project installed.
With `-I` Python takes no module from this folder, where `numbers` is another one than its own.

https://docs.github.com/en/rest/issues/comments
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

#: What GitHub takes as a comment.
MOST_CHARACTERS = 65_536
#: How a summary begins, as `tools.plan_summary.page` has it: by it the comment is found.
MARKER = "<!-- meridian-plan-summary -->"
#: Whose comments are looked at: those of the workflow's token.
AUTHOR = "github-actions[bot]"
#: What stands in its place if there is no summary: the last one is about another commit.
NONE = """{marker}
## Plan: there is none{commit}

It could not be planned: look at the log of the job that plans.
"""
PER_PAGE = 100
SECONDS = 30


class CommentError(Exception):
    """It cannot be written, and why."""


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Write the comment; return 0, or 1 after a fault that is told."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        print(write(_read(arguments, environ), environ=environ))  # noqa: T201 - what the command is for
    except CommentError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - as above
        return 1
    return 0


def write(text: str, *, environ: Mapping[str, str]) -> str:
    """Write a text as the comment of a pull request, over the last one; return what was done.

    Parameters
    ----------
    text : str
        Markdown that begins with the marker.
    environ : mapping
        `GITHUB_TOKEN`, `GITHUB_REPOSITORY` and `PULL_REQUEST`; `GITHUB_API_URL` for another address than GitHub's.
        If the file is not there, the comment says so, of the commit `HEAD`.
    """
    missing = [name for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY", "PULL_REQUEST") if not environ.get(name)]
    if missing:
        raise CommentError(f"not set: {', '.join(missing)}")
    if not environ["PULL_REQUEST"].isdecimal():
        raise CommentError(f"PULL_REQUEST: not a number, got {environ['PULL_REQUEST']!r}")
    token, repository = environ["GITHUB_TOKEN"], environ["GITHUB_REPOSITORY"]
    issues = f"{environ.get('GITHUB_API_URL') or 'https://api.github.com'}/repos/{repository}/issues"
    listed = f"{issues}/{environ['PULL_REQUEST']}/comments"
    found = next((one for one in _comments(listed, token) if _is_ours(one)), None)
    if found is None:
        _call("POST", listed, token, {"body": text})
        return "written: a new comment"
    _call("PATCH", f"{issues}/comments/{int(found['id'])}", token, {"body": text})
    return f"written: comment {int(found['id'])} anew"


def _read(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    if len(arguments) != 1:
        raise CommentError("name one file: the Markdown")
    file = Path(arguments[0])
    if not file.exists():
        head = environ.get("HEAD", "")
        commit = f" of commit `{head}`" if re.fullmatch("[0-9a-f]{40}", head) else ""
        return NONE.format(marker=MARKER, commit=commit)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommentError(f"{file} cannot be read: {error}") from error
    if not text.startswith(f"{MARKER}\n"):
        raise CommentError(f"{file} is no summary: it does not begin with {MARKER}")
    if len(text) > MOST_CHARACTERS:
        raise CommentError(f"{file} has {len(text)} characters, and a comment at most {MOST_CHARACTERS}")
    return text


def _is_ours(comment: Mapping[str, Any]) -> bool:
    # Who wrote it may be gone: https://docs.github.com/en/rest/issues/comments
    author = (comment.get("user") or {}).get("login")
    return author == AUTHOR and str(comment.get("body")).startswith(MARKER)


def _comments(address: str, token: str) -> Iterator[Mapping[str, Any]]:
    page = 1
    while comments := _call("GET", f"{address}?per_page={PER_PAGE}&page={page}", token):
        yield from comments
        if len(comments) < PER_PAGE:
            return
        page += 1


def _call(method: str, address: str, token: str, content: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    data = json.dumps(content).encode() if content else None
    request = Request(address, data=data, headers=headers, method=method)  # noqa: S310 - the address is GitHub's own
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            return json.load(answer)
    except HTTPError as error:
        raise CommentError(f"{method} {address}: GitHub answers {error.code}: {error.read(500).decode()}") from error
    except (URLError, TimeoutError, ValueError) as error:
        raise CommentError(f"{method} {address}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
