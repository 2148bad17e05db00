"""Two instances, one over TLS and one without, and what opens them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients import app
from tests.scenarios.instance import Up, manage, new_folder, up

EMAIL = "ann@initech.example"
# One client takes some addresses for its own only in .com.
NAME = "oncall.example.com"


@dataclass(frozen=True)
class Place:
    """An instance as a client sees it."""

    site: str
    authority: Path | None
    running: Up

    def key(self, *options: str) -> str:
        """Make an API key of the account."""
        return self.manage("create_api_key", "--account", "initech", *options)

    def _app(self) -> Any:
        command = app.COMMAND.format(subdomain="initech")
        return json.loads(self.manage("shell", "-v0", "-c", command))

    def manage(self, *command: str) -> str:
        """Run a command of the instance; this will return its last line."""
        return _done(*command, *self.running.data).splitlines()[-1]

    def described(self, **more: Any) -> dict[str, Any]:
        """What a driver needs to know."""
        keys = {
            "account": self.key(),
            "user": self.key("--user", EMAIL),
            "reading": self.key("--read-only"),
        }
        authority = str(self.authority) if self.authority else None
        return {
            "site": self.site,
            "authority": authority,
            "subdomain": "initech",
            "email": EMAIL,
            "name": NAME,
            "keys": keys,
            "app": self._app(),
            **more,
        }


@pytest.fixture
def secure() -> Iterator[Place]:
    """An instance over TLS, whose certificate its own authority signed."""
    settings = {"ALLOWED_HOSTS": f"localhost,127.0.0.1,{NAME}"}
    with new_folder() as folder, up(folder, "--tls", settings=settings) as running:
        _open_account(running)
        authority = folder / "tls/ca.pem"
        yield Place(f"https://localhost:{running.port}", authority, running)


@pytest.fixture
def plain() -> Iterator[Place]:
    """An instance without TLS."""
    with new_folder() as folder, up(folder) as running:
        _open_account(running)
        yield Place(running.url, None, running)


def _open_account(running: Up) -> None:
    _done("create_account", "Initech", "--owner", EMAIL, *running.data)


def _done(*command: str) -> str:
    made = manage(*command)
    assert made.returncode == 0, made.stderr
    return made.stdout
