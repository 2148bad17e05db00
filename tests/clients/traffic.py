"""What a driver did: the requests that it really made, and what failed."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import IO, Any

from django.urls import URLPattern, get_resolver

from oncall.embedded import environment, folders
from tests.clients import limits
from tests.scenarios.instance import Up

PATIENCE = 300
LIMITED = 429
# Not below /api, and not in its table of addresses.
ELSEWHERE = (
    "/v2/enqueue",
    "/v2/change/enqueue",
    "/generic/2010-04-15/create_event.json",
    "/oauth/token",
)


@dataclass
class Traffic:
    """Each operation that was answered with success, and each part's failure."""

    operations: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    failures: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)


def drive(
    command: Sequence[str], given: Any, settings: Mapping[str, str] | None = None
) -> Traffic:
    """Run a driver to its end on what it is given; fails if it falls over."""
    ran = subprocess.run(  # noqa: S603
        command,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=folders.ROOT,
        env=environment.without(environment.ITS_OWN) | dict(settings or {}),
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return _heard(ran.stdout)


def drive_to_the_limit(
    command: Sequence[str],
    given: Any,
    running: Up,
    settings: Mapping[str, str] | None = None,
) -> list[int]:
    """Run a driver whose key is used up in between; this will return the statuses."""
    surroundings = environment.without(environment.ITS_OWN) | dict(settings or {})
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folders.ROOT,
        env=surroundings,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    statuses = []
    with process:
        _tell(process.stdin, json.dumps(given))
        for line in process.stdout:
            statuses.append(json.loads(line)["status"])
            if len(statuses) == 1:
                limits.use_up(running)
                _tell(process.stdin, "Go on")
            elif statuses[-1] == LIMITED:
                limits.let_pass(running)
    assert process.returncode == 0
    return statuses


def _tell(to: IO[str], words: str) -> None:
    to.write(f"{words}\n")
    to.flush()


def _heard(output: str) -> Traffic:
    traffic = Traffic()
    for line in output.splitlines():
        _note(traffic, json.loads(line))
    return traffic


def _note(traffic: Traffic, said: dict[str, Any]) -> None:
    if "part" in said:
        traffic.parts.append(said["part"])
        if said["failure"]:
            traffic.failures[said["part"]] = said["failure"]
        return
    traffic.statuses.add(said["status"])
    if said["status"] < 300:
        traffic.operations.add(f"{said['method']} {_template(said['path'])}")


def _template(path: str) -> str:
    """Say which address of the product this is, with gaps for what differs."""
    path = path.removeprefix("/api").rstrip("/")
    if path in ELSEWHERE:
        return path
    for template, pattern in _templates():
        if pattern.fullmatch(path):
            return template
    raise AssertionError(f"{path} is no address of the API, but was answered")


@cache
def _templates() -> list[tuple[str, re.Pattern[str]]]:
    """Each address, the literal ones first, as the table of them has it."""
    routes = [
        str(found.pattern)
        for found in get_resolver("integrations.api.urls").url_patterns
        if isinstance(found, URLPattern)
    ]
    gap = re.compile(r"<[^>]+>")
    return [
        (f"/{gap.sub('{id}', route)}", re.compile(f"/{gap.sub('[^/]+', route)}"))
        for route in routes
    ]
