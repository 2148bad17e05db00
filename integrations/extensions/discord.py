"""Discord: a message for each incident in a channel, kept true through a webhook.

Nobody can act from there but by the links: only the webhooks of apps have buttons.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from integrations.chat import calls, facts, rooms, texts
from integrations.chat.calls import Answer
from integrations.chat.cards import Card, IncidentCard
from integrations.chat.rooms import Broken, Failure, Gone, Refused, Unavailable
from integrations.extensions import schemas
from integrations.extensions.schemas import Answers, Field
from integrations.models import Room
from integrations.webhooks import refusals

NAME: Final = "Discord"
HOSTS: Final = {"discord.com", "discordapp.com"}
PATH: Final = re.compile(r"/api(?:/v\d+)?/webhooks/\d{1,25}/[\w-]{1,200}/?")
# Discord's own limits; all texts of a message together have 6,000, which these keep.
LONGEST_TITLE, LONGEST_STATE, LONGEST_TEXT = 256, 256, 2800
LONGEST_VALUE, LONGEST_FOOTER, LONGEST_LINK = 300, 200, 80
# Its codes, where the status does not tell.
UNKNOWN_MESSAGE, UNFIT, NEEDS_THREAD = 10008, 50035, 220001

ESCAPE: Final = texts.markdown("\\`*_[]<>#~|", calls="\\@")

Block = dict[str, Any]


class Discord:
    """Keeps a message in a channel true, by its webhook."""

    kind = "discord"
    can_update = True
    can_thread = False
    can_act = False

    def post(self, room: Room, card: Card) -> str:
        """Show a card; this will return the message's id."""
        name = str(_sent("POST", room, "", card).object.get("id", ""))
        if not name:
            raise Unavailable(_("Discord answered strangely."), is_uncertain=True)
        return name

    def update(self, room: Room, message_id: str, card: Card) -> None:
        """Show it as it is now. Raises Gone where somebody deleted the message."""
        _sent("PATCH", room, f"/messages/{message_id}", card)

    def reply(self, room: Room, message_id: str, lines: Sequence[str]) -> None:
        """Refuse: a webhook begins no thread."""
        raise Refused(_("Discord takes no answers to our messages."))

    def find(self, room: Room, card: Card) -> str:
        """Find nothing: a webhook cannot look around."""
        return ""


def _sent(method: str, room: Room, path: str, card: Card) -> Answer:
    """Send a card, or what nobody can find unfit of it."""
    answer = _ask(method, room, path, message(card))
    if answer.object.get("code") == UNFIT:
        answer = _ask(method, room, path, _without_addresses(card))
    if not answer.is_good:
        raise _failure(answer)
    return answer


def _ask(method: str, room: Room, path: str, body: Block) -> Answer:
    secret = json.loads(room.secret)
    wants = ["wait=true"] if method == "POST" else []
    if secret["thread"]:
        wants.append(f"thread_id={secret['thread']}")
    query = f"?{'&'.join(wants)}" if wants else ""
    url = f"{secret['address']}{path}{query}"
    return calls.ask(method, url, chat=NAME, body=body)


def message(card: Card) -> Block:
    """Lay a card out."""
    if not isinstance(card, IncidentCard):
        words = texts.fitted(facts.test_words(card), LONGEST_TEXT, escape=ESCAPE)
        return _envelope([{"description": words}])
    first, *others = card.images or [("", "", "")]
    embed = {
        "url": card.link,
        "color": int(facts.COLOURS[card.state].lstrip("#"), 16),
        "author": {"name": _fit(facts.state(card), LONGEST_STATE, texts.plain)},
        "title": f"#{card.number} {_fit(card.title, LONGEST_TITLE - 25)}",
        "description": _description(card),
        "fields": [
            *(_field(name, value) for name, value in facts.facts(card)),
            # Each sees it by their own clock.
            _block(_("Opened"), f"<t:{int(card.opened_at.timestamp())}:f>"),
        ],
        "footer": {"text": _fit(card.source, LONGEST_FOOTER, texts.plain)},
        **({"image": {"url": first[0]}} if first[0] else {}),
    }
    # Pictures of one address are shown side by side.
    more = [{"url": card.link, "image": {"url": image[0]}} for image in others]
    return _envelope([embed, *more])


def _envelope(embeds: list[Block]) -> Block:
    return {"content": "", "embeds": embeds, "allowed_mentions": {"parse": []}}


