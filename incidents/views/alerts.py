"""Alerts as a page shows them: what a tool sent is text, and links only to the web."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from incidents.models import Alert

# Larger payloads are cut, so that a page stays light.
LONGEST_PAYLOAD = 20_000
MOST_LINKS = 20


@dataclass(frozen=True, slots=True)
class Link:
    """A link as sent."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image as sent; the link around it may be missing."""

    src: str
    href: str
    alt: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert with what its sender may make us show."""

    alert: Alert
    links: list[Link]
    images: list[Image]
    client_url: str
    payload: str


def show(alert: Alert) -> Shown:
    """Prepare an alert for its page; this leaves out what is no web address."""
    return Shown(
        alert=alert,
        links=_links(alert.links),
        images=_images(alert.images),
        client_url=_web(alert.client_url),
        payload=_payload(alert.details),
    )


def _links(sent: Any) -> list[Link]:
    return [
        Link(href, _text(each.get("text")) or href)
        for each in _objects(sent)
        if (href := _web(each.get("href")))
    ]


def _images(sent: Any) -> list[Image]:
    return [
        Image(src, _web(each.get("href")), _text(each.get("alt")))
        for each in _objects(sent)
        if (src := _web(each.get("src"))).startswith("https:")
    ]


def _objects(sent: Any) -> list[dict[str, Any]]:
    found = sent if isinstance(sent, list) else []
    return [each for each in found if isinstance(each, dict)][:MOST_LINKS]


def _web(address: Any) -> str:
    """Return an http or https address as it is, and nothing for any other."""
    if not isinstance(address, str):
        return ""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    return address.strip() if is_web else ""


def _text(value: Any) -> str:
    return str(value)[:500] if value else ""


def _payload(details: Any) -> str:
    if not details:
        return ""
    text = json.dumps(details, indent=2, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_PAYLOAD else f"{text[:LONGEST_PAYLOAD]}\n…"
