"""The official clients, told where we are, with an eye on each of their requests."""

import json
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pagerduty

# From here on they are built on another HTTP library, and take TLS only.
IS_NEW = int(pagerduty.__version__.partition(".")[0]) >= 6


class World:
    """Where the instance is, what opens it, and what earlier parts made there."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.site: str = given["site"]
        self.authority: str | None = given["authority"]
        self.subdomain: str = given["subdomain"]
        self.email: str = given["email"]
        self.keys: dict[str, str] = given["keys"]
        self.app: dict[str, str] = given["app"]
        self.made: dict[str, Any] = {}
        self.account = self.rest(self.keys["account"], default_from=self.email)

    def rest(self, key: str, **options: Any) -> Any:
        """A client of the REST API with this key."""
        client = self._made(pagerduty.RestApiV2Client, key, "/api", **options)
        client.sleep_timer = 0.1
        return client

    def events(self, routing_key: str) -> Any:
        """A client that reports what happens through this integration key."""
        return self._made(pagerduty.EventsApiV2Client, routing_key, "")

    def tokens(self) -> Any:
        """A client that asks for OAuth tokens as the registered app."""
        secrets = (self.app["client_secret"], self.app["client_id"])
        return self._made(pagerduty.OAuthTokenClient, *secrets, "")

    def _made(self, kind: Callable[..., Any], *arguments: str, **options: Any) -> Any:
        *credentials, path = arguments
        if IS_NEW:
            return kind(
                *credentials,
                base_url=f"{self.site}{path}",
                verify=ssl.create_default_context(cafile=self.authority),
                event_hooks={"response": [_tell]},
                **options,
            )
        client = kind(*credentials, **options)
        client.url = f"{self.site}{path}"
        client.hooks["response"].append(_tell)
        return client


def say(**words: Any) -> None:
    """Say a line to the test that listens."""
    print(json.dumps(words), flush=True)  # noqa: T201 that is how it is heard


def _tell(answer: Any, *_arguments: Any, **_options: Any) -> None:
    path = urlsplit(str(answer.request.url)).path
    say(method=answer.request.method, path=path, status=answer.status_code)
