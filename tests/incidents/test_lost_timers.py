"""A timer that was lost is found by the auditor and set again, as it was."""

from datetime import time, timedelta

import pytest

from accounts.permissions import Actor
from incidents import actions, auditor, engine
from incidents.models import Incident
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TOOL = Actor("event", name="Tool")
pytestmark = [pytest.mark.django_db, pytest.mark.promise(6)]


@pytest.fixture
def service(acme):
    acme.service.acknowledgement_timeout = 20 * MINUTE
    acme.service.auto_resolve_timeout = 4 * HOUR
    acme.service.save()
    return acme.service


@pytest.fixture
def incident(service) -> Incident:
    return actions.open_incident(service, actor=TOOL, at=NOON, title="Down")


def lose(incident: Incident, *columns: str) -> None:
    Incident.across_accounts.filter(pk=incident.pk).update(**dict.fromkeys(columns))


def timer(incident: Incident, column: str):
    return Incident.across_accounts.values_list(column, flat=True).get(pk=incident.pk)


def by(person) -> Actor:
    return Actor("web", person.membership)


def test_an_acknowledgement_that_would_never_end_does(acme, incident):
    actions.acknowledge(incident, actor=by(acme.bob), at=NOON)
    lose(incident, "acknowledgement_expires_at")

    assert auditor.audit(NOON + MINUTE).repaired == 1

    assert timer(incident, "acknowledgement_expires_at") == NOON + 20 * MINUTE
    entry = incident.timeline.get(verb="repaired")
    assert entry.details == {"what": "acknowledgement_expires_at"}
    assert auditor.audit(NOON + MINUTE).repaired == 0


def test_a_snooze_that_would_never_end_does(acme, incident):
    until = NOON + 3 * HOUR
    actions.snooze(incident, actor=by(acme.bob), at=NOON, until=until)
    lose(incident, "snoozed_until")
    assert auditor.audit(NOON + MINUTE).repaired == 1
    assert timer(incident, "snoozed_until") == until


def test_a_rest_that_was_over_meanwhile_ends_now(acme, incident):
    actions.snooze(incident, actor=by(acme.bob), at=NOON, until=NOON + HOUR)
    lose(incident, "snoozed_until")
    late = NOON + 2 * HOUR
    auditor.audit(late)
    engine.tick(late)
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_an_incident_that_would_never_resolve_by_itself_does(incident):
    lose(incident, "auto_resolve_at")
    assert auditor.audit(NOON + MINUTE).repaired == 1
    assert timer(incident, "auto_resolve_at") == NOON + 4 * HOUR


def test_a_reopened_incident_has_its_whole_time_again(acme, incident):
    actions.resolve(incident, actor=by(acme.bob), at=NOON)
    actions.reopen(incident, actor=by(acme.bob), at=NOON + HOUR)
    lose(incident, "auto_resolve_at")
    auditor.audit(NOON + HOUR)
    assert timer(incident, "auto_resolve_at") == NOON + 5 * HOUR


def test_an_urgency_that_would_never_be_raised_is(acme):
    acme.service.urgency_rule = "use_support_hours"
    acme.service.urgency_in_hours, acme.service.urgency_out_of_hours = "high", "low"
    acme.service.support_days = [1, 2, 3, 4, 5, 6, 7]
    acme.service.support_start, acme.service.support_end = time(20), time(23)
    acme.service.support_time_zone = "UTC"
    acme.service.raise_at_support_start = True
    acme.service.save()
    low = actions.open_incident(acme.service, actor=TOOL, at=NOON, title="Disk")
    due = timer(low, "raise_at")
    assert due is not None
    lose(low, "raise_at")
    assert auditor.audit(NOON + MINUTE).repaired == 1
    assert timer(low, "raise_at") == due


def test_what_never_had_such_a_time_gets_none(acme):
    """Its service got its timeouts later: they are for what comes then."""
    incident = actions.open_incident(acme.service, actor=TOOL, at=NOON, title="Down")
    acme.service.acknowledgement_timeout = None
    acme.service.save()
    actions.acknowledge(incident, actor=by(acme.bob), at=NOON)
    acme.service.acknowledgement_timeout = 20 * MINUTE
    acme.service.auto_resolve_timeout = 4 * HOUR
    acme.service.save()
    assert auditor.audit(NOON + MINUTE).repaired == 0
    assert timer(incident, "acknowledgement_expires_at") is None


def test_what_was_given_back_rests_no_more(acme, incident):
    actions.acknowledge(incident, actor=by(acme.bob), at=NOON)
    actions.unacknowledge(incident, actor=by(acme.bob), at=NOON + MINUTE)
    assert auditor.audit(NOON + 2 * MINUTE).repaired == 0
    assert timer(incident, "acknowledgement_expires_at") is None


def test_a_resolved_incident_gets_no_timer(acme, incident):
    actions.acknowledge(incident, actor=by(acme.bob), at=NOON)
    actions.resolve(incident, actor=by(acme.bob), at=NOON)
    assert auditor.audit(NOON + MINUTE).repaired == 0
    assert timer(incident, "auto_resolve_at") is None


def test_a_time_of_which_we_have_lost_patience_does_not_come_back(incident):
    incident.timeline.create(
        account=incident.account,
        verb="repaired",
        at=NOON,
        via="engine",
        details={"what": "auto_resolve_at", "quarantined": True},
    )
    lose(incident, "auto_resolve_at")
    assert auditor.audit(NOON + MINUTE).repaired == 0
