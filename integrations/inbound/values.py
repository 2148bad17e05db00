"""Reads single values as tools send them, and makes them fit to be stored.

PostgreSQL takes neither NUL nor half a surrogate pair, and JSON has no infinity. A
value is bent rather than refused: an alert must not be lost for its decoration.
"""

import json
import math
from datetime import UTC, datetime
from typing import Any

import msgspec

DEEPEST = 64
TOO_DEEP = "[nested too deeply]"
WIDEST_INTEGER = 2**63
# Outside of these years a clock is broken, and a local time may not exist.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)

_decode = msgspec.json.Decoder().decode


class NotJSON(ValueError):
    """The body is not JSON, not even nearly."""


def load(body: bytes) -> Any:
    """Decode JSON, and what tools pass off as it; raises NotJSON.

    Nearly JSON is: NaN, raw line breaks, half surrogates, bytes of another encoding.
    """
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _load_leniently(body)
    except RecursionError:
        raise NotJSON from None


def text(value: Any) -> str:
    """Read a text where tools also send numbers, null and worse; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return msgspec.json.encode(clean(value)).decode()


def indented(value: Any) -> str:
    """Write a JSON value over several lines, for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def said(data: Any, *names: str) -> str:
    """Read the first field that says something, of several names that it may have."""
    if not isinstance(data, dict):
        return ""
    found = (text(data.get(name)).strip() for name in names)
    return next((words for words in found if words), "")


def clean(value: Any, depth: int = 0) -> Any:
    """Return any JSON value fit for a jsonb column."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, dict):
        if depth >= DEEPEST:
            return TOO_DEEP
        return {_storable(k): clean(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        if depth >= DEEPEST:
            return TOO_DEEP
        return [clean(item, depth + 1) for item in value]
    return _number(value)


def address(value: Any, *, schemes: tuple[str, ...] = ("https://", "http://")) -> str:
    """Read a web address; "" for any other, since pages link to it."""
    found = text(value).strip()
    return found if found.lower().startswith(schemes) else ""


def timestamp(value: Any) -> str | None:
    """Read an instant as ISO 8601 in UTC, a zoneless one as UTC; None if unreadable."""
    if not value or isinstance(value, bool):
        return None
    try:
        at = _instant(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at.isoformat() if EARLIEST <= at < LATEST else None


def milliseconds(value: Any) -> str | None:
    """Read an instant as `timestamp` does, where a number is milliseconds."""
    try:
        return timestamp(float(text(value)) / 1000)
    except ValueError:
        return timestamp(value)


def links(value: Any) -> list[dict[str, str]]:
    """Read the links that lead somewhere."""
    found = [
        {"href": address(item.get("href")), "text": text(item.get("text"))}
        for item in _objects(value)
    ]
    return [link for link in found if link["href"]]


def images(value: Any) -> list[dict[str, str]]:
    """Read the images that a page may show: those served by https."""
    found = [
        {
            "src": address(item.get("src"), schemes=("https://",)),
            "href": address(item.get("href")),
            "alt": text(item.get("alt")),
        }
        for item in _objects(value)
    ]
    return [image for image in found if image["src"]]


def _load_leniently(body: bytes) -> Any:
    try:
        words = body.decode(json.detect_encoding(body), "replace")
        return json.loads(words, strict=False)
    except (ValueError, RecursionError):
        raise NotJSON from None


def _storable(value: str) -> str:
    if "\0" in value:
        value = value.replace("\0", "")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _number(value: Any) -> Any:
    """Spell out the numbers that JSON or its readers cannot hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not -WIDEST_INTEGER <= value < WIDEST_INTEGER:
        return str(value)
    return value


def _instant(value: Any) -> datetime:
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(text(value).strip())


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]
