"""The forms that open over Slack's window: how they look.

Fields are named as those of our own pages' forms, so that what was filled in can be
checked by them, and their errors be shown here.
"""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from accounts.models.contact import Urgency
from incidents.forms.verbs import CUSTOM, LENGTHS, TOMORROW
from integrations.slack.layout import actions, elements, mrkdwn, rich
from integrations.slack.layout.elements import Choice, Piece
from integrations.slack.layout.filling import Subject

LONGEST_TITLE: Final = 24
# What of a message becomes the title of an incident.
LONGEST_FIRST_LINE: Final = 255


def note(subject: Subject) -> Piece:
    """Ask for a note."""
    field = elements.field("text", _("Note"), elements.words(lines=True))
    return _form(actions.FORM_NOTE, _("Add a note"), _("Add note"), subject, [field])


def reassign(
    subject: Subject, people: Sequence[Choice], policies: Sequence[Choice]
) -> Piece:
    """Ask to whom the incident goes: to people, or to an escalation policy."""
    found = [
        _select("people", _("People"), people, _("Choose people"), many=True),
        _select(
            "policy",
            _("Or an escalation policy"),
            policies,
            _("Choose a policy"),
            hint=_("It starts from its first level."),
        ),
    ]
    return _form(
        actions.FORM_REASSIGN,
        _("Reassign"),
        _("Reassign"),
        subject,
        [_warning(_("Whom you choose is paged at once.")), *filter(None, found)],
    )


def snooze(subject: Subject) -> Piece:
    """Ask for how long the incident rests."""
    lengths = [
        *(Choice(key, str(text)) for key, (text, _length) in LENGTHS.items()),
        *(Choice(key, str(text)) for key, text in (TOMORROW, CUSTOM)),
    ]
    found = [
        elements.field("length", _("Snooze for"), elements.radio(lengths, chosen="1h")),
        elements.field(
            "until",
            _("Until"),
            {"type": "datetimepicker"},
            hint=_("At most seven days ahead."),
            optional=True,
        ),
    ]
    return _form(actions.FORM_SNOOZE, _("Snooze"), _("Snooze"), subject, found)


def status_update(subject: Subject) -> Piece:
    """Ask what those are told who are kept informed."""
    found = [
        elements.field(
            "message",
            _("Message"),
            elements.words(lines=True),
            hint=_(
                "For people who do not work on it: what is affected, and till when."
            ),
        ),
        elements.field(
            "subject",
            _("Subject"),
            elements.words(most=200),
            hint=_("Of the e-mail; else the incident's title is."),
            optional=True,
        ),
    ]
    title, submit = _("Status update"), _("Send update")
    return _form(actions.FORM_STATUS_UPDATE, title, submit, subject, found)


def priority(
    subject: Subject, priorities: Sequence[Choice], *, chosen: str = ""
) -> Piece:
    """Ask for the priority; nothing takes it away."""
    field = _select(
        "priority",
        _("Priority"),
        priorities,
        _("None"),
        chosen=chosen,
        hint=_("Empty takes the priority away."),
    )
    title, submit = _("Change priority"), _("Save priority")
    if field is None:
        return said(title, _("The account has no priorities."))
    return _form(actions.FORM_PRIORITY, title, submit, subject, [field])


def create_incident(
    subject: Subject,
    services: Sequence[Choice],
    *,
    title: str = "",
    description: str = "",
    service: str = "",
) -> Piece:
    """Ask what is broken and where; a message's words are there already."""
    name = _("Create incident")
    field = _select(
        "service",
        _("Service"),
        services,
        _("Choose a service"),
        chosen=service,
        optional=False,
    )
    if field is None:
        return said(name, _("There is no service yet that incidents could be of."))
    urgencies = [
        Choice("service", _("As the service says")),
        *(Choice(str(key), str(text)) for key, text in Urgency.choices),
    ]
    found = [
        _warning(_("Whoever is on call for the service is paged at once.")),
        elements.field("title", _("Title"), elements.words(title, most=1024)),
        field,
        elements.field(
            "urgency", _("Urgency"), elements.radio(urgencies, chosen="service")
        ),
        elements.field(
            "description",
            _("Description"),
            elements.words(description, lines=True),
            optional=True,
        ),
    ]
    return _form(actions.FORM_CREATE, name, name, subject, found)


def of_message(text: str, permalink: str) -> tuple[str, str]:
    """Make a title of a message's first line, and details of all of it."""
    shown = mrkdwn.unescape(mrkdwn.printable(text)).strip()
    first = next((line.strip() for line in shown.splitlines() if line.strip()), "")
    room = elements.LONGEST_INITIAL - len(permalink) - 2
    details = "\n\n".join(filter(None, (mrkdwn.cut(shown, room), permalink)))
    return mrkdwn.cut(first, LONGEST_FIRST_LINE), details


def said(title: str, text: str) -> Piece:
    """Say something, with nothing to fill in: a refusal, or what was done."""
    return {
        "type": "modal",
        "title": elements.plain(title, LONGEST_TITLE),
        "close": elements.plain(_("Close"), LONGEST_TITLE),
        "blocks": [rich.block([rich.text(text)])],
    }


def _form(
    callback: str,
    title: str,
    submit: str,
    subject: Subject,
    blocks: Sequence[Piece],
) -> Piece:
    about = [_about(subject)] if subject.number else []
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": subject.as_json(),
        "title": elements.plain(title, LONGEST_TITLE),
        "submit": elements.plain(submit, LONGEST_TITLE),
        "close": elements.plain(_("Cancel"), LONGEST_TITLE),
        "blocks": [*about, *blocks],
    }


def _about(subject: Subject) -> Piece:
    words = f"#{subject.number} {mrkdwn.cut(subject.title, 200)}".strip()
    return rich.block([rich.text(words, bold=True)])


def _warning(words: str) -> Piece:
    return {"type": "context", "elements": [elements.plain(words, 2000)]}


def _select(
    name: str,
    label: str,
    choices: Sequence[Choice],
    placeholder: str,
    *,
    hint: str = "",
    optional: bool = True,
    many: bool = False,
    chosen: str = "",
) -> Piece | None:
    """Make a list; nothing where there is nothing to choose, as Slack takes none."""
    if not choices:
        return None
    shown = len(elements.fitting(choices))
    if len(choices) > shown:
        more = _("Only the first %(count)d are listed; the rest are in OnCall.")
        hint = f"{hint} {more % {'count': shown}}".strip()
    list_ = elements.select(choices, placeholder, chosen=chosen, many=many)
    return elements.field(name, label, list_, hint=hint, optional=optional)
