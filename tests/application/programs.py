"""Programs that stand for the AWS CLI and for Docker on an instance."""

from __future__ import annotations

import sys
from pathlib import Path

#: Answers the two calls of the boot script from the emulator, as the CLI prints them with ``--output text``.
AWS = """
import sys, boto3
service, call = sys.argv[1:3]
options = dict(zip(sys.argv[3:], [*sys.argv[4:], ""]))
client = boto3.client(service, region_name=options["--region"])
if call == "get-parameters-by-path":
    assert options["--query"] == "Parameters[].[Name, Value]" and "--recursive" in options
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=options["--path"], Recursive=True)
    for one in (one for page in pages for one in page["Parameters"]):
        print(one["Name"], one["Value"], sep="\\t")
else:
    print(client.get_secret_value(SecretId=options["--secret-id"])["SecretString"])
"""
#: Runs the application in place of its image, with the environment that a container would have and with ``more``.
DOCKER = """
import os, sys
arguments, environment = sys.argv[1:], {}
if arguments[0] != "run":
    sys.exit()
for option, value in zip(arguments, arguments[1:]):
    if option == "--env-file":
        lines = [line for line in open(value).read().splitlines() if line]
        environment |= dict(line.split("=", 1) for line in lines)
    elif option == "--env":
        environment[value] = os.environ[value]
environment |= MORE
os.execve(sys.executable, [sys.executable, APPLICATION], environment)
"""


def aws() -> str:
    """The body of a program for the shell."""
    return _body(AWS)


def docker(application: Path, more: dict[str, str]) -> str:
    """The same; ``more`` are variables that take the place of what AWS gives to an instance, and of its network."""
    return _body(f"APPLICATION, MORE = {str(application)!r}, {more!r}\n{DOCKER}")


def _body(program: str) -> str:
    return f"exec {sys.executable} - \"$@\" <<'PROGRAM'\n{program}\nPROGRAM"
