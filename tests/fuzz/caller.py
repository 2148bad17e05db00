"""Sends requests with many keys in turn, and looks at every answer."""

import itertools
import json
from typing import Any

from tests.fuzz.furnishing import House
from tests.fuzz.report import Report
from tests.fuzz.wire import Answer, Unsendable


class Caller:
    """Calls the instance; each answer goes to the report."""

    def __init__(self, house: House, report: Report) -> None:
        self.wire = house.wire
        self.report = report
        # A minute of one key would end the run.
        self.keys = itertools.cycle(house.keys)

    def rest(
        self,
        label: str,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        **sent: Any,
    ) -> None:
        """Call the REST API."""
        key = {"Authorization": f"Token token={next(self.keys)}"}
        self.door(label, method, f"/api{path}", headers={**headers, **key}, **sent)

    def door(self, label: str, method: str, path: str, **sent: Any) -> None:
        """Call what takes no key of the API."""
        try:
            answer = self.wire.send(method, path, **sent)
        except Unsendable:
            return
        except ConnectionError as error:
            self.report.fail(label, str(error), (method, path, sent), "")
            return
        self.report.note(label, answer.status)
        if why := _wrong(path, answer):
            self.report.fail(label, why, (method, path, sent), answer.text)


def _wrong(path: str, answer: Answer) -> str | None:
    """Say why no caller may be answered like this, if so."""
    if answer.status >= 500:
        return f"status {answer.status}"
    if path.startswith("/api/") and answer.status >= 400:
        return _not_an_error(answer)
    return None


def _not_an_error(answer: Answer) -> str | None:
    try:
        error = answer.json()["error"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return f"status {answer.status} without the shape of an error"
    # One refusal is a bare string, because a client reads it.
    if isinstance(error, str) or isinstance(error.get("errors"), list):
        return None
    return "an error without its sentences"
