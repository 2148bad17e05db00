"""Remembers that who is on call in a schedule may have changed."""

from datetime import datetime

from oncall.models import Schedule


def note(schedule: Schedule, *, at: datetime) -> None:
    """Have notices of hand-offs planned anew, and calendars see a newer schedule.

    Every verb that changes layers or overrides calls this, in its transaction.
    """
    schedule.changed_at, schedule.handoffs_planned_until = at, None
    schedule.save(update_fields=["changed_at", "handoffs_planned_until"])
