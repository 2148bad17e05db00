"""A provider that fails is told of to those whom it fails."""

from datetime import timedelta
from uuid import uuid4

from accounts.models import ContactMethod
from incidents import actions
from incidents.models import Notification
from incidents.watching import providers
from tests import factories
from tests.factories import NOON
from tests.incidents.watching.world import (
    MINUTE,
    WEB,
    opened,
    own_ones,
    statuses,
)


def failed(world, count, *, kind="sms", at=NOON, **fields) -> list[Notification]:
    """Let so many deliveries of a member of its own each have failed."""
    incident = fields.pop("incident", None) or actions.open_incident(
        world.service, actor=WEB, at=at, title="Down"
    )
    found = []
    for number in range(count):
        person = factories.person(world.account, f"Person{uuid4().hex[:6]}")
        method = factories.contact(person.membership, kind, f"+1555555{number:04}")
        found.append(
            Notification.across_accounts.create(
                account=world.account,
                purpose="page",
                incident=incident,
                membership=person.membership,
                contact_method=method,
                kind=kind,
                **{"status": "failed", "failed_at": at, "send_at": at, **fields},
                error="The provider answered 500",
                planned_for=at,
                created_at=at,
            )
        )
    return found


def test_failing_deliveries_open_an_incident_and_a_success_ends_it(acme):
    methods = [each.contact_method for each in failed(acme, 3)]
    providers.sweep(NOON + 2 * MINUTE)
    providers.sweep(NOON + 3 * MINUTE)

    (incident,) = own_ones(acme)
    assert incident.title.startswith("Deliveries by ")
    assert "The provider answered 500" in incident.description
    assert [a.membership for a in incident.assignments.all()] == [acme.alice.membership]

    providers.sweep(NOON + 20 * MINUTE)
    assert statuses(acme) == ["triggered"]
    ContactMethod.across_accounts.filter(pk=methods[0].pk).update(
        last_delivery_at=NOON + 21 * MINUTE
    )
    providers.sweep(NOON + 22 * MINUTE)
    assert statuses(acme) == ["resolved"]


def tried_again(world, count=3) -> list[Notification]:
    """Let so many deliveries have failed, which are due once more in 3 minutes."""
    later = NOON + 3 * MINUTE
    return failed(
        world, count, status="planned", failed_at=None, attempts=3, send_at=later
    )


def test_deliveries_that_are_tried_again_count_too(acme):
    tried_again(acme)
    providers.sweep(NOON + 2 * MINUTE)

    assert statuses(acme) == ["triggered"]


def test_a_trouble_of_less_than_two_minutes_is_nobodys_business(acme):
    tried_again(acme)
    failed(acme, 3)
    providers.sweep(NOON + 2 * MINUTE - timedelta(seconds=1))

    assert own_ones(acme) == []


def test_addresses_that_took_something_since_do_not_count(acme):
    method = tried_again(acme)[0].contact_method
    reached = ContactMethod.across_accounts.filter(kind=method.kind)
    reached.update(last_delivery_at=NOON + MINUTE)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == []


def test_two_failures_are_bad_luck(acme):
    failed(acme, 2)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == []


def test_old_failures_do_not_count(acme):
    failed(acme, 3, at=NOON - 11 * MINUTE)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == []


def test_a_small_share_does_not_count(acme):
    failed(acme, 3)
    for number in range(4):
        person = factories.person(acme.account, f"Reached{number}")
        method = factories.contact(person.membership, "sms", f"+155555512{number:02}")
        ContactMethod.across_accounts.filter(pk=method.pk).update(last_delivery_at=NOON)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == []


def test_the_failing_pages_of_an_own_incident_open_no_other(acme):
    incident = opened(acme)
    failed(acme, 5, incident=incident)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(acme) == [incident]


def test_another_account_is_not_told(acme, globex):
    failed(acme, 3)
    providers.sweep(NOON + 2 * MINUTE)

    assert own_ones(globex) == []
