"""Lays cards out as messages of Telegram: a text with a few marks, and buttons."""

from html import escape as as_html
from typing import Any

from integrations.chat import facts, texts
from integrations.chat.cards import Card, IncidentCard

# Telegram's own limits; of texts it counts what is shown, which is less.
LONGEST, LONGEST_DATA = 4096, 64
LONGEST_TITLE, LONGEST_VALUE, LONGEST_DETAILS, LONGEST_LINK = 400, 250, 900, 80

Part = dict[str, Any]


def message(card: Card) -> Part:
    """Lay a card out; the buttons are gone with what can be pressed."""
    if not isinstance(card, IncidentCard):
        return plain(facts.test_words(card))
    return {**_envelope(_text(card)), "reply_markup": {"inline_keyboard": _rows(card)}}


def plain(text: str) -> Part:
    """Lay a text out that has no marks."""
    return _envelope(_escaped(text, LONGEST))


def data(verb: str, public_id: str) -> str:
    """Make what a button sends us."""
    return f"{verb}:{public_id}"


def read(found: str) -> tuple[str, str]:
    """Read such; this will return the verb and the incident's id."""
    verb, _colon, public_id = found.partition(":")
    return verb, public_id


def _envelope(text: str) -> Part:
    # Nothing is fetched from what tools name, and shown as if it were ours.
    preview = {"is_disabled": True}
    return {"text": text, "parse_mode": "HTML", "link_preview_options": preview}


def _text(card: IncidentCard) -> str:
    title = _fit(facts.title(card), LONGEST_TITLE)
    warning = _fit(card.warning, LONGEST_VALUE) if card.warning else ""
    head = [
        f"<b>{_fit(facts.state(card), LONGEST_VALUE)}</b>",
        f'<b><a href="{_address(card.link)}">{title}</a></b>',
    ]
    found = (*facts.facts(card), facts.opened(card))
    parts = [
        "\n".join(head),
        f"⚠️ <b>{warning}</b>" if warning else "",
        "\n".join(_fact(name, value) for name, value in found),
        _escaped(card.details, LONGEST_DETAILS),
    ]
    text = "\n\n".join(part for part in parts if part)
    return _with_links(text, card)


def _with_links(text: str, card: IncidentCard) -> str:
    """Add links as long as there is room, ours first."""
    links = [
        *facts.ours(card),
        *card.links,
        *((address, words) for address, _leads, words in card.images),
    ]
    between = "\n\n"
    for address, words in links:
        shown = f'<a href="{_address(address)}">{_fit(words, LONGEST_LINK)}</a>'
        longer = f"{text}{between}{shown}"
        if texts.utf16(longer) <= LONGEST:
            text, between = longer, " · "
    return text


def _fact(name: str, value: str) -> str:
    return f"<b>{as_html(name)}:</b> {_fit(value, LONGEST_VALUE)}"


def _rows(card: IncidentCard) -> list[list[Part]]:
    buttons = [
        {"text": words, "callback_data": data(verb, card.public_id)}
        for verb, words in facts.verbs(card)
    ]
    return [buttons] if buttons else []


def _address(address: str) -> str:
    return as_html(texts.address(address))


def _escape(piece: str) -> str:
    # Somebody's name would call them.
    return f"@{texts.NOTHING}" if piece == "@" else as_html(piece)


def _escaped(text: str, room: int) -> str:
    return texts.fitted(text, room, escape=_escape, width=texts.utf16)


def _fit(text: str, room: int) -> str:
    return _escaped(texts.on_one_line(text), room) or "-"
