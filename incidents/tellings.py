"""How each verb of the timeline is told: its icon, its group and its templates."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

PEOPLE: Final = "people"
NOTIFICATIONS: Final = "notifications"
SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Telling:
    """How entries of a verb are told: the first template whose facts are all known."""

    icon: str
    group: str
    templates: tuple[str | Promise, ...]
    tone: str = ""


_T = gettext_lazy
TELLINGS: Final[dict[str, Telling]] = {
    "trigger": Telling(
        "warning",
        SYSTEM,
        (_T("%(who)s opened the incident"), _T("The incident was opened")),
        "triggered",
    ),
    "repeat": Telling(
        "arrow-path",
        SYSTEM,
        (
            _T("%(who)s reported it again: %(summary)s"),
            _T("%(who)s reported it again"),
            _T("It was reported again"),
        ),
    ),
    "group": Telling(
        "plus-circle",
        SYSTEM,
        (
            _T("%(who)s added an alert: %(summary)s"),
            _T("An alert joined: %(summary)s"),
            _T("An alert joined"),
        ),
    ),
    "storm": Telling(
        "warning",
        SYSTEM,
        (
            _T(
                "A storm began: the service opened more than %(limit)s incidents in a"
                " minute. What follows joins this one"
            ),
            _T("A storm began"),
        ),
        "triggered",
    ),
    "storm_grew": Telling(
        "plus-circle",
        SYSTEM,
        (
            _T("%(count)s more joined the storm through %(who)s"),
            _T("%(count)s more joined the storm"),
            _T("More alerts joined the storm"),
        ),
    ),
    "acknowledge": Telling(
        "acknowledge",
        PEOPLE,
        (_T("%(who)s acknowledged"), _T("Acknowledged")),
        "acknowledged",
    ),
    "unacknowledge": Telling(
        "undo",
        PEOPLE,
        (_T("%(who)s gave the acknowledgement back"), _T("Not acknowledged any more")),
        "triggered",
    ),
    "resolve": Telling(
        "resolve", PEOPLE, (_T("%(who)s resolved it"), _T("Resolved")), "resolved"
    ),
    "reopen": Telling(
        "undo", PEOPLE, (_T("%(who)s reopened it"), _T("Reopened")), "triggered"
    ),
    "escalate": Telling(
        "escalation",
        PEOPLE,
        (
            _T("%(who)s escalated to level %(to)s"),
            _T("%(who)s escalated"),
            _T("Escalated"),
        ),
        "info",
    ),
    "reassign": Telling(
        "reassign",
        PEOPLE,
        (
            _T("%(who)s reassigned it to %(to)s"),
            _T("%(who)s reassigned it"),
            _T("Reassigned"),
        ),
        "info",
    ),
    "snooze": Telling(
        "snooze",
        PEOPLE,
        (_T("%(who)s snoozed it until %(until)s"), _T("Snoozed")),
    ),
    "add_note": Telling(
        "note", PEOPLE, (_T("%(who)s wrote a note"), _T("A note was written"))
    ),
    "edit_note": Telling(
        "edit", PEOPLE, (_T("%(who)s changed a note"), _T("A note was changed"))
    ),
    "delete_note": Telling(
        "delete", PEOPLE, (_T("%(who)s deleted a note"), _T("A note was deleted"))
    ),
    "describe": Telling(
        "edit",
        PEOPLE,
        (_T("%(who)s changed the description"), _T("The description was changed")),
    ),
    "change_urgency": Telling(
        "high",
        PEOPLE,
        (
            _T("%(who)s changed the urgency from %(from)s to %(to)s"),
            _T("%(who)s changed the urgency to %(to)s"),
            _T("The urgency was changed"),
        ),
    ),
    "change_priority": Telling(
        "flag",
        PEOPLE,
        (
            _T("%(who)s set the priority to %(to)s"),
            _T("%(who)s removed the priority"),
            _T("The priority was changed"),
        ),
    ),
    "rename": Telling(
        "edit",
        PEOPLE,
        (
            _T("%(who)s changed the title from “%(from)s” to “%(to)s”"),
            _T("%(who)s changed the title to “%(to)s”"),
            _T("The title was changed"),
        ),
    ),
    "merge": Telling(
        "merge",
        PEOPLE,
        (
            _T("%(who)s merged incidents into this one: %(numbers)s"),
            _T("Other incidents were merged into this one"),
        ),
    ),
    "merged": Telling(
        "merge",
        PEOPLE,
        (
            _T("%(who)s merged it into incident #%(into)s"),
            _T("It was merged into another incident"),
        ),
        "resolved",
    ),
    "alerts_resolved": Telling(
        "resolve",
        PEOPLE,
        (_T("%(who)s resolved alerts: %(alerts)s"), _T("Alerts were resolved")),
    ),
    "alerts_moved": Telling(
        "merge",
        PEOPLE,
        (
            _T("%(who)s moved alerts from #%(from)s to #%(to)s: %(alerts)s"),
            _T("Alerts were moved"),
        ),
    ),
    "responders_asked": Telling(
        "people",
        PEOPLE,
        (
            _T("%(who)s asked for help from %(to)s"),
            _T("Help was asked for: %(to)s"),
            _T("Help was asked for"),
        ),
        "info",
    ),
    "responder_joined": Telling(
        "people",
        PEOPLE,
        (_T("%(who)s accepted and is helping"), _T("A request for help was accepted")),
        "resolved",
    ),
    "responder_declined": Telling(
        "hand-thumb-down",
        PEOPLE,
        (_T("%(who)s declined to help"), _T("A request for help was declined")),
        "triggered",
    ),
    "responder_cancelled": Telling(
        "close",
        PEOPLE,
        (
            _T("%(who)s took back the request to %(to)s"),
            _T("A request for help was taken back"),
        ),
    ),
    "subscribed": Telling(
        "bell",
        PEOPLE,
        (
            _T("%(who)s subscribed %(to)s to status updates"),
            _T("%(who)s subscribed to status updates"),
            _T("Somebody was subscribed to status updates"),
        ),
    ),
    "unsubscribed": Telling(
        "bell-slash",
        PEOPLE,
        (
            _T("%(who)s took %(to)s off the status updates"),
            _T("%(who)s unsubscribed from status updates"),
            _T("Somebody was taken off the status updates"),
        ),
    ),
    "status_update": Telling(
        "megaphone",
        PEOPLE,
        (
            _T("%(who)s posted a status update; people told: %(told)s"),
            _T("A status update was posted"),
        ),
        "info",
    ),
    "channel_opened": Telling(
        "chat-bubble-left-right",
        PEOPLE,
        (
            _T("%(who)s opened the channel %(channel)s: %(link)s"),
            _T("The channel %(channel)s was opened: %(link)s"),
            _T("A channel was opened"),
        ),
        "info",
    ),
    "level_started": Telling(
        "escalation",
        SYSTEM,
        (
            _T("Level %(level)s of %(policy)s started: %(people)s"),
            _T("Level %(level)s started: %(people)s"),
            _T("Level %(level)s started"),
            _T("Paging started"),
        ),
        "info",
    ),
    "level_skipped": Telling(
        "escalation",
        SYSTEM,
        (
            _T("Level %(level)s was skipped: nobody is on call"),
            _T("A level was skipped: nobody is on call"),
        ),
        "triggered",
    ),
    "policy_exhausted": Telling(
        "escalation",
        SYSTEM,
        (
            _T("The policy came to its end unanswered; owners alarmed: %(told)s"),
            _T("The policy came to its end unanswered"),
        ),
        "triggered",
    ),
    "nobody_reached": Telling(
        "warning",
        SYSTEM,
        (
            _T("Nobody could be paged; owners alarmed: %(told)s"),
            _T("Nobody could be paged, and no owner could be told"),
        ),
        "triggered",
    ),
    "notified": Telling(
        "notification",
        NOTIFICATIONS,
        (
            _T("%(kind)s sent to %(who)s"),
            _T("%(kind)s sent"),
            _T("A notification was sent"),
        ),
    ),
    "notify_failed": Telling(
        "error",
        NOTIFICATIONS,
        (
            _T("%(kind)s to %(who)s failed: %(error)s"),
            _T("%(kind)s to %(who)s failed"),
            _T("A notification failed: %(error)s"),
            _T("A notification failed"),
        ),
        "triggered",
    ),
    "notify_cancelled": Telling(
        "bell-slash",
        NOTIFICATIONS,
        (
            _T("%(kind)s to %(who)s is not needed any more"),
            _T("Notifications that had not left were cancelled"),
        ),
    ),
    "auto_resolve": Telling(
        "resolve",
        SYSTEM,
        (_T("Resolved by itself: the auto-resolve timeout passed"),),
        "resolved",
    ),
    "ack_timeout": Telling(
        "warning",
        SYSTEM,
        (_T("The acknowledgement timed out; paging starts again"),),
        "triggered",
    ),
    "snooze_ended": Telling(
        "snooze", SYSTEM, (_T("The snooze ended; paging starts again"),), "triggered"
    ),
    "repaired": Telling(
        "maintenance",
        SYSTEM,
        (
            _T("The auditor repaired a lost timer: %(text)s"),
            _T("The auditor repaired a lost timer"),
        ),
        "info",
    ),
}
UNKNOWN: Final = Telling("info", SYSTEM, (_T("Something happened"),))
WAYS: Final = {
    "api": _T("by the API"),
    "email": _T("by e-mail"),
    "link": _T("by the link in a message"),
    "sms": _T("by text message"),
    "voice": _T("by phone call"),
    "push": _T("by push"),
    "slack": _T("by Slack"),
    "mattermost": _T("by Mattermost"),
    "telegram": _T("by Telegram"),
    "event": _T("by an event"),
}
# Verbs that come with what somebody wrote.
WITH_TEXT: Final = {
    "add_note",
    "edit_note",
    "describe",
    "resolve",
    "responders_asked",
    "status_update",
}


def verbs_of(group: str) -> list[str]:
    """List the verbs whose entries belong to a group of the timeline's filter."""
    return [verb for verb, telling in TELLINGS.items() if telling.group == group]
