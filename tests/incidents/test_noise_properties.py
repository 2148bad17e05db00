"""No event is lost, however a service is set against noise, and whatever comes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Actor
from incidents import actions, intake
from incidents.models import Alert, Event, MaintainedService
from incidents.noise import holding
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
KEYS = st.sampled_from("abcdef")
SETTINGS = st.fixed_dictionaries(
    {
        "grouping": st.sampled_from(["", "time", "content_based"]),
        "grouping_window": st.sampled_from([None, MINUTE, 5 * MINUTE]),
        "grouping_fields": st.sampled_from([[], ["source"], ["source", "class"]]),
        "grouping_match": st.sampled_from(["all", "any"]),
        "auto_pause": st.sampled_from([None, None, 2 * MINUTE]),
        "storm_limit": st.sampled_from([None, 1, 2, 300]),
        "disabled_at": st.sampled_from([None, None, None, NOON]),
    }
)
EVENTS = st.tuples(
    st.just("event"),
    st.sampled_from(["trigger", "trigger", "trigger", "resolve", "acknowledge"]),
    KEYS,
    st.sampled_from(["x", "y", ""]),
    st.sampled_from(["info", "critical"]),
)
STEPS = st.one_of(
    EVENTS,
    EVENTS,
    EVENTS,
    st.tuples(st.just("work")),
    st.tuples(st.just("set"), SETTINGS),
    st.tuples(st.just("wait"), st.integers(1, 400)),
    st.tuples(st.just("maintain")),
    st.tuples(st.just("end maintenance")),
    st.tuples(st.just("suppress"), st.sampled_from(["x", "info"])),
    st.tuples(st.just("stop suppressing")),
    st.tuples(st.just("let through")),
    st.tuples(st.just("resolve an incident")),
)


class Machine:
    """A service to which things happen."""

    def __init__(self, world) -> None:
        self.world = world
        self.at = NOON
        self.windows = 0
        world.service.urgency_rule = "severity_based"
        world.service.save()

    def do(self, step: tuple[Any, ...]) -> None:
        name, *rest = step
        getattr(self, "_" + name.replace(" ", "_"))(*rest)

    def _event(self, action, key, source, severity) -> None:
        body = {"summary": key, "source": source, "severity": severity}
        key_of = self.world.integration.key
        intake.receive(key_of, action, key, body, at=self.at)

    def _work(self) -> None:
        intake.process(self.at)
        holding.release_due(self.at)

    def _set(self, values) -> None:
        self.world.account.services.update(**values)

    def _wait(self, seconds) -> None:
        self._work()
        self.at += timedelta(seconds=seconds)

    def _maintain(self) -> None:
        self.windows += 1
        window = self.world.account.maintenance_windows.create(
            number=self.windows,
            starts_at=self.at,
            ends_at=self.at + 3 * MINUTE,
            created_at=self.at,
        )
        MaintainedService.across_accounts.create(
            account=self.world.account, window=window, service=self.world.service
        )

    def _end_maintenance(self) -> None:
        self.world.account.maintenance_windows.update(ended_at=self.at)
        holding.release(self._service(), at=self.at)

    def _suppress(self, value) -> None:
        self.world.service.suppression_rules.create(
            account=self.world.account,
            name="R",
            conditions=[
                {"field": "source", "operator": "equals", "value": value},
                {"field": "severity", "operator": "exists", "value": ""},
            ],
        )

    def _stop_suppressing(self) -> None:
        self.world.service.suppression_rules.all().delete()

    def _let_through(self) -> None:
        holding.let_through(self._service(), actor=Actor("web"), at=self.at)

    def _resolve_an_incident(self) -> None:
        found = self.world.account.incidents.exclude(status="resolved").first()
        if found:
            actions.resolve(found, actor=Actor("web"), at=self.at)

    def _service(self):
        return self.world.account.services.get(pk=self.world.service.pk)


def check_events(account) -> None:
    for event in account.events.select_related("alert"):
        assert event.outcome not in ("", Event.Outcome.FAILED)
        dropped = event.outcome in ("disabled", "unmatched")
        assert (event.alert is None) == dropped
        if event.action == "trigger":
            assert event.outcome != "unmatched"


def check_alerts(account) -> None:
    for alert in account.alerts.select_related("incident"):
        has_a_place = bool(alert.held) != bool(alert.incident)
        assert has_a_place, (alert.held, alert.incident)
        is_open = alert.status == Alert.Status.TRIGGERED
        if is_open and alert.incident:
            assert alert.incident.is_open
        # What waits has a time at which it goes on, and nothing else has one.
        waits = is_open and alert.held in ("paused", "maintenance")
        assert bool(alert.release_at) == waits
    for incident in account.incidents.exclude(status="resolved"):
        assert incident.alerts.filter(status="triggered").exists()
        if incident.status == "triggered" and incident.urgency == "high":
            assert incident.escalate_at or incident.exhausted_at


@pytest.mark.promise(3)
@pytest.mark.django_db
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=settings().max_examples // 5,
)
@given(steps=st.lists(STEPS, min_size=1, max_size=25))
def test_every_trigger_has_an_incident_or_a_reason_why_not(acme, steps):
    here = transaction.savepoint()
    try:
        machine = Machine(acme)
        for step in steps:
            machine.do(step)
        machine.do(("work",))
        check_events(acme.account)
        check_alerts(acme.account)

        # In the end nothing waits any more but what a rule has suppressed.
        machine.at += timedelta(hours=1)
        machine.do(("work",))
        check_alerts(acme.account)
        open_alerts = acme.account.alerts.filter(status="triggered")
        assert not open_alerts.filter(held__in=["paused", "maintenance"]).exists()
    finally:
        transaction.savepoint_rollback(here)
