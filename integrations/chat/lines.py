"""Sentences of the timeline for threads: which there are, and whom each concerns."""

from collections.abc import Mapping
from typing import Final

from incidents import wording
from incidents.models import TimelineEntry
from incidents.relay import Happening
from integrations.models import Extension

Update = Extension.Update
# What an extension chooses, by what happened. The beginning is the message itself.
UPDATES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("acknowledge", "unacknowledge", "ack_timeout", "snooze", "snooze_ended"),
        Update.ACKNOWLEDGED,
    ),
    **dict.fromkeys(
        ("resolve", "auto_resolve", "merged", "reopen"),
        Update.RESOLVED,
    ),
    **dict.fromkeys(
        ("reassign", "escalate", "level_started", "policy_exhausted", "nobody_reached"),
        Update.ASSIGNED,
    ),
    "add_note": Update.ANNOTATED,
    **dict.fromkeys(
        (
            "responders_asked",
            "responder_joined",
            "responder_declined",
            "responder_cancelled",
        ),
        Update.RESPONDERS,
    ),
    **dict.fromkeys(
        (
            *("merge", "change_urgency", "change_priority", "rename", "describe"),
            *("alerts_moved", "status_update"),
        ),
        Update.OTHER,
    ),
}
LONGEST: Final = 2500


def is_news(happening: Happening) -> bool:
    """Say whether a thread may tell it; the first level is part of the beginning."""
    if happening.verb == "level_started":
        begun_at = happening.snapshot["created_at"]
        return bool(begun_at != happening.at.isoformat())
    return happening.verb in UPDATES


def text(entry: TimelineEntry) -> str:
    """Put an entry into one line, with the way and with what somebody wrote."""
    sentence = wording.tell(entry)
    said = " ".join(filter(None, (sentence.text, sentence.way)))
    found = f"{said}: {sentence.body.strip()}" if sentence.body.strip() else said
    return found if len(found) <= LONGEST else f"{found[: LONGEST - 1]}…"
