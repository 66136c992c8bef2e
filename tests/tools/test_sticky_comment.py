"""The one comment of a pull request, against a server that answers like GitHub's."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tools import sticky_comment
from tools.paths import ROOT
from tools.plan_summary import page
from tools.sticky_comment import AUTHOR, MARKER, MOST_CHARACTERS

TEXT = f"{MARKER}\n## Plan\n"


class GitHub(HTTPServer):
    """Comments of one pull request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.comments: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.refuses = False

    def add(self, body: str, *, author: str = AUTHOR) -> None:
        self.comments.append({"id": len(self.comments) + 1, "user": {"login": author}, "body": body})

    @property
    def bodies(self) -> list[str]:
        return [one["body"] for one in self.comments]


class Answer(BaseHTTPRequestHandler):
    server: GitHub

    def answer(self) -> None:
        self.server.calls.append(f"{self.command} {self.path}")
        content = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        status, said = (
            (403, {"message": "Resource not accessible"}) if self.server.refuses else (200, self.said(content))
        )
        if self.headers["Authorization"] != "Bearer secret":
            status, said = 401, {}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def said(self, content: Any) -> Any:
        address = urlsplit(self.path)
        if self.command == "GET" and address.path == "/repos/octo/platform/issues/7/comments":
            query = {name: int(value[0]) for name, value in parse_qs(address.query).items()}
            end = query["page"] * query["per_page"]
            return self.server.comments[end - query["per_page"] : end]
        if self.command == "POST" and address.path == "/repos/octo/platform/issues/7/comments":
            self.server.add(content["body"])
            return {}
        number = int(address.path.removeprefix("/repos/octo/platform/issues/comments/"))
        self.server.comments[number - 1]["body"] = content["body"]
        return {}

    do_GET = do_POST = do_PATCH = answer  # noqa: N815 - http.server calls them so

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(github: GitHub, folder: Path, text: str = TEXT, **more: str) -> int:
    file = folder / "summary.md"
    file.write_text(text, encoding="utf-8")
    return sticky_comment.main([str(file)], environ_of(github) | more)


def environ_of(github: GitHub) -> dict[str, str]:
    return {
        "GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}",
        "GITHUB_REPOSITORY": "octo/platform",
        "GITHUB_TOKEN": "secret",
        "PULL_REQUEST": "7",
    }


def test_it_begins_with_the_marker_of_a_summary() -> None:
    assert page.MARKER == MARKER


def test_the_first_plan_is_a_new_comment_and_the_next_ones_are_written_over_it(github: GitHub, tmp_path: Path) -> None:
    github.add("looks good", author="someone")
    assert run(github, tmp_path) == 0
    assert run(github, tmp_path, f"{MARKER}\n## Another plan\n") == 0
    assert github.bodies == ["looks good", f"{MARKER}\n## Another plan\n"]


def test_what_others_wrote_is_left_alone_even_with_the_marker(github: GitHub, tmp_path: Path) -> None:
    github.add(TEXT, author="someone")
    github.add("coverage: 98 %")
    assert run(github, tmp_path, f"{MARKER}\nnew\n") == 0
    assert github.bodies == [TEXT, "coverage: 98 %", f"{MARKER}\nnew\n"]


def test_it_is_found_among_many(github: GitHub, tmp_path: Path) -> None:
    for _ in range(250):
        github.add("talk", author="someone")
    github.add(TEXT)
    assert run(github, tmp_path, f"{MARKER}\nnew\n") == 0
    assert len(github.comments) == 251
    assert github.bodies[-1] == f"{MARKER}\nnew\n"


def test_a_comment_whose_author_is_gone_is_left_alone(github: GitHub, tmp_path: Path) -> None:
    github.comments.append({"id": 1, "user": None, "body": None})
    assert run(github, tmp_path) == 0
    assert github.bodies == [None, TEXT]


@pytest.mark.parametrize(("head", "said"), [("a" * 40, f" of commit `{'a' * 40}`"), ("", ""), ("`x`", "")])
def test_without_a_plan_the_comment_does_not_go_on_showing_the_last_one(
    github: GitHub, tmp_path: Path, head: str, said: str
) -> None:
    github.add(f"{MARKER}\n## Plan: nothing changes\n")
    environ = environ_of(github) | {"HEAD": head}
    assert sticky_comment.main([str(tmp_path / "none.md")], environ) == 0
    (body,) = github.bodies
    assert body.startswith(f"{MARKER}\n## Plan: there is none{said}\n\nIt could not be planned")


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("## Plan\n", {}, "is no summary"),
        (f"{MARKER}\n{'x' * MOST_CHARACTERS}", {}, "a comment at most 65536"),
        (TEXT, {"GITHUB_TOKEN": ""}, "not set: GITHUB_TOKEN"),
        (TEXT, {"PULL_REQUEST": "7/../8"}, "PULL_REQUEST: not a number"),
        (TEXT, {"GITHUB_TOKEN": "other"}, "GitHub answers 401"),
        (TEXT, {"GITHUB_API_URL": "http://127.0.0.1:1"}, "refused"),
    ],
)
def test_what_it_cannot_write_is_told(
    github: GitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, more: dict[str, str], said: str
) -> None:
    assert run(github, tmp_path, text, **more) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert said in told
    assert github.comments == []


def test_a_refusal_of_github_is_told(github: GitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    github.refuses = True
    assert run(github, tmp_path) == 1
    assert "GitHub answers 403" in capsys.readouterr().err


def test_it_needs_nothing_but_python(tmp_path: Path) -> None:
    # As the workflow runs it, and without the packages of this environment.
    command = ["python3", "-I", "-S", "tools/sticky_comment.py", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "cannot be read" in ended.stderr
