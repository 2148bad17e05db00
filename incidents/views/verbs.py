"""Each verb as pages offer it: its words, what it asks, and what it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from incidents import actions, states
from incidents.forms import verbs as forms
from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb; `act` is called with the incident and what the form answers."""

    name: str
    # The button, and the page that asks before it acts.
    label: str | Promise
    icon: str
    # What is said afterwards, of #%(number)s.
    done: str | Promise
    act: Callable[..., Incident]
    form: type[forms.VerbForm] = forms.VerbForm
    # Said under the question, where pressing the button pages people.
    warning: str | Promise = ""

    def may(self, incident: Incident) -> bool:
        """Say whether the verb applies to the incident as it is now."""
        return states.may(STATE_VERBS.get(self.name, self.name), incident.status)


def _merge(
    incident: Incident, *, actor: Actor, at: datetime, into: Incident
) -> Incident:
    return actions.merge(into, actor=actor, at=at, sources=[incident])


# A page merges the incident that is on the screen into another one.
STATE_VERBS: Final = {
    "merge": "merged",
    "note": "add_note",
    "urgency": "change_urgency",
    "priority": "change_priority",
    "title": "rename",
}
VERBS: Final[dict[str, Verb]] = {
    verb.name: verb
    for verb in (
        Verb(
            "acknowledge",
            _("Acknowledge"),
            "acknowledge",
            _("Acknowledged #%(number)s."),
            actions.acknowledge,
        ),
        Verb(
            "unacknowledge",
            _("Un-acknowledge"),
            "undo",
            _("Gave back #%(number)s; it pages again."),
            actions.unacknowledge,
            warning=_("The level that has it now is paged again."),
        ),
        Verb(
            "resolve",
            _("Resolve"),
            "resolve",
            _("Resolved #%(number)s."),
            actions.resolve,
            forms.ResolveForm,
        ),
        Verb(
            "reopen",
            _("Reopen"),
            "undo",
            _("Reopened #%(number)s; it pages from the first level on."),
            actions.reopen,
            warning=_("The first level of the service's policy is paged again."),
        ),
        Verb(
            "escalate",
            _("Escalate now"),
            "escalation",
            _("Escalated #%(number)s."),
            actions.escalate,
            forms.EscalateForm,
            warning=_("The people of that level are paged at once."),
        ),
        Verb(
            "reassign",
            _("Reassign"),
            "reassign",
            _("Reassigned #%(number)s."),
            actions.reassign,
            forms.ReassignForm,
            warning=_("They are paged at once, by their own rules."),
        ),
        Verb(
            "snooze",
            _("Snooze"),
            "snooze",
            _("Snoozed #%(number)s."),
            actions.snooze,
            forms.SnoozeForm,
        ),
        Verb(
            "note",
            _("Add note"),
            "note",
            _("Added the note to #%(number)s."),
            actions.add_note,
            forms.NoteForm,
        ),
        Verb(
            "urgency",
            _("Change urgency"),
            "high",
            _("Changed the urgency of #%(number)s."),
            actions.change_urgency,
            forms.UrgencyForm,
        ),
        Verb(
            "priority",
            _("Change priority"),
            "flag",
            _("Changed the priority of #%(number)s."),
            actions.change_priority,
            forms.PriorityForm,
        ),
        Verb(
            "title",
            _("Change title"),
            "edit",
            _("Changed the title of #%(number)s."),
            actions.rename,
            forms.TitleForm,
        ),
        Verb(
            "merge",
            _("Merge"),
            "merge",
            _("Merged into #%(number)s."),
            _merge,
            forms.MergeForm,
        ),
    )
}
