"""What a request says in its body: the wrapped resource, and references in it."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from integrations import request_bodies
from integrations.api import errors
from integrations.api.requests import ApiRequest
from integrations.inbound import values

LARGEST = 1024 * 1024


class AnyJSON(BaseParser):
    """Reads JSON, whatever the content type says."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body, fit to be stored; raises ApiError."""
        try:
            return values.clean(values.load(stream.read()))
        except values.NotJSON:
            raise errors.invalid("The body is not JSON.") from None


def receive(request: HttpRequest) -> None:
    """Read the body, however it was sent, for the view to parse; raises ApiError."""
    try:
        body = request_bodies.read(request, LARGEST)
    except request_bodies.TooLarge:
        raise errors.ApiError(
            413, 2001, "Request Too Large", f"The most is {LARGEST} bytes."
        ) from None
    except request_bodies.Unreadable:
        raise errors.invalid("The body cannot be read.") from None
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)
    request._read_started = False  # type: ignore[attr-defined]


def unwrapped(request: ApiRequest, name: str) -> Any:
    """Return what stands under the root key; raises ApiError without it."""
    data = request.data
    if not isinstance(data, dict) or data.get(name) is None:
        raise errors.ApiError(
            400, 2003, "Missing Arguments", f"The body needs the member {name}."
        )
    return data[name]


class ReferenceField(serializers.Field):  # type: ignore[type-arg]
    """A reference to a row of the caller's account, such as ``{"id":…, "type":…}``.

    Takes the types that it may have, each with the rows of the account to look in.
    The serializer needs the request in its context.
    """

    default_error_messages = {
        "shape": "This must be a reference with an id and a type.",
        "type": "The type cannot be {type}; it may be {allowed}.",
        "gone": "There is no {type} {id}.",
    }

    def __init__(self, kinds: Mapping[str, str], **kwargs: Any) -> None:
        self.kinds = kinds
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Find the row; `user` and `user_reference` are the same type."""
        if not isinstance(data, dict) or not isinstance(data.get("id"), str):
            self.fail("shape")
        first = next(iter(self.kinds))
        kind = str(data.get("type") or first).removesuffix("_reference")
        if kind not in self.kinds:
            allowed = ", ".join(f"{name}_reference" for name in self.kinds)
            self.fail("type", type=data.get("type"), allowed=allowed)
        found = self._rows(kind).filter(public_id=data["id"]).first()
        if found is None:
            self.fail("gone", type=kind, id=data["id"])
        return found

    def _rows(self, kind: str) -> QuerySet[Any]:
        rows: QuerySet[Any] = getattr(
            self.context["request"].account, self.kinds[kind]
        ).all()
        # Who left is named in what was, and in nothing new.
        return rows.filter(deactivated_at=None) if kind == "user" else rows
