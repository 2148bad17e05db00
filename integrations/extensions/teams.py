"""Microsoft Teams: cards in a channel or a chat, through a workflow's address.

The address takes messages and answers nothing about them, so that nothing can be
changed later, and nobody can act from there but by the links.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from integrations import outgoing
from integrations.chat import calls, facts, rooms, texts
from integrations.chat.calls import Answer
from integrations.chat.cards import Card, IncidentCard
from integrations.chat.rooms import Broken, Limited, Refused, Unavailable
from integrations.extensions import schemas
from integrations.extensions.schemas import Answers, Field
from integrations.models import Room
from integrations.webhooks import refusals

NAME: Final = "Microsoft Teams"
# Teams takes 28 KB, and counts more than the text.
LONGEST: Final = 26 * 1024
# Its own limit is none; more is not read on a card.
LONGEST_TITLE, LONGEST_VALUE, LONGEST_TEXT = 300, 300, 500
MOST_LINES: Final = 12
# The first ones of the actions lead to us, and Teams shows six.
MOST_LINKS: Final = 4
# How a card is coloured, beside the symbol and the word.
STYLES: Final = {
    "triggered": "attention",
    "acknowledged": "warning",
    "snoozed": "emphasis",
    "resolved": "good",
}
# How the connectors that are being given up begin, while their status is 200.
FAILED: Final = "delivery failed"

Block = dict[str, Any]


class Teams:
    """Posts each update as a card of its own."""

    kind = "teams"
    can_update = False
    can_thread = False
    can_act = False

    def post(self, room: Room, card: Card) -> str:
        """Show a card; nobody knows what Teams calls it, so ours is its name."""
        answer = calls.ask("POST", room.secret, chat=NAME, body=message(card))
        _judge(answer)
        return card.key

    def update(self, room: Room, message_id: str, card: Card) -> None:
        """Refuse: a message stays as it is."""
        raise Refused(_("Messages of Microsoft Teams cannot be changed."))

    def reply(self, room: Room, message_id: str, lines: Sequence[str]) -> None:
        """Refuse: there are no threads that we could write to."""
        raise Refused(_("Microsoft Teams takes no answers to our messages."))

    def find(self, room: Room, card: Card) -> str:
        """Find nothing: a workflow does not tell."""
        return ""


def message(card: Card) -> Block:
    """Lay a card out, with less of the pictures and links where it is too large."""
    for shown in _ever_less(card):
        found = _envelope(shown)
        if len(calls.encoded(found)) <= LONGEST:
            return found
    raise Refused(_("The message is too large for Microsoft Teams."))


def _ever_less(card: Card) -> list[Card]:
    if not isinstance(card, IncidentCard):
        return [card]
    bare = replace(card, images=(), links=())
    return [
        card,
        replace(card, images=card.images[:1], links=card.links[:1]),
        bare,
        replace(bare, details=""),
        replace(bare, details="", title=card.title[:100], assignees=()),
    ]


def _envelope(card: Card) -> Block:
    content: Block = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
    }
    if isinstance(card, IncidentCard):
        content |= {"body": _body(card), "actions": _actions(card)}
    else:
        content["body"] = [_text(facts.test_words(card))]
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _body(card: IncidentCard) -> list[Block]:
    head = [
        _text(facts.state(card), weight="Bolder"),
        _text(_fit(facts.title(card), LONGEST_TITLE), size="Large", weight="Bolder"),
    ]
    return [
        {
            "type": "Container",
            "style": STYLES[card.state],
            "bleed": True,
            "items": head,
        },
        *([_text(f"⚠️ {card.warning}", color="Attention")] if card.warning else []),
        *(_fact(*each) for each in (*facts.facts(card), facts.opened(card))),
        *_details(card),
        *(_image(*image) for image in card.images),
    ]


def _text(text: str, *, spacing: str = "Default", **looks: str) -> Block:
    """Show a text as it is: runs know no markup, unlike blocks of text."""
    run = {"type": "TextRun", "text": texts.clean(text) or " ", **looks}
    return {"type": "RichTextBlock", "inlines": [run], "spacing": spacing}


def _fact(name: str, value: str) -> Block:
    runs = [
        {"type": "TextRun", "text": f"{name}: ", "weight": "Bolder"},
        {"type": "TextRun", "text": _fit(value, LONGEST_VALUE)},
    ]
    return {"type": "RichTextBlock", "inlines": runs, "spacing": "Small"}


def _details(card: IncidentCard) -> list[Block]:
    """Show each line by itself, since runs do not break."""
    lines = texts.fitted(card.details, LONGEST_TEXT).split("\n")
    shown = [_text(line, spacing="None") for line in lines if line.strip()]
    return [{"type": "Container", "items": shown[:MOST_LINES]}] if shown else []


def _image(address: str, leads: str, words: str) -> Block:
    action = {"selectAction": _action(words, leads)} if leads else {}
    return {
        "type": "Image",
        "url": address,
        "altText": _fit(words, LONGEST_VALUE),
        "size": "Stretch",
        **action,
    }


def _actions(card: IncidentCard) -> list[Block]:
    return [
        *(_action(words, address) for address, words in facts.ours(card)),
        *(_action(text, address) for address, text in card.links[:MOST_LINKS]),
    ]


def _action(title: str, address: str) -> Block:
    return {"type": "Action.OpenUrl", "title": _fit(title, 60), "url": address}


def _fit(text: str, room: int) -> str:
    return texts.fitted(texts.on_one_line(text), room) or "-"


def _judge(answer: Answer) -> None:
    """Do nothing, or raise why it did not arrive."""
    if FAILED in answer.text.lower():
        raise _of_old(answer.text)
    if answer.is_good:
        return
    code = _code(answer)
    if "NotEnabled" in code or "Disabled" in code:
        raise Broken(_("The workflow in Microsoft Teams is switched off."))
    if answer.status in (401, 403, 404, 410) or "WorkflowNotFound" in code:
        words = _(
            "The workflow in Microsoft Teams was deleted, or its address has changed."
            " Make a new one, and connect again."
        )
        raise Broken(words)
    if answer.status == 413:
        raise Refused(_("The message is too large for Microsoft Teams."))
    words = _("Microsoft Teams refused the message (%(said)s).")
    raise Refused(words % {"said": code or answer.status})


def _code(answer: Answer) -> str:
    """Read the name of what Power Automate has against it."""
    error = answer.object.get("error")
    return calls.quoted(error.get("code", "")) if isinstance(error, Mapping) else ""


def _of_old(text: str) -> Exception:
    """Read what old connectors say of a failure, although they answer 200."""
    if "429" in text:
        return Limited(calls.limited(NAME), retry_after=calls.USUAL_WAIT)
    if any(status in text for status in ("403", "404", "410")):
        return Broken(_("The connector in Microsoft Teams was removed."))
    return Unavailable(
        _("Microsoft Teams said: %(words)s.") % {"words": calls.quoted(text)}
    )


def connect(account: Account, answers: Answers) -> Room:
    """Make a room of a workflow's address; whether it works, its test shows."""
    address = answers.values.get("address", "") or (
        answers.room.secret if answers.room else ""
    )
    try:
        outgoing.check(address)
    except outgoing.Refused as refusal:
        raise refusals.Refused(str(refusal), "address") from None
    room = Room(account=account, kind=Teams.kind, name=answers.values["name"])
    room.channel_id = hashlib.sha256(address.encode()).hexdigest()
    room.secret = address
    return room


rooms.register(Teams())
schemas.register(
    schemas.Schema(
        key=Teams.kind,
        public_id="PXTEAMS",
        label=gettext_lazy("Microsoft Teams"),
        description=gettext_lazy(
            "Posts a card to a channel or a chat for each change, with links to"
            " the incident."
        ),
        connect=connect,
        fields=(
            Field(
                "name",
                gettext_lazy("Name of the channel"),
                gettext_lazy("As people call it; Microsoft Teams does not tell us."),
                max_length=200,
            ),
            Field(
                "address",
                gettext_lazy("Address of the workflow"),
                gettext_lazy(
                    "In the channel's menu choose Workflows, then “Post to a channel"
                    " when a webhook request is received”, and copy the address that"
                    " it shows at the end."
                ),
                is_secret=True,
            ),
        ),
    )
)