def _without_addresses(card: Card) -> Block:
    """Leave out what Discord may not take for an address of the web: ours, too."""
    if not isinstance(card, IncidentCard):
        return message(card)
    found = message(replace(card, images=(), links=()))
    embed = found["embeds"][0]
    del embed["url"]
    return found


def _description(card: IncidentCard) -> str:
    """Say what is to be known besides; links only as long as there is room."""
    warning = f"**⚠️ {_fit(card.warning, LONGEST_VALUE)}**" if card.warning else ""
    details = texts.fitted(card.details, 1200, escape=ESCAPE, width=texts.utf16)
    links = " · ".join(_link(*each) for each in facts.ours(card))
    # An empty line, or the links would belong to a list above them.
    text = "\n\n".join(part for part in (warning, details, links) if part)
    for link in card.links:
        longer = f"{text}\n{_link(*link)}"
        text = longer if texts.utf16(longer) <= LONGEST_TEXT else text
    return text


def _link(address: str, text: str) -> str:
    words = _fit(text, LONGEST_LINK)
    return f"[{words}]({texts.address(address)})"


def _field(name: str, value: str) -> Block:
    return _block(name, _fit(value, LONGEST_VALUE))


def _block(name: str, value: str) -> Block:
    return {"name": name, "value": value, "inline": True}


def _fit(text: str, room: int, escape: texts.Escape = ESCAPE) -> str:
    found = texts.on_one_line(text)
    return texts.fitted(found, room, escape=escape, width=texts.utf16) or "-"


def _failure(answer: Answer) -> Failure:
    """Say why Discord did not take it."""
    code = answer.object.get("code")
    if code == UNKNOWN_MESSAGE:
        return Gone(_("The message was deleted in Discord."))
    if code == NEEDS_THREAD:
        words = _("The webhook posts to a forum; say to which thread of it.")
        return Broken(words)
    if answer.status in (401, 403, 404):
        return Broken(
            _(
                "The webhook or its channel was deleted in Discord."
                " Make a new one, and connect again."
            )
        )
    said = calls.quoted(answer.object.get("message") or answer.status)
    return Refused(_("Discord refused the message (%(said)s).") % {"said": said})


def connect(account: Account, answers: Answers) -> Room:
    """Make a room of a webhook's address, after a look at the webhook."""
    address = answers.values.get("address") or _before(answers)
    thread = answers.values.get("thread", "")
    _require_address(address)
    if thread and not re.fullmatch(r"\d{1,25}", thread):
        raise refusals.Refused(_("The id of a thread is a number."), "thread")
    answer = calls.ask("GET", address, chat=NAME)
    if not answer.is_good:
        raise refusals.Refused(str(_failure(answer)), "address")
    room = Room(account=account, kind=Discord.kind, name=answers.values["name"])
    room.channel_id = thread or str(answer.object.get("channel_id", ""))[:200]
    room.secret = json.dumps({"address": address, "thread": thread})
    return room


def _before(answers: Answers) -> str:
    return str(json.loads(answers.room.secret)["address"]) if answers.room else ""


def _require_address(address: str) -> None:
    """Do nothing, or refuse what is no webhook of Discord."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    host = (parts.hostname or "").lower()
    is_theirs = parts.scheme == "https" and any(
        host == each or host.endswith(f".{each}") for each in HOSTS
    )
    # A server of one's own that speaks like Discord.
    is_known = is_theirs or host in settings.ALLOWED_PRIVATE_HOSTS
    if not is_known or parts.query or not PATH.fullmatch(parts.path):
        raise refusals.Refused(
            _("A webhook of Discord begins https://discord.com/api/webhooks/."),
            "address",
        )


rooms.register(Discord())
schemas.register(
    schemas.Schema(
        key=Discord.kind,
        public_id="PXDISCORD",
        label=gettext_lazy("Discord"),
        description=gettext_lazy(
            "Shows incidents in a channel, with links; each message is kept true."
        ),
        connect=connect,
        fields=(
            Field(
                "name",
                gettext_lazy("Name of the channel"),
                gettext_lazy("As people call it; Discord does not tell us."),
                max_length=200,
            ),
            Field(
                "address",
                gettext_lazy("Address of the webhook"),
                gettext_lazy(
                    "In the channel's settings choose Integrations, Webhooks, New"
                    " Webhook, then Copy Webhook URL."
                ),
                is_secret=True,
            ),
            Field(
                "thread",
                gettext_lazy("Id of a thread"),
                gettext_lazy("Only for a thread or a post of a forum."),
                is_required=False,
                max_length=25,
            ),
        ),
    )
)
