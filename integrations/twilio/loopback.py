"""Plays Twilio's part where there is none: calls our own callbacks, signed."""

from collections.abc import Mapping
from io import BytesIO
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve

from integrations.twilio import signatures


def post(path: str, parameters: Mapping[str, str]) -> str:
    """Call a callback back; this will return what it answers."""
    url = f"{settings.SITE_URL}{path}"
    body = urlencode(parameters).encode()
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_TWILIO_SIGNATURE": signatures.signature(url, parameters),
            "wsgi.input": BytesIO(body),
        }
    )
    match = resolve(path)
    response = match.func(request, *match.args, **match.kwargs)
    return str(response.content.decode())


def path_of(url: str) -> str:
    """Cut our public address off."""
    return url.removeprefix(settings.SITE_URL)


def words_of(document: str) -> str:
    """Read what a document has Twilio say or text, up to where it waits for a key.

    What is repeated counts once.
    """
    texts = ["".join(part.itertext()).strip() for part in _parts(document)]
    return "\n".join(dict.fromkeys(text for text in texts if text))


def keys_of(document: str) -> str:
    """Return the address that wants the next key, or nothing."""
    gather = _parsed(document).find("Gather")
    return "" if gather is None else gather.attrib["action"]


def _parts(document: str) -> list[ElementTree.Element]:
    root = _parsed(document)
    return list(root.iterfind("Gather/Say")) or [
        part for part in root.iter() if part.tag in ("Say", "Message")
    ]


def _parsed(document: str) -> ElementTree.Element:
    return ElementTree.fromstring(document)  # noqa: S314 our own callback wrote it
