"""What is posted to the doors of events: its body as JSON, and our answers."""

from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse

from integrations import request_bodies
from integrations.inbound import values

# Documented as 512 KB; the larger reading of it, so that nobody is refused by a word.
LARGEST_BODY: Final = 512 * 1024
TOO_LARGE: Final = f"The body is larger than {LARGEST_BODY} bytes"
NOT_JSON: Final = "The body is not JSON"


class Refusal(Exception):
    """The message is not taken; holds the answer.

    `why` is for people, and stays blank where nobody needs to look into it. Whose
    message it was says `key`, or else may be seen in `head`, how the body begins.
    """

    def __init__(
        self,
        response: HttpResponse,
        *,
        why: str = "",
        key: str = "",
        head: bytes = b"",
        sent: Any = None,
    ) -> None:
        super().__init__(why)
        self.response = response
        self.why = why
        self.key = key
        self.head = head
        self.sent = sent


def body(request: HttpRequest) -> bytes:
    """Read the body, whatever its content type; raises Refusal."""
    if request.method != "POST":
        raise Refusal(not_post())
    try:
        return request_bodies.read(request, LARGEST_BODY)
    except request_bodies.TooLarge as odd:
        raise Refusal(too_large(), why=TOO_LARGE, head=odd.head) from None
    except request_bodies.Unreadable:
        raise Refusal(unrecognized()) from None


def load(found: bytes) -> dict[str, Any]:
    """Decode a body that must be a JSON object; raises Refusal."""
    try:
        data = values.load(found)
    except values.NotJSON:
        head = found[: request_bodies.HEAD]
        raise Refusal(unrecognized(), why=NOT_JSON, head=head) from None
    if not isinstance(data, dict):
        raise Refusal(unrecognized())
    return data


def invalid(errors: list[str]) -> HttpResponse:
    """Answer that the message says something wrong."""
    return answer(
        400, status="invalid event", message="Event object is invalid", errors=errors
    )


def unrecognized() -> HttpResponse:
    """Answer that the message is no JSON object."""
    return answer(
        400,
        status="Unrecognized object",
        message="Event object format is unrecognized",
        errors=["JSON parse error"],
    )


def too_large() -> HttpResponse:
    """Answer that the message is too long."""
    return answer(
        413,
        status="invalid event",
        message="Event object is too large",
        errors=[TOO_LARGE],
    )


def throttled(code: int, seconds: int) -> HttpResponse:
    """Answer that messages come too quickly, and when to try again."""
    response = answer(
        code,
        status="throttle exceeded",
        message="Requests for this service are arriving too quickly."
        "  Please retry later.",
    )
    response["Retry-After"] = str(seconds)
    return response


def not_post() -> HttpResponse:
    """Answer that only POST is understood."""
    response = answer(
        405,
        status="method not allowed",
        message="Send events with POST",
        errors=["Send events with POST"],
    )
    response["Allow"] = "POST"
    return response


def not_taken() -> HttpResponse:
    """Answer that it is our fault, so that the tool tries again."""
    return answer(500, status="error", message="The event was not taken; try again")


def answer(code: int, **fields: Any) -> HttpResponse:
    """Answer with JSON."""
    content = msgspec.json.encode(fields)
    # Bare routes skip the middleware that says the length.
    headers = {"Content-Length": str(len(content))}
    return HttpResponse(content, "application/json", code, headers=headers)
