"""How a card looks in Slack: blocks, and the plain text of notifications.

What tools and people wrote stands in rich text, where nothing of it means anything.
The state has an icon and a word; colour says nothing alone.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models.contact import Urgency
from integrations.chat import facts
from integrations.chat.cards import Card, IncidentCard
from integrations.slack.layout import actions, elements, mrkdwn, rich
from integrations.slack.layout.elements import Choice, Piece

MOST_BLOCKS: Final = 50
LONGEST_TITLE, LONGEST_STATE, LONGEST_NAME, LONGEST_LINK = 300, 150, 100, 150
# Of the title in the plain text, all of which Slack takes up to 4000 characters of.
LONGEST_SAID, LONGEST_ALTERNATIVE = 200, 2000
MOST_ASSIGNEES: Final = 10
WARNING: Final = "\N{WARNING SIGN}"
BETWEEN: Final = " · "
# What each verb of a card is called on its button, and as which action it comes back.
BUTTONS: Final[dict[str, tuple[str | Promise, str]]] = {
    "acknowledge": (gettext_lazy("Acknowledge"), actions.ACKNOWLEDGE),
    "resolve": (gettext_lazy("Resolve"), actions.RESOLVE),
    "escalate": (gettext_lazy("Escalate"), actions.ESCALATE),
    "add_note": (gettext_lazy("Add note"), actions.ADD_NOTE),
    "reassign": (gettext_lazy("Reassign"), actions.REASSIGN),
    "snooze": (gettext_lazy("Snooze"), actions.SNOOZE),
}


def of(card: Card, *, is_bare: bool = False) -> list[Piece]:
    """Lay a card out.

    A bare one has nothing that Slack could stumble over: no addresses of others.
    """
    if not isinstance(card, IncidentCard):
        return [rich.block(*_test(card))]
    if card.state == "resolved":
        found = [rich.block(_title(card), _summary(card)), *_actions(card)]
    else:
        found = [
            rich.block(_title(card), _state(card)),
            *_warning(card),
            rich.block(*_facts(card)),
            *_details(card),
            *(_left_out(card) if is_bare else (*_links(card), *_images(card))),
            *_actions(card),
        ]
    return found[:MOST_BLOCKS]


def text(card: Card) -> str:
    """Say a card in a sentence or two, for notifications and screen readers."""
    if not isinstance(card, IncidentCard):
        return rich.said(*_test(card))
    said = _("#%(number)d %(state)s: %(title)s (%(service)s)") % {
        "number": card.number,
        "state": _cut(card.state_words, LONGEST_STATE),
        "title": _cut(card.title, LONGEST_SAID),
        "service": _cut(card.service, LONGEST_NAME),
    }
    if card.state == "resolved":
        return mrkdwn.escape(said)
    # Screen readers read this in the place of the blocks.
    names = _cut(_assigned(card), LONGEST_STATE)
    rest = [_urgency(card), _("Assigned to: %(names)s") % {"names": names}]
    more = [each for each in (*rest, _cut(card.warning, LONGEST_STATE)) if each]
    return mrkdwn.escape(". ".join((said, *more)))


def _test(card: Card) -> list[rich.Line]:
    words = _("“%(source)s” of %(account)s can show incidents here.")
    shown = words % {"account": card.account, "source": card.source}
    return [
        [rich.text(_("This is a test message of OnCall."), bold=True)],
        [rich.text(shown)],
    ]


def _title(card: IncidentCard) -> rich.Line:
    words = f"#{card.number} {_cut(card.title, LONGEST_TITLE)}"
    icon = facts.SYMBOLS.get(card.state, "")
    return [rich.text(f"{icon} "), rich.link(card.link, words, bold=True)]


def _state(card: IncidentCard) -> rich.Line:
    rest = [_urgency(card), _cut(card.priority, LONGEST_NAME)]
    return [
        rich.text(_cut(card.state_words, LONGEST_STATE), bold=True),
        rich.text("".join(f"{BETWEEN}{each}" for each in rest if each)),
    ]


def _summary(card: IncidentCard) -> rich.Line:
    """Say a resolved incident in one line."""
    line = [
        rich.text(_cut(card.state_words, LONGEST_STATE), bold=True),
        *(
            (rich.text(" "), rich.moment(card.resolved_at))
            if card.resolved_at is not None
            else ()
        ),
        rich.text(BETWEEN),
        rich.link(card.service_link, _cut(card.service, LONGEST_NAME)),
    ]
    if card.alert_count:
        line.append(rich.text(f"{BETWEEN}{_alerts(card)}"))
    return line


def _facts(card: IncidentCard) -> list[rich.Line]:
    opened = [*_label(_("Opened:")), rich.moment(card.opened_at)]
    if card.alert_count:
        opened.append(rich.text(f"{BETWEEN}{_alerts(card)}"))
    return [
        [
            *_label(_("Service:")),
            rich.link(card.service_link, _cut(card.service, LONGEST_NAME)),
        ],
        [*_label(_("Assigned to:")), rich.text(_assigned(card))],
        opened,
    ]


def _label(words: str) -> list[rich.Element]:
    return [rich.text(words, bold=True), rich.text(" ")]


def _urgency(card: IncidentCard) -> str:
    is_high = card.urgency == Urgency.HIGH
    return _("High urgency") if is_high else _("Low urgency")


def _assigned(card: IncidentCard) -> str:
    shown = [_cut(name, LONGEST_NAME) for name in card.assignees[:MOST_ASSIGNEES]]
    if more := len(card.assignees) - len(shown):
        shown.append(_("%(count)d more") % {"count": more})
    return ", ".join(shown) or _("nobody")


def _alerts(card: IncidentCard) -> str:
    words = ngettext("%(count)d alert", "%(count)d alerts", card.alert_count)
    return words % {"count": card.alert_count}


def _warning(card: IncidentCard) -> list[Piece]:
    if not card.warning:
        return []
    words = f"{WARNING} {_cut(card.warning, LONGEST_STATE)}"
    return [rich.block([rich.text(words, bold=True)])]


def _details(card: IncidentCard) -> list[Piece]:
    return [rich.quote(card.details)] if card.details.strip() else []


def _links(card: IncidentCard) -> list[Piece]:
    # One that leads nowhere is not worth a line.
    rows = [
        [rich.link(address, _cut(words, LONGEST_LINK) or address)]
        for address, words in card.links
        if rich.web(address)
    ]
    return [rich.bullets(rows)] if rows else []


def _images(card: IncidentCard) -> list[Piece]:
    return [
        {
            "type": "image",
            "image_url": rich.web(source),
            "alt_text": _cut(alternative, LONGEST_ALTERNATIVE) or _("Image"),
        }
        for source, _leads, alternative in card.images
        if rich.web(source).startswith("https://")
    ]


def _left_out(card: IncidentCard) -> list[Piece]:
    if not card.links and not card.images:
        return []
    words = _("Slack did not take the links and images of this; they are in OnCall.")
    return [rich.block([rich.text(words)])]


def _actions(card: IncidentCard) -> list[Piece]:
    """Offer what makes sense now; a card without verbs is only to be read."""
    verbs = [verb for verb in card.verbs if _makes_sense(verb, card)]
    if not verbs:
        return []
    buttons = [_button(verb, card) for verb in verbs]
    return [
        {
            "type": "actions",
            "block_id": f"oncall:{card.public_id}",
            "elements": [*buttons, _more(card)],
        }
    ]


def _makes_sense(verb: str, card: IncidentCard) -> bool:
    # The verb itself refuses it for low urgency.
    return verb in BUTTONS and (verb != "escalate" or card.urgency != Urgency.LOW)


def _button(verb: str, card: IncidentCard) -> Piece:
    words, action = BUTTONS[verb]
    label = _("%(verb)s incident %(number)d") % {"verb": words, "number": card.number}
    return elements.button(
        str(words),
        action,
        card.public_id,
        label=label,
        style="primary" if verb == card.verbs[0] and verb == "acknowledge" else "",
        confirm=_confirm(card) if verb == "escalate" else None,
    )


def _confirm(card: IncidentCard) -> Piece:
    return elements.confirm(
        _("Escalate incident #%(number)d?") % {"number": card.number},
        _("Whoever is on call at the next level of the policy is paged now."),
        _("Escalate"),
    )


def _more(card: IncidentCard) -> Piece:
    offered = [(actions.MORE_OPEN, _("Open in OnCall"))]
    if card.state == "resolved":
        offered.append((actions.MORE_REOPEN, _("Reopen")))
    else:
        offered += [
            (actions.MORE_PRIORITY, _("Change priority")),
            (actions.MORE_STATUS_UPDATE, _("Send a status update")),
            (actions.MORE_CHANNEL, _("Create an incident channel")),
            (actions.MORE_WHO, _("Who is on call")),
        ]
    options = [
        elements.option(Choice(actions.choice(what, card.public_id), words))
        for what, words in offered
    ]
    options[0]["url"] = card.link
    return {"type": "overflow", "action_id": actions.MORE, "options": options}


def _cut(text: str, most: int) -> str:
    """Put a text on one line of so many characters."""
    return mrkdwn.cut(" ".join(mrkdwn.printable(text).split()), most)
