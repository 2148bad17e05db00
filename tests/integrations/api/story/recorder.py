"""Watches what a view asks of a request, and remembers an example of each operation."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from django.http import QueryDict
from rest_framework import serializers

from integrations.api import lists
from tests.integrations.api.story import shapes

GAP = re.compile(r"\{[^}]+\}")
HOST = "https://oncall.example"
# What the same run gives another value each time.
ID = re.compile(r"\b[PQ][A-Z0-9]{13}\b")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
SECRET = re.compile(r"\b[0-9a-f]{32}\b|(?<=/feed/)[\w-]{20,}|\b[\w-]{43}\b")


class Recorder:
    """What has been seen of each operation."""

    def __init__(self) -> None:
        self.parameters: dict[str, dict[str, Any]] = defaultdict(dict)
        self.bodies: dict[str, dict[str, Any]] = {}
        self.examples: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, list[Any]] = defaultdict(list)
        self._names: dict[str, str] = {}

    @contextmanager
    def watching(self, operation: str) -> Iterator[None]:
        """Note which parameters are asked for, and what reads the body."""
        with ExitStack() as watched:
            for patch in self._eyes(operation):
                watched.enter_context(patch)
            yield

    def note(
        self, operation: str, path: str, query: Any, body: Any, answer: Any
    ) -> None:
        """Remember an answer; the first of an operation is its example."""
        found = answer.json() if answer.content else None
        self.answers[operation].append(found)
        example = {"path": path, "status": answer.status_code}
        if query:
            example["query"] = query
        if body is not None and body != {}:
            example["body"] = body
        if found is not None:
            example["answer"] = _short(found)
        self.examples.setdefault(operation, example)

    def record(self) -> dict[str, Any]:
        """Say all of it, the same for every run."""
        components: dict[str, Any] = {}
        operations = {}
        for operation in sorted(self.examples):
            operations[operation] = {
                "parameters": dict(sorted(self.parameters[operation].items())),
                "body": self._body(operation, components),
                "answer": shapes.of(self.answers[operation], components),
                "example": self._steady(self.examples[operation]),
            }
        return {
            "components": dict(sorted(components.items())),
            "operations": operations,
        }

    def _body(self, operation: str, components: dict[str, Any]) -> Any:
        sent = self.examples[operation].get("body")
        read = self.bodies.get(operation)
        if sent is None:
            return None
        return read or {"schema": shapes.of([sent], {})}

    def _steady(self, example: Any) -> Any:
        """Give what differs from run to run a value that stays."""
        text = json.dumps(example).replace("http://testserver", HOST)
        text = ID.sub(self._named, text)
        text = MOMENT.sub("2026-03-02T08:15:00Z", text)
        return json.loads(SECRET.sub("0123456789abcdef0123456789abcdef", text))

    def _named(self, found: re.Match[str]) -> str:
        count = len(self._names) + 1
        return self._names.setdefault(found[0], f"{found[0][0]}{count:013}")

    def _eyes(self, operation: str) -> Iterator[Any]:
        for name in ("get", "getlist", "__getitem__", "__contains__"):
            yield self._eye(QueryDict, name, self._asked(operation))
        yield self._eye(lists, "includes", self._includes(operation))
        yield self._eye(lists, "choice", self._choice(operation))
        yield self._eye(lists, "values", self._values(operation))
        yield self._eye(lists, "flag", self._typed(operation, {"type": "boolean"}))
        yield self._eye(lists, "ordered", self._ordered(operation))
        yield self._eye(lists, "moment", self._typed(operation, WHEN))
        yield self._eye(serializers.Serializer, "is_valid", self._read(operation))

    def _eye(self, owner: Any, name: str, tell: Callable[..., None]) -> Any:
        real = getattr(owner, name)

        def seen(*arguments: Any, **options: Any) -> Any:
            tell(*arguments, **options)
            return real(*arguments, **options)

        return mock.patch.object(owner, name, seen)

    def _asked(self, operation: str) -> Callable[..., None]:
        def tell(_query: Any, name: str, *_more: Any) -> None:
            self.parameters[operation].setdefault(name, {"type": "string"})

        return tell

    def _typed(self, operation: str, schema: dict[str, Any]) -> Callable[..., None]:
        def tell(_request: Any, name: str, **_more: Any) -> None:
            self.parameters[operation][name] = schema

        return tell

    def _includes(self, operation: str) -> Callable[..., None]:
        def tell(_request: Any, allowed: Any) -> None:
            one = {"type": "string", "enum": sorted(allowed)}
            if allowed:
                self._array(operation, "include", one)

        return tell

    def _values(self, operation: str) -> Callable[..., None]:
        def tell(_request: Any, name: str) -> None:
            if name != "include":
                self._array(operation, name, {"type": "string"})

        return tell

    def _array(self, operation: str, name: str, one: dict[str, Any]) -> None:
        # Without brackets too, but one spelling is enough to document.
        found = self.parameters[operation]
        found[f"{name}[]"] = {"type": "array", "items": one}

    def _choice(self, operation: str) -> Callable[..., None]:
        def tell(_request: Any, name: str, allowed: Any, usual: str) -> None:
            schema = {"type": "string", "enum": sorted(allowed), "default": usual}
            self.parameters[operation][name] = schema

        return tell

    def _ordered(self, operation: str) -> Callable[..., None]:
        def tell(_request: Any, _rows: Any, columns: Any) -> None:
            ways = [f"{name}:{way}" for name in columns for way in ("asc", "desc")]
            schema = {"type": "string", "example": ways[-1]}
            self.parameters[operation]["sort_by"] = schema

        return tell

    def _read(self, operation: str) -> Callable[..., None]:
        def tell(reader: Any, **_options: Any) -> None:
            if reader.parent is None and operation not in self.bodies:
                kind = type(reader)
                request = reader._context.get("request")
                data = getattr(request, "data", None)
                root = None
                if isinstance(data, dict) and data is not reader.initial_data:
                    root = next(
                        (k for k, v in data.items() if v is reader.initial_data), None
                    )
                self.bodies[operation] = {
                    "serializer": f"{kind.__module__}.{kind.__qualname__}",
                    "root": root,
                    "partial": bool(reader.partial),
                }

        return tell


def _short(value: Any) -> Any:
    """Leave out all but the first two of a list: an example is to be read."""
    if isinstance(value, list):
        return [_short(one) for one in value[:2]]
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    return value


WHEN = {"type": "string", "format": "date-time"}
