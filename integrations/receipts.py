"""What providers say later of a message: who took it, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from accounts import tenancy
from incidents import results
from incidents.models import Notification

State = Literal["taken", "delivered", "failed"]

WORDS = {
    "undelivered": "The network did not deliver it",
    "failed": "The network could not reach the number",
    "busy": "The line was busy",
    "no-answer": "Nobody picked up",
    "canceled": "The call was cancelled",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says of one message, named by its own id of it."""

    provider: str
    provider_id: str
    state: State
    error: str = ""


def words_of(status: str, reason: str) -> str:
    """Say why it failed, with the provider's own reason behind it."""
    words = WORDS.get(status, "")
    if words and reason:
        return f"{words} ({reason})."
    return f"{words}." if words else reason


def record(token: str, report: Report, *, at: datetime) -> None:
    """Record a report; late, double and unknown ones change nothing.

    A call that is busy or that nobody takes is a failed page, which pulls the
    person's next rule forward.
    """
    with tenancy.all_accounts():
        rows = Notification.across_accounts.filter(token=token)
        known = rows.values_list("provider", "provider_id").first()
        if known is None:
            return
        if report.state == "taken":
            _note_taker(token, report)
            return
    if report.state == "delivered":
        results.receipt(token, "delivered", "", at=at)
    elif not _is_of_another_attempt(report, *known):
        results.receipt(token, "failed", report.error, at=at)


def _note_taker(token: str, report: Report) -> None:
    """Keep who has it: should its sender die now, its successor will know."""
    Notification.across_accounts.filter(
        token=token, provider_id="", status=Notification.Status.PLANNED
    ).update(provider=report.provider[:20], provider_id=report.provider_id[:100])


def _is_of_another_attempt(report: Report, provider: str, provider_id: str) -> bool:
    """Say whether somebody else has it by now, so that this failure is no matter."""
    if not provider_id or not report.provider_id:
        return False
    return (provider, provider_id) != (report.provider, report.provider_id)
