"""Every pair of a verb and a status is decided, and the verbs keep to it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.permissions import Actor
from incidents import actions, intake, states, timers
from incidents.models import Incident
from incidents.models.incident import Status
from tests.factories import NOON

HOUR = timedelta(hours=1)
T, A, R = Status.TRIGGERED, Status.ACKNOWLEDGED, Status.RESOLVED

# What becomes of an incident that is triggered, acknowledged or resolved; None: the
# verb is refused.
DECIDED: dict[str, tuple[str | None, str | None, str | None]] = {
    "acknowledge": (A, A, None),
    "unacknowledge": (None, T, None),
    "resolve": (R, R, None),
    "reopen": (None, None, T),
    "escalate": (T, T, None),
    "reassign": (T, T, None),
    "snooze": (A, A, None),
    "change_urgency": (T, A, None),
    "merge": (T, A, None),
    "merged": (R, R, None),
    "add_note": (T, A, R),
    "change_priority": (T, A, R),
    "rename": (T, A, R),
    "describe": (T, A, R),
    "repeat": (T, A, None),
    "auto_resolve": (R, R, None),
    "ack_timeout": (None, T, None),
    "snooze_ended": (None, T, None),
}
PAIRS = [
    (verb, status, after)
    for verb, afters in DECIDED.items()
    for status, after in zip((T, A, R), afters, strict=True)
]
BY_HAND = [pair for pair in PAIRS if pair[0] != "repeat"]


class Stage:
    """Brings an incident into a status, and others that a verb needs besides."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.actor = Actor("web", world.alice.membership)

    def open(self, title: str = "Checkout is down") -> Incident:
        by: dict[str, Any] = {"actor": self.actor, "at": NOON}
        return actions.open_incident(self.world.service, title=title, **by)

    def incident(self, status: str) -> Incident:
        incident = self.open()
        bring: dict[str, Callable[..., Incident]] = {
            A: actions.acknowledge,
            R: actions.resolve,
        }
        if status in bring:
            bring[status](incident, actor=self.actor, at=NOON)
        return fresh(incident)

    def act(self, verb: str, incident: Incident) -> None:
        at = NOON + HOUR
        by: dict[str, Any] = {"actor": self.actor, "at": at}
        bob, priority = self.world.bob.membership, self.world.account.priorities.first()
        deeds: dict[str, Callable[[], object]] = {
            "acknowledge": lambda: actions.acknowledge(incident, **by),
            "unacknowledge": lambda: actions.unacknowledge(incident, **by),
            "resolve": lambda: actions.resolve(incident, **by),
            "reopen": lambda: actions.reopen(incident, **by),
            "escalate": lambda: actions.escalate(incident, **by),
            "reassign": lambda: actions.reassign(incident, **by, people=[bob]),
            "snooze": lambda: actions.snooze(incident, **by, until=at + HOUR),
            "change_urgency": lambda: actions.change_urgency(
                incident, **by, urgency="low"
            ),
            "merge": lambda: actions.merge(incident, **by, sources=[self.open("2")]),
            "merged": lambda: actions.merge(self.open("2"), **by, sources=[incident]),
            "add_note": lambda: actions.add_note(incident, **by, text="Seen"),
            "change_priority": lambda: actions.change_priority(
                incident, **by, priority=priority
            ),
            "rename": lambda: actions.rename(incident, **by, title="Better"),
            "describe": lambda: actions.describe(incident, **by, text="Better"),
            "auto_resolve": lambda: timers.auto_resolve(incident, at=at),
            "ack_timeout": lambda: timers.expire_acknowledgement(incident, at=at),
            "snooze_ended": lambda: timers.end_snooze(incident, at=at),
        }
        deeds[verb]()


def fresh(incident: Incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def everything(incident: Incident) -> dict[str, object]:
    """What could change: the row, and what hangs on it."""
    row = Incident.across_accounts.filter(pk=incident.pk).values().get()
    return row | {
        "timeline": list(incident.timeline.values_list("verb", "at")),
        "pages": list(
            incident.notifications.order_by("id").values_list("pk", "status")
        ),
        "has it": list(incident.assignments.values_list("membership", flat=True)),
        "took it": list(incident.acknowledgements.values_list("membership", flat=True)),
    }


def test_every_verb_of_the_table_is_decided():
    assert set(DECIDED) == set(states.TRANSITIONS)


@pytest.mark.parametrize(("verb", "status", "after"), PAIRS)
def test_a_verb_leads_to_a_status_or_is_refused_in_words(verb, status, after):
    assert states.may(verb, status) is (after is not None)
    if after is not None:
        assert states.after(verb, status) == after
        return
    with pytest.raises(states.NotAllowed, match="You cannot"):
        states.after(verb, status)


@pytest.mark.parametrize(("verb", "status", "after"), BY_HAND)
def test_the_verb_does_so_or_changes_nothing(acme, verb, status, after):
    stage = Stage(acme)
    incident = stage.incident(status)
    before = everything(incident)

    if after is None:
        with pytest.raises(states.NotAllowed, match="You cannot"):
            stage.act(verb, incident)
        assert everything(incident) == before
        return
    stage.act(verb, incident)
    assert fresh(incident).status == after
    assert incident.timeline.filter(verb=verb).exists()


@pytest.mark.parametrize("status", [T, A])
def test_an_event_is_repeated_on_an_open_incident(acme, status):
    key = acme.integration.key
    intake.receive(key, "trigger", "disk", {"summary": "Disk"}, at=NOON)
    intake.process(NOON)
    incident = acme.account.incidents.get()
    if status == A:
        actions.acknowledge(incident, actor=Stage(acme).actor, at=NOON)

    intake.receive(key, "trigger", "disk", {"summary": "Disk"}, at=NOON)
    intake.process(NOON)

    assert fresh(incident).status == status
    assert incident.timeline.filter(verb="repeat").exists()
