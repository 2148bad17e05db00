"""Reads the body of a request however it was sent: whole, in chunks, or compressed."""

import zlib
from typing import Final

from django.http import HttpRequest, UnreadablePostError

# How much of a body that is too large is looked at, to see whose it is.
HEAD: Final = 16 * 1024
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS


class TooLarge(Exception):
    """The body is longer than it may be; `head` is how it begins."""

    def __init__(self, head: bytes = b"") -> None:
        super().__init__("The body is too large")
        self.head = head


class Unreadable(Exception):
    """The body ends too soon, is no compressed data, or has no length that is one."""


def read(request: HttpRequest, most: int) -> bytes:
    """Return the body; raises TooLarge and Unreadable.

    No more than `most` bytes are ever held, before and after they are unpacked.
    """
    try:
        found = _received(request, most)
    except (UnreadablePostError, OSError, ValueError):
        raise Unreadable from None
    match request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower():
        case "gzip" | "x-gzip" | "deflate":
            return _unpacked(found, most)
    return found


def _received(request: HttpRequest, most: int) -> bytes:
    stream = request.META["wsgi.input"]
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        # In chunks, without a length, which Django takes for an empty body.
        found: bytes = stream.read(most + 1)
        if len(found) > most:
            raise TooLarge(found[:HEAD])
        return found
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > most:
        raise TooLarge(request.read(HEAD))
    found = request.read(length) if length > 0 else b""
    if len(found) < length:
        raise Unreadable
    return found


def _unpacked(packed: bytes, most: int) -> bytes:
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        found = unpacking.decompress(packed, most + 1)
    except zlib.error:
        raise Unreadable from None
    if len(found) > most:
        raise TooLarge(found[:HEAD])
    if not unpacking.eof:
        raise Unreadable
    return found
