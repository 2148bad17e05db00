"""Which verb leads from which status to which; every pair is decided here."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models.incident import Status

TRIGGERED: Final = Status.TRIGGERED.value
ACKNOWLEDGED: Final = Status.ACKNOWLEDGED.value
RESOLVED: Final = Status.RESOLVED.value

_KEEPS: Final = {s: s for s in (TRIGGERED, ACKNOWLEDGED, RESOLVED)}
_OPEN_KEEPS: Final = {TRIGGERED: TRIGGERED, ACKNOWLEDGED: ACKNOWLEDGED}

# verb -> {status before: status after}; a pair that is missing is refused.
TRANSITIONS: Final[dict[str, dict[str, str]]] = {
    "repeat": _OPEN_KEEPS,
    "acknowledge": {TRIGGERED: ACKNOWLEDGED, ACKNOWLEDGED: ACKNOWLEDGED},
    "unacknowledge": {ACKNOWLEDGED: TRIGGERED},
    "resolve": {TRIGGERED: RESOLVED, ACKNOWLEDGED: RESOLVED},
    "reopen": {RESOLVED: TRIGGERED},
    "escalate": {TRIGGERED: TRIGGERED, ACKNOWLEDGED: TRIGGERED},
    "reassign": {TRIGGERED: TRIGGERED, ACKNOWLEDGED: TRIGGERED},
    "snooze": {TRIGGERED: ACKNOWLEDGED, ACKNOWLEDGED: ACKNOWLEDGED},
    "change_urgency": _OPEN_KEEPS,
    "merge": _OPEN_KEEPS,
    "merged": {TRIGGERED: RESOLVED, ACKNOWLEDGED: RESOLVED},
    "add_note": _KEEPS,
    "change_priority": _KEEPS,
    "rename": _KEEPS,
    "describe": _KEEPS,
    # What the engine does when a time has come.
    "auto_resolve": {TRIGGERED: RESOLVED, ACKNOWLEDGED: RESOLVED},
    "ack_timeout": {ACKNOWLEDGED: TRIGGERED},
    "snooze_ended": {ACKNOWLEDGED: TRIGGERED},
}

_VERBS: Final = {
    "acknowledge": gettext_lazy("acknowledge"),
    "unacknowledge": gettext_lazy("un-acknowledge"),
    "resolve": gettext_lazy("resolve"),
    "reopen": gettext_lazy("reopen"),
    "escalate": gettext_lazy("escalate"),
    "reassign": gettext_lazy("reassign"),
    "snooze": gettext_lazy("snooze"),
    "change_urgency": gettext_lazy("change the urgency of"),
    "merge": gettext_lazy("merge into"),
    "merged": gettext_lazy("merge"),
}


class NotAllowed(Exception):
    """The verb does not apply to the incident now; the words are fit for a person."""


def may(verb: str, status: str) -> bool:
    """Say whether the verb applies in this status."""
    return status in TRANSITIONS[verb]


def after(verb: str, status: str) -> str:
    """Return the status that the verb leads to; raises NotAllowed."""
    try:
        return TRANSITIONS[verb][status]
    except KeyError:
        raise NotAllowed(
            _("You cannot %(verb)s %(status)s incident.")
            % {
                "verb": _VERBS.get(verb, verb),
                "status": _STATUSES[status],
            }
        ) from None


_STATUSES: Final = {
    TRIGGERED: gettext_lazy("a triggered"),
    ACKNOWLEDGED: gettext_lazy("an acknowledged"),
    RESOLVED: gettext_lazy("a resolved"),
}
