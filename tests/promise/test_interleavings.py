"""Verbs, events, timers, deliveries and deaths in any order: nothing ever breaks.

Hypothesis thinks up the order. After each step every incident of the account is
looked at; at the end all are left alone until nothing is due any more.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings as hypothesis
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Membership
from accounts.permissions import Actor
from incidents import actions, auditor, delivery, engine, intake, leases, states
from incidents.models import Event, Incident, Notification
from tests import factories
from tests.fakes.smtp import Mailbox
from tests.promise import invariants

KEYS = ("disk", "memory", "network")
MINUTE = timedelta(minutes=1)
REFUSALS = ("", "", "450 Busy", "550 No such user")
# What a step may leave late: an attempt that was begun, and its leases.
LATE = timedelta(minutes=4)
_names = count()


class Incidents(RuleBasedStateMachine):
    """One account whose tools, people, timers and mail server do what they like."""

    mailbox: Mailbox

    @initialize(low=some.booleans(), timeout=some.sampled_from((None, 20)))
    def furnish(self, low: bool, timeout: int | None) -> None:
        """Make an account: Ann is level 1, Ben is level 2, then it repeats once."""
        self.at = factories.NOON
        self.account = factories.account(f"Account{next(_names)}")
        self.ann, self.ben = (
            factories.person(self.account, name, "owner").membership
            for name in ("Ann", "Ben")
        )
        factories.rule(self.ann.contact_methods.get(), 5)
        policy = factories.policy(
            self.account, [self.ann], [self.ben], delay=10, repeats=1
        )
        self.service = factories.service(
            self.account,
            policy,
            urgency_rule="low" if low else "high",
            acknowledgement_timeout=timeout and timedelta(minutes=timeout),
        )
        self.key = factories.integration(self.service).key
        self.mailbox.at_data = ""

    @property
    def incidents(self) -> list[Incident]:
        return list(self.account.incidents.order_by("id"))

    @rule(
        key=some.sampled_from(KEYS),
        action=some.sampled_from(("trigger", "trigger", "acknowledge", "resolve")),
        worked=some.booleans(),
    )
    def a_tool_speaks(self, key: str, action: str, worked: bool) -> None:
        body = {"summary": f"{key} is full", "source": "host", "severity": "critical"}
        assert intake.receive(self.key, action, key, body, at=self.at)
        if worked:
            intake.process(self.at)

    @precondition(lambda self: self.incidents)
    @rule(
        data=some.data(),
        verb=some.sampled_from(sorted(states.TRANSITIONS)),
        person=some.sampled_from(("ann", "ben")),
    )
    def somebody_acts(self, data: some.DataObject, verb: str, person: str) -> None:
        incident = data.draw(some.sampled_from(self.incidents))
        act = VERBS.get(verb)
        if act is None:
            return
        who: Membership = getattr(self, person)
        before = incident.status
        try:
            act(self, incident, Actor("web", who))
        except states.NotAllowed:
            incident.refresh_from_db()
            assert incident.status == before
        else:
            assert states.may(verb, before)
            incident.refresh_from_db()
            assert incident.status == states.after(verb, before)

    @rule(minutes=some.sampled_from((1, 3, 5, 10, 20, 45)), ticks=some.booleans())
    def time_passes(self, minutes: int, ticks: bool) -> None:
        self.at += minutes * MINUTE
        if ticks:
            engine.tick(self.at)

    @rule()
    def the_engine_ticks_twice(self) -> None:
        engine.tick(self.at)
        engine.tick(self.at)

    @rule(answer=some.sampled_from(REFUSALS))
    def the_senders_send(self, answer: str) -> None:
        self.mailbox.at_data = answer
        delivery.deliver_due(now=lambda: self.at)

    @rule()
    def a_sender_dies_with_its_batch(self) -> None:
        leases.lease(self.at, limit=3)

    @rule(which=some.sampled_from(("escalate_at", "page")))
    def a_due_row_is_lost_and_the_auditor_comes(self, which: str) -> None:
        triggered = self.account.incidents.filter(status="triggered")
        if which == "escalate_at":
            triggered.update(escalate_at=None)
        else:
            Notification.across_accounts.filter(
                incident__in=triggered, status="planned", purpose="page"
            ).delete()
        auditor.audit(self.at)

    @invariant()
    def every_incident_is_as_it_should_be(self) -> None:
        if hasattr(self, "account"):
            invariants.check(self.account, self.at)

    def teardown(self) -> None:
        """Let everything come to its end, with a healthy mail server."""
        if not hasattr(self, "account"):
            return
        self.mailbox.at_data = ""
        for _round in range(12):
            intake.process(self.at)
            engine.tick(self.at)
            delivery.deliver_due(now=lambda: self.at)
            assert not invariants.overdue(self.account, self.at, LATE)
            self.at += 10 * MINUTE
        invariants.check(self.account, self.at)
        self._every_event_has_an_outcome()
        self._nobody_was_left_in_the_dark()
        self._forget()

    def _every_event_has_an_outcome(self) -> None:
        assert not self.account.events.filter(processed_at=None).exists()
        opened = self.account.events.filter(outcome=Event.Outcome.OPENED)
        assert not opened.filter(alert__incident=None).exists()

    def _nobody_was_left_in_the_dark(self) -> None:
        """Of each incident that still waits, somebody has been told."""
        for incident in self.account.incidents.filter(status="triggered"):
            told = incident.notifications.filter(sent_at__isnull=False)
            is_red = incident.unreached_at or incident.exhausted_at
            assert told.exists() or is_red, incident

    def _forget(self) -> None:
        """Give the engine nothing of this account to do in the next example."""
        incidents = self.account.incidents
        incidents.update(
            status="resolved",
            resolved_at=self.at,
            raise_at=None,
            **dict.fromkeys(invariants.TIMERS),
        )
        self.account.notifications.filter(status="planned").update(status="cancelled")


def _at_once(verb: Callable[..., Any], **facts: Any) -> Callable[..., None]:
    def act(machine: Incidents, incident: Incident, actor: Actor) -> None:
        verb(incident, actor=actor, at=machine.at, **facts)

    return act


def _snooze(machine: Incidents, incident: Incident, actor: Actor) -> None:
    until = machine.at + 15 * MINUTE
    actions.snooze(incident, actor=actor, at=machine.at, until=until)


def _reassign(machine: Incidents, incident: Incident, actor: Actor) -> None:
    actions.reassign(incident, actor=actor, at=machine.at, people=[machine.ben])


def _merge(machine: Incidents, incident: Incident, actor: Actor) -> None:
    others = [i for i in machine.incidents if i.pk != incident.pk and i.is_open]
    actions.merge(incident, actor=actor, at=machine.at, sources=others[:1])


VERBS: dict[str, Callable[..., None]] = {
    "acknowledge": _at_once(actions.acknowledge),
    "unacknowledge": _at_once(actions.unacknowledge),
    "resolve": _at_once(actions.resolve),
    "reopen": _at_once(actions.reopen),
    "escalate": _at_once(actions.escalate),
    "reassign": _reassign,
    "snooze": _snooze,
    "change_urgency": _at_once(actions.change_urgency, urgency="high"),
    "merge": _merge,
    "add_note": _at_once(actions.add_note, text="Looking"),
    "rename": _at_once(actions.rename, title="Better"),
}


@pytest.mark.promise(5, 8, 11)
def test_nothing_breaks_in_whatever_order_it_happens(db, mailbox):
    machine = type("Machine", (Incidents,), {"mailbox": mailbox})
    profile = hypothesis.get_profile(hypothesis.get_current_profile_name())
    run_state_machine_as_test(
        machine,
        settings=hypothesis(
            max_examples=max(profile.max_examples // 12, 8),
            stateful_step_count=25,
            deadline=None,
            report_multiple_bugs=False,
        ),
    )
