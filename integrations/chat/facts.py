"""What is said of an incident in any chat, in the same words and order.

Whoever lays it out escapes it: what tools and people wrote is among it.
"""

from datetime import UTC
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models.contact import Urgency
from integrations.chat.cards import Card, IncidentCard

# Told apart by their form as well, and always beside the word.
SYMBOLS: Final = {
    "triggered": "🔴",
    "acknowledged": "🟡",
    "snoozed": "💤",
    "resolved": "✅",
}
COLOURS: Final = {
    "triggered": "#C62F2F",
    "acknowledged": "#B7791F",
    "snoozed": "#5B6B82",
    "resolved": "#2E7D4F",
}
# What can be done in one press in any chat that takes one.
VERBS: Final = {
    "acknowledge": gettext_lazy("Acknowledge"),
    "resolve": gettext_lazy("Resolve"),
    "escalate": gettext_lazy("Escalate"),
}
OPEN_INCIDENT: Final = gettext_lazy("Open incident")
OPEN_SERVICE: Final = gettext_lazy("Open service")


def state(card: IncidentCard) -> str:
    """Say how the incident is, by a symbol and in words."""
    return f"{SYMBOLS[card.state]} {card.state_words}"


def title(card: IncidentCard) -> str:
    """Name the incident."""
    return f"#{card.number} {card.title}"


def opened(card: IncidentCard) -> tuple[str, str]:
    """Say when it began, by a clock that everybody can reckon from."""
    return _("Opened"), f"{card.opened_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def facts(card: IncidentCard) -> list[tuple[str, str]]:
    """List what else one has to know, by name; what is unknown is left out."""
    urgency = str(dict(Urgency.choices).get(card.urgency, card.urgency))
    found = [
        (_("Service"), card.service),
        (_("Urgency"), urgency),
        (_("Priority"), card.priority),
        (_("Assigned to"), ", ".join(card.assignees)),
        (_("Alerts"), str(card.alert_count) if card.alert_count > 1 else ""),
    ]
    return [(name, value) for name, value in found if value]


def ours(card: IncidentCard) -> list[tuple[str, str]]:
    """List where in OnCall there is more, and what that is called."""
    return [
        (card.link, str(OPEN_INCIDENT)),
        (card.service_link, str(OPEN_SERVICE)),
    ]


def verbs(card: IncidentCard) -> list[tuple[str, str]]:
    """List what makes sense to press now, and what it is called."""
    return [(verb, str(VERBS[verb])) for verb in card.verbs if verb in VERBS]


def test_words(card: Card) -> str:
    """Say what a message without an incident is for."""
    words = _("OnCall can write here. This is a test of “%(source)s” of %(account)s.")
    return words % {"source": card.source, "account": card.account}
