"""Two ways to an instance: over HTTP, and within this process."""

import json
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import requests
from django.test import Client

PATIENCE = 60


class Unsendable(Exception):
    """Not even HTTP."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str

    def json(self) -> Any:
        """Read it; raises ValueError for what is no JSON."""
        return json.loads(self.text)


class Wire(Protocol):
    """A way to the instance."""

    def send(
        self,
        method: str,
        path: str,
        query: Any = None,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Send a request. Raises Unsendable, and ConnectionError if nobody answers."""


class Http:
    """A running instance."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.session = requests.Session()

    def send(
        self,
        method: str,
        path: str,
        query: Any = None,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Send a request over the one connection."""
        options: dict[str, Any] = {"timeout": PATIENCE, "allow_redirects": False}
        url = f"{self.site}{path}"
        try:
            found = self.session.request(
                method, url, params=query, headers=headers, data=data, **options
            )
        except (ValueError, UnicodeError) as error:
            raise Unsendable from error
        except requests.RequestException as error:
            raise ConnectionError(type(error).__name__) from error
        return Answer(found.status_code, found.text)


class InProcess:
    """The product itself, without a server around it."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)

    def send(
        self,
        method: str,
        path: str,
        query: Any = None,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Hand the request to the product."""
        try:
            asked = urlencode(query or {}, doseq=True)
        except UnicodeError as error:
            raise Unsendable from error
        sent = {k: v for k, v in (headers or {}).items() if k != "Content-Type"}
        found = self.client.generic(
            method,
            path,
            data or b"",
            content_type="application/json",
            headers=sent,
            query_string=asked,
        )
        return Answer(found.status_code, found.content.decode())
