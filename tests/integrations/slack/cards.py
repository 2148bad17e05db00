"""An incident to be laid out in Slack, and what is read of its blocks, for tests."""

from dataclasses import replace

from integrations.chat.cards import IncidentCard
from tests.factories import NOON

CARD = IncidentCard(
    key="1",
    account="Acme",
    source="To #incidents",
    public_id="Q0123456789ABC",
    number=12,
    title="Disk full",
    state="triggered",
    state_words="Triggered",
    urgency="high",
    priority="P1",
    service="Checkout",
    assignees=("Alice", "Bob"),
    opened_at=NOON,
    resolved_at=None,
    alert_count=3,
    details="98 % of /var are used",
    link="https://oncall.test/incidents/12",
    service_link="https://oncall.test/services/P1",
    links=(("https://runbook.test", "Runbook"),),
    images=(("https://graphs.test/1.png", "", "CPU"),),
    warning="",
    verbs=("acknowledge", "resolve", "escalate", "add_note", "reassign", "snooze"),
)
RESOLVED = replace(
    CARD,
    state="resolved",
    state_words="Resolved",
    resolved_at=NOON,
    verbs=("add_note",),
)
NASTY = "<!channel> <@U1> <https://evil.test|click> *bold* _it_ ~no~ `code` & 🔥"


def words_of(found):
    """Collect all that is written in blocks."""
    if isinstance(found, dict):
        own = [v for k, v in found.items() if k in ("text", "alt_text", "url")]
        return [w for w in own if isinstance(w, str)] + [
            word for each in found.values() for word in words_of(each)
        ]
    if isinstance(found, list):
        return [word for each in found for word in words_of(each)]
    return []


def kinds_of(found):
    if isinstance(found, dict):
        own = {found["type"]} if isinstance(found.get("type"), str) else set()
        return own.union(*map(kinds_of, found.values()))
    return set().union(*map(kinds_of, found)) if isinstance(found, list) else set()
