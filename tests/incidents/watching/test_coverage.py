"""A policy that reaches nobody is told of before it has to."""

from accounts.models import ContactMethod
from incidents.watching import coverage
from tests import factories
from tests.factories import NOON
from tests.incidents.watching.world import HOUR, own_ones, spoken, statuses


def unreachable(world) -> None:
    ContactMethod.across_accounts.filter(account=world.account).update(
        disabled_at=NOON, verified_at=None
    )


def test_a_policy_that_reaches_nobody_opens_an_incident_until_it_does(acme):
    spoken(acme)
    coverage.look(acme.account, at=NOON)
    assert own_ones(acme) == []

    unreachable(acme)
    coverage.look(acme.account, at=NOON + HOUR)
    coverage.look(acme.account, at=NOON + 2 * HOUR)
    (incident,) = own_ones(acme)
    assert incident.title == "Policy Default reaches nobody"
    assert incident.urgency == "low"

    factories.contact(acme.bob.membership, "sms", "+15555550100")
    coverage.look(acme.account, at=NOON + 3 * HOUR)
    assert statuses(acme) == ["resolved"]


def test_an_account_to_which_no_tool_has_spoken_is_left_in_peace(acme):
    unreachable(acme)
    coverage.look(acme.account, at=NOON)

    assert own_ones(acme) == []


def test_the_policy_of_a_disabled_service_is_left_in_peace(acme):
    spoken(acme)
    unreachable(acme)
    acme.service.disabled_at = NOON
    acme.service.save()

    coverage.look(acme.account, at=NOON)

    assert own_ones(acme) == []


def test_a_gap_of_every_night_is_told_once_a_week(acme):
    spoken(acme)
    night = {"disabled_at": NOON, "verified_at": None}
    day = {"disabled_at": None, "verified_at": NOON}
    for number in range(9):
        at = NOON + number * 24 * HOUR
        ContactMethod.across_accounts.update(**night)
        coverage.look(acme.account, at=at)
        ContactMethod.across_accounts.update(**day)
        coverage.look(acme.account, at=at + 8 * HOUR)

    assert len(own_ones(acme)) == 2


def test_the_round_goes_over_all_accounts(acme, globex):
    for world in (acme, globex):
        spoken(world)
        unreachable(world)

    assert coverage.sweep(acme.account.pk, NOON) == 0

    assert own_ones(acme) == []
    assert len(own_ones(globex)) == 1
