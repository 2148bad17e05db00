"""What a direct message says: from a message to Slack's blocks, with its buttons."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from accounts import channels
from integrations.messages import PRODUCT, STATUSES, one_line
from integrations.slack.layout import actions, elements, mrkdwn
from integrations.slack.layout.elements import Piece

# How the buttons are called that answer a message; its token is their value.
REPLY: Final = "oncall:reply:"
# Where they stand, so that an answer can take their place.
BUTTONS: Final = "oncall:reply"
LONGEST_HEADER, LONGEST_TEXT, LONGEST_LINE, LONGEST_FALLBACK = 150, 2500, 300, 300
# How many other incidents a page names.
NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of Slack: `text` is what a phone's lock screen and a reader say."""

    text: str
    blocks: list[Piece]


def compose(message: channels.Message) -> Letter:
    """Write the direct message of a message."""
    match message:
        case channels.Page():
            return _page(message)
        case channels.Request():
            return _request(message)
        case channels.Notice():
            return _notice(message)
        case channels.Code():
            title = _("Code for %(product)s") % {"product": PRODUCT}
            return _letter(f"{title}: {message.code}", title, message.code)
    title = _("Test message from %(product)s") % {"product": PRODUCT}
    words = _("Pages of %(account)s reach you here.") % {"account": message.account}
    return _letter(f"{title}. {words}", title, words)


def verb_of(action_id: str) -> str:
    """Read what a pressed button answers; nothing for a button of something else."""
    return action_id.removeprefix(REPLY) if action_id.startswith(REPLY) else ""


def _page(page: channels.Page) -> Letter:
    status = STATUSES.get(page.status, page.status)
    title = f"#{page.number} {one_line(page.title)}"
    facts = [f"{page.service}: {status}", _urgency(page)]
    if page.reason:
        facts.append(one_line(page.reason))
    buttons = [
        _answer("acknowledge", _("Acknowledge"), page.token, style="primary"),
        _answer("resolve", _("Resolve"), page.token),
        _answer("escalate", _("Escalate"), page.token),
        elements.link_button(_("Open"), actions.OPEN, page.link),
    ]
    letter = _letter(f"{' · '.join(facts[:2])} · {title}", title, page.details.strip())
    letter.blocks.insert(1, _small(" · ".join(facts)))
    if others := _others(page):
        letter.blocks.append(_section(others))
    letter.blocks.append(_row(buttons))
    return letter


def _others(page: channels.Page) -> str:
    """List what the message carries besides; a button answers all of it."""
    if not page.more:
        return ""
    named = [f"#{n} {one_line(title)}" for n, title in page.others[:NAMED]]
    lines = [mrkdwn.cut(line, LONGEST_LINE) for line in named]
    if more := page.more - len(lines):
        lines.append(_("and %d more") % more)
    return "\n".join([_("The buttons answer these as well:"), *lines])


def _urgency(page: channels.Page) -> str:
    return _("High urgency") if page.urgency == "high" else _("Low urgency")


def _request(request: channels.Request) -> Letter:
    title = f"#{request.number} {one_line(request.title)}"
    asks = _("%(who)s asks for your help") % {"who": one_line(request.requester)}
    letter = _letter(f"{asks}: {title}", title, request.message.strip())
    letter.blocks.insert(1, _small(f"{asks} · {request.service}"))
    buttons = [
        _answer("accept", _("Accept"), request.token, style="primary"),
        _answer("decline", _("Decline"), request.token),
        elements.link_button(_("Open"), actions.OPEN, request.link),
    ]
    letter.blocks.append(_row(buttons))
    return letter


def _notice(notice: channels.Notice) -> Letter:
    subject = one_line(notice.subject)
    letter = _letter(subject, subject, "\n".join(notice.lines).strip())
    if notice.link:
        words = notice.action or _("Open")
        button = elements.link_button(words, actions.OPEN, notice.link)
        letter.blocks.append(_row([button]))
    return letter


def _letter(text: str, title: str, body: str) -> Letter:
    header = {"type": "header", "text": elements.plain(title, LONGEST_HEADER)}
    rest = [_section(body)] if body else []
    return Letter(mrkdwn.literal(one_line(text), LONGEST_FALLBACK), [header, *rest])


def _section(text: str) -> Piece:
    # Plain, so that nothing that a tool or a person wrote means anything to Slack.
    return {"type": "section", "text": elements.plain(text, LONGEST_TEXT)}


def _small(text: str) -> Piece:
    return {"type": "context", "elements": [elements.plain(text, LONGEST_LINE)]}


def _row(buttons: list[Piece]) -> Piece:
    return {"type": "actions", "block_id": BUTTONS, "elements": buttons}


def _answer(verb: str, text: str, token: str, *, style: str = "") -> Piece:
    return elements.button(text, f"{REPLY}{verb}", token, style=style)
