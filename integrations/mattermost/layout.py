"""Lays cards out as posts of Mattermost: an attachment with buttons."""

from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from integrations.chat import facts, texts
from integrations.chat.cards import Card, IncidentCard
from integrations.models import Room

LONGEST_TITLE, LONGEST_VALUE, LONGEST_DETAILS, LONGEST_LINK = 400, 300, 1500, 100
# Of what stands in a thread, and of any post.
LONGEST_POST: Final = 12_000
STYLES: Final = {"acknowledge": "primary", "resolve": "good", "escalate": "danger"}
# By which we find a post again whose answer was lost.
KEY: Final = "oncall_key"
SALT: Final = "integrations.mattermost"

ESCAPE: Final = texts.markdown("\\`*_[]#>~|", calls=f"@{texts.NOTHING}")
# Where there is no markup, somebody could still be called.
QUIET: Final = texts.markdown("", calls=f"@{texts.NOTHING}")

Part = dict[str, Any]


def post(room: Room, card: Card) -> Part:
    """Lay a card out as a post of a room's channel."""
    return {"channel_id": room.channel_id, **patch(room, card)}


def patch(room: Room, card: Card) -> Part:
    """Lay out what changes of a post."""
    if isinstance(card, IncidentCard):
        words, attachments = "", [_attachment(room, card)]
    else:
        words, attachments = _escaped(facts.test_words(card), LONGEST_DETAILS), []
    return {"message": words, "props": {"attachments": attachments, KEY: card.key}}


def lines(found: list[str]) -> str:
    """Lay lines of the timeline out."""
    return _escaped("\n".join(found), LONGEST_POST)


def token(room: Room, incident: str, verb: str) -> str:
    """Make the secret of a button: nobody but the server is ever shown it."""
    value = f"{room.public_id} {incident} {verb}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()


def is_ours(given: str, room: Room, incident: str, verb: str) -> bool:
    """Say whether a secret is the one of this button."""
    return constant_time_compare(given, token(room, incident, verb))


def _attachment(room: Room, card: IncidentCard) -> Part:
    image = {"image_url": card.images[0][0]} if card.images else {}
    return {
        "fallback": _plain(f"{facts.state(card)} {facts.title(card)}"),
        "color": facts.COLOURS[card.state],
        "text": _text(card),
        "fields": [
            {"title": name, "value": _fit(value, LONGEST_VALUE), "short": True}
            for name, value in (*facts.facts(card), facts.opened(card))
        ],
        "footer": _plain(card.source),
        "actions": [
            _button(room, card, verb, words) for verb, words in facts.verbs(card)
        ],
        **image,
    }


def _text(card: IncidentCard) -> str:
    title = f"#{card.number} {_fit(card.title, LONGEST_TITLE)}"
    links = [
        *facts.ours(card),
        *card.links,
        *((address, words) for address, _leads, words in card.images[1:]),
    ]
    state = f"**{_fit(facts.state(card), LONGEST_VALUE)}**"
    parts = [
        f"{state}\n**[{title}]({texts.address(card.link)})**",
        f"⚠️ **{_fit(card.warning, LONGEST_VALUE)}**" if card.warning else "",
        _escaped(card.details, LONGEST_DETAILS),
        " · ".join(_link(*each) for each in links),
    ]
    # An empty line, or the links would belong to a list above them.
    return "\n\n".join(part for part in parts if part)


def _link(address: str, words: str) -> str:
    return f"[{_fit(words, LONGEST_LINK)}]({texts.address(address)})"


def _button(room: Room, card: IncidentCard, verb: str, words: str) -> Part:
    context = {
        "room": room.public_id,
        "incident": card.public_id,
        "verb": verb,
        "token": token(room, card.public_id, verb),
    }
    address = f"{settings.SITE_URL}{reverse('mattermost_actions')}"
    return {
        "id": verb,
        "type": "button",
        "name": words,
        "style": STYLES[verb],
        "integration": {"url": address, "context": context},
    }


def _plain(text: str) -> str:
    return texts.fitted(texts.on_one_line(text), LONGEST_TITLE, escape=QUIET)


def _escaped(text: str, room: int) -> str:
    return texts.fitted(text, room, escape=ESCAPE)


def _fit(text: str, room: int) -> str:
    return _escaped(texts.on_one_line(text), room) or "-"
