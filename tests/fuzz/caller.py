"""Sends requests with many keys in turn, and looks at every answer."""

import itertools
import json
from types import TracebackType
from typing import Any

import requests

from tests.fuzz.furnishing import House
from tests.fuzz.report import Report

PATIENCE = 30
# What no key makes good, and what a caller may be told at any door.
LIMITED = 429


class Caller:
    """One connection to the instance; each answer goes to the report."""

    def __init__(self, site: str, house: House, report: Report) -> None:
        self.site = site
        self.house = house
        self.report = report
        self.session = requests.Session()
        # A minute of one key would end the run.
        self.keys = itertools.cycle(house.keys)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.session.close()

    def rest(self, label: str, method: str, path: str, **sent: Any) -> Any:
        """Call the REST API."""
        headers = dict(sent.pop("headers", None) or {})
        headers["Authorization"] = f"Token token={next(self.keys)}"
        return self._send(label, method, f"/api{path}", headers=headers, **sent)

    def door(self, label: str, method: str, path: str, **sent: Any) -> Any:
        """Call what takes no key of the API."""
        return self._send(label, method, path, **sent)

    def _send(self, label: str, method: str, path: str, **sent: Any) -> Any:
        try:
            answer = self.session.request(
                method,
                f"{self.site}{path}",
                timeout=PATIENCE,
                allow_redirects=False,
                **sent,
            )
        except (ValueError, UnicodeError):
            # Not even HTTP: the library refuses to send it.
            return None
        except requests.RequestException as error:
            self.report.fail(label, f"{type(error).__name__}", (method, path, sent), "")
            return None
        self.report.note(label, answer.status_code)
        if why := _wrong(path, answer):
            request = (method, answer.request.url, answer.request.body)
            self.report.fail(label, why, request, answer.text)
        return answer


def _wrong(path: str, answer: requests.Response) -> str | None:
    """Say why no caller may be answered like this, if so."""
    if answer.status_code >= 500:
        return f"status {answer.status_code}"
    if path.startswith("/api/") and answer.status_code >= 400:
        return _not_an_error(answer)
    return None


def _not_an_error(answer: requests.Response) -> str | None:
    try:
        error = answer.json()["error"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return f"status {answer.status_code} without the shape of an error"
    if isinstance(error, str) or isinstance(error.get("errors"), list):
        return None
    return "an error without its sentences"
