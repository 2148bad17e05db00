"""Suppression rules: alerts that are kept, but open nothing."""

import time

import pytest

from accounts.permissions import Actor, NotPermitted
from incidents import intake
from incidents.noise import rules, suppression
from tests.factories import NOON


def rule(world, *conditions, name="Staging"):
    return world.service.suppression_rules.create(
        account=world.account,
        name=name,
        conditions=[
            dict(zip(("field", "operator", "value"), condition, strict=True))
            for condition in conditions
        ],
    )


def send(world, action="trigger", dedup_key="db", **body):
    body = {"summary": f"{dedup_key} broke", "severity": "critical", **body}
    intake.receive(world.integration.key, action, dedup_key, body, at=NOON)
    intake.process(NOON)
    event = world.account.events.first()
    assert event is not None
    return event.outcome


HOST = {"source": "db1.staging", "custom_details": {"env": {"name": "staging"}, "n": 3}}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (("source", "equals", "db1.staging"), True),
        (("source", "equals", "db1"), False),
        (("source", "not_equals", "db1"), True),
        (("source", "not_equals", "db1.staging"), False),
        (("summary", "contains", "bro"), True),
        (("summary", "contains", "BRO"), False),
        (("summary", "not_contains", "prod"), True),
        (("summary", "not_contains", "bro"), False),
        (("source", "matches", r"^db\d+\.staging$"), True),
        (("source", "matches", "(?i)STAGING"), True),
        (("source", "matches", "^staging"), False),
        (("class", "exists", ""), False),
        (("custom_details.env.name", "exists", ""), True),
        (("custom_details.env.name", "equals", "staging"), True),
        (("custom_details.env.name.more", "exists", ""), False),
        (("custom_details.n", "equals", "3"), True),
    ],
)
def test_a_rule_suppresses_what_its_condition_holds_for(acme, condition, holds):
    made = rule(acme, condition)
    assert send(acme, **HOST) == ("suppressed" if holds else "opened")
    alert = acme.account.alerts.get()
    assert alert.suppressed_by == (made if holds else None)
    assert acme.account.incidents.exists() is not holds
    assert acme.account.notifications.exists() is not holds


def test_all_conditions_of_a_rule_must_hold(acme):
    rule(acme, ("source", "exists", ""), ("class", "exists", ""))
    assert send(acme, **HOST) == "opened"


def test_a_rule_without_conditions_suppresses_nothing(acme):
    rule(acme)
    assert send(acme) == "opened"


def test_a_disabled_rule_suppresses_nothing(acme):
    made = rule(acme, ("summary", "exists", ""))
    rules.disable(made, actor=Actor("web", acme.alice.membership), at=NOON)
    assert send(acme) == "opened"


def test_a_rule_of_one_service_leaves_the_others_alone(acme, globex):
    rule(acme, ("summary", "exists", ""))
    assert send(globex) == "opened"


def test_a_suppressed_alert_stays_open_until_it_is_resolved(acme):
    rule(acme, ("summary", "exists", ""))
    send(acme)
    assert send(acme) == "repeated"
    assert send(acme, "acknowledge") == "suppressed"
    alert = acme.account.alerts.get()
    assert (alert.status, alert.event_count) == ("triggered", 2)
    assert send(acme, "resolve") == "resolved"
    alert.refresh_from_db()
    assert alert.status == "resolved"
    assert not acme.account.incidents.exists()


def test_a_suppressed_alert_that_gets_worse_opens_an_incident(acme):
    rule(acme, ("severity", "equals", "info"))
    assert send(acme, severity="info") == "suppressed"
    assert send(acme, severity="critical") == "opened"
    statuses = acme.account.alerts.order_by("id").values_list("status", "held")
    assert list(statuses) == [("resolved", "suppressed"), ("triggered", "")]
    assert acme.account.incidents.get().alerts.get().severity == "critical"


def test_without_its_rule_an_alert_opens_an_incident_when_it_comes_again(acme):
    made = rule(acme, ("summary", "exists", ""))
    send(acme)
    rules.delete(made, actor=Actor("web", acme.alice.membership), at=NOON)
    assert send(acme) == "opened"


def test_suppression_comes_before_a_pause(acme):
    acme.service.auto_pause = suppression.PATTERN_TIMEOUT
    acme.service.save()
    rule(acme, ("summary", "exists", ""))
    assert send(acme) == "suppressed"
    assert acme.account.alerts.get().release_at is None


EVIL = ["(a+)+$", "(a|aa)+$", r"(.*)(.*)(.*)(.*)(.*)\1\2\3\4\5x", "((a{1,99}){1,99})+$"]


@pytest.mark.parametrize("pattern", EVIL)
def test_no_pattern_holds_the_events_up_or_loses_one(acme, pattern):
    rule(acme, ("summary", "matches", pattern), name="Evil")
    rule(acme, ("source", "equals", "no"), name="Good")
    began = time.process_time(), time.monotonic()
    assert send(acme, summary="a" * 1000 + "!", source="yes") == "opened"
    assert time.monotonic() - began[1] < 20
    assert send(acme, dedup_key="next", source="no") == "suppressed"


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a{5,2}"])
def test_a_pattern_that_cannot_be_read_is_refused(acme, pattern):
    with pytest.raises(suppression.BadPattern):
        suppression.search(pattern, ["a"])
    rule(acme, ("summary", "matches", pattern))
    assert send(acme) == "opened"


def test_a_pattern_leaves_the_time_that_other_statements_have(acme):
    before = suppression._time_out_after("1234")
    suppression.search("a", ["a"])
    with pytest.raises(suppression.BadPattern):
        suppression.search("(", ["a"])
    assert suppression._time_out_after(before) == "1234ms"


def test_who_may_not_configure_makes_no_rule(acme):
    bob = Actor("web", acme.bob.membership)
    with pytest.raises(NotPermitted):
        rules.create(acme.service, actor=bob, at=NOON, name="R", conditions=[])
    assert not acme.account.suppression_rules.exists()
