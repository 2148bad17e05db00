"""Due deliveries are taken fairly, looked at again, and not lost with their sender."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, repeat

import pytest

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, delivery, leases, opening, results
from incidents.models import Incident, Notification
from tests import factories
from tests.factories import NOON
from tests.incidents.channel import Pigeon, registered

MINUTE = timedelta(minutes=1)
TOOL = Actor("event", name="Tool")


@pytest.fixture
def pigeon() -> Iterator[Pigeon]:
    with registered(Pigeon()) as pigeon:
        yield pigeon


@pytest.fixture
def incident(acme, pigeon) -> Incident:
    acme.alice.email.kind = "pigeon"
    acme.alice.email.save()
    return actions.open_incident(acme.service, actor=TOOL, at=NOON, title="Down")


def status_of(incident: Incident) -> str:
    return incident.notifications.get(purpose="page").status


@pytest.mark.promise(4)
def test_row_4_what_a_dead_sender_had_sent_is_found_and_not_sent_again(
    incident, pigeon
):
    (row,) = leases.lease(NOON)
    # The provider takes it, and the sender dies before it can say so.
    pigeon.send("loft", channels.Test(row.token, "Acme", "Alice"))

    delivery.deliver_due(now=lambda: NOON + leases.LEASE)

    assert len(pigeon.taken) == 1
    page = incident.notifications.get()
    assert (page.status, page.provider, page.provider_id) == (
        "sent",
        "loft",
        "flight-1",
    )


@pytest.mark.promise(4)
def test_row_4_what_a_dead_sender_had_not_sent_is_sent(incident, pigeon):
    (row,) = leases.lease(NOON)
    delivery.deliver_due(now=lambda: NOON + leases.LEASE)
    assert pigeon.asked == [row.token]
    assert [page.title for page in pigeon.pages] == ["Down"]
    assert status_of(incident) == "sent"


@pytest.mark.promise(4)
def test_row_4_a_first_attempt_asks_nobody(incident, pigeon):
    delivery.deliver_due(now=lambda: NOON)
    assert pigeon.asked == []
    assert len(pigeon.pages) == 1


@pytest.mark.promise(4)
def test_row_4_a_bundle_of_a_dead_sender_is_sent_as_it_was(acme, incident, pigeon):
    opening.open_many(acme.service, [opening.Draft("Too", "high")], actor=TOOL, at=NOON)
    (leader,) = leases.lease(NOON)
    assert len(leader.carried) == 1

    later = NOON + leases.LEASE
    opening.open_many(
        acme.service, [opening.Draft("New", "high")], actor=TOOL, at=later
    )
    delivery.deliver_due(now=lambda: later)

    assert sorted(page.count for page in pigeon.pages) == [1, 2]


@pytest.mark.promise(11)
def test_row_11_what_was_answered_between_lease_and_sending_is_not_sent(
    acme, incident, pigeon
):
    rows = leases.lease(NOON)
    actions.acknowledge(incident, actor=Actor("sms", acme.bob.membership), at=NOON)
    assert leases.renew(rows, at=NOON) == []
    assert status_of(incident) == "cancelled"


@pytest.mark.promise(11)
def test_row_11_what_still_waits_is_leased_anew(incident):
    rows = leases.lease(NOON)
    later = NOON + timedelta(seconds=20)
    assert [row.pk for row in leases.renew(rows, at=later)] == [rows[0].pk]
    page = incident.notifications.get()
    assert (page.attempts, page.send_at) == (1, later + leases.LEASE)


@pytest.mark.promise(11)
def test_row_11_a_row_that_another_sender_has_by_now_is_left_to_it(incident):
    rows = leases.lease(NOON)
    assert len(leases.lease(NOON + leases.LEASE)) == 1
    assert leases.renew(rows, at=NOON + leases.LEASE) == []
    assert status_of(incident) == "planned"


@pytest.mark.promise(11)
def test_row_11_a_sender_that_was_stopped_looks_again(incident, pigeon):
    # It leases, is stopped for ten seconds, leases anew and sends.
    later = NOON + timedelta(seconds=10)
    delivery.deliver_due(
        now=chain([NOON], repeat(later)).__next__,
        clock=chain([0.0], repeat(10.0)).__next__,
    )
    assert len(pigeon.pages) == 1
    page = incident.notifications.get()
    assert (page.attempts, page.send_at) == (1, later + leases.LEASE)


@pytest.mark.promise(11)
def test_row_11_an_answer_while_a_call_is_made_does_not_ring_again(
    acme, incident, pigeon
):
    pigeon.failure = channels.TemporaryFailure("no line")
    delivery.deliver_due(now=lambda: NOON)
    actions.acknowledge(incident, actor=Actor("sms", acme.bob.membership), at=NOON)
    pigeon.failure = None
    delivery.deliver_due(now=lambda: NOON + MINUTE)
    assert pigeon.pages == []
    assert status_of(incident) == "cancelled"


@pytest.mark.promise(14)
def test_row_14_a_noisy_account_does_not_hold_up_another(acme, globex, pigeon):
    """Its 300 people are due before the one of the other account."""
    people = [
        factories.person(acme.account, f"Person{n}").membership for n in range(300)
    ]
    acme.account.contact_methods.update(kind="pigeon")
    globex.account.contact_methods.update(kind="pigeon")
    early = NOON - MINUTE
    actions.open_incident(
        acme.service, actor=TOOL, at=early, title="Noise", assignees=people
    )
    quiet = actions.open_incident(
        globex.service, actor=TOOL, at=NOON, title="Quiet one"
    )
    first = leases.lease(NOON, limit=2)
    assert quiet.pk in {row.incident_id for row in first}


@pytest.mark.promise(14)
def test_row_14_a_kind_that_is_busy_leaves_the_other_kinds_their_senders(acme, pigeon):
    acme.alice.email.kind = "pigeon"
    acme.alice.email.save()
    with registered(Pigeon(kind="raven")):
        factories.contact(acme.alice.membership, "raven", "tower")
        actions.open_incident(acme.service, actor=TOOL, at=NOON, title="Down")
        taken = leases.lease(NOON, limit=1, busy={"pigeon": 1})
        assert [row.kind for row in taken] == ["raven"]
        assert [row.kind for row in leases.lease(NOON, limit=1)] == ["pigeon"]


@pytest.mark.promise(8)
def test_row_8_a_provider_that_is_down_for_a_while_costs_no_page(incident, pigeon):
    pigeon.failure = channels.TemporaryFailure("storm")
    at = NOON
    for wait in results.BACKOFF[:3]:
        delivery.deliver_due(now=repeat(at).__next__)
        assert status_of(incident) == "planned"
        at += wait
    pigeon.failure = None
    delivery.deliver_due(now=lambda: at)
    assert status_of(incident) == "sent"


@pytest.mark.promise(10)
def test_row_10_low_urgency_that_reaches_nobody_goes_on_too(acme, pigeon):
    acme.account.contact_methods.update(kind="pigeon")
    low = actions.open_incident(
        acme.service, actor=TOOL, at=NOON, title="Disk", urgency="low"
    )
    assert low.escalate_at is None
    pigeon.failure = channels.PermanentFailure("no such loft")
    delivery.deliver_due(now=lambda: NOON)
    low.refresh_from_db()
    assert low.escalate_at == NOON


def test_one_delivery_that_cannot_be_recorded_does_not_undo_the_others(
    acme, globex, pigeon
):
    for world in (acme, globex):
        world.account.contact_methods.update(kind="pigeon")
        actions.open_incident(world.service, actor=TOOL, at=NOON, title="Down")
    rows = leases.lease(NOON)
    broken = [
        (row, channels.Sent("\0" if row.account == acme.account else "good"))
        for row in rows
    ]
    results.sent(broken, at=NOON)
    found = dict(Notification.across_accounts.values_list("account__name", "status"))
    assert found == {"Acme": "planned", "Globex": "sent"}


@pytest.mark.promise(4)
def test_row_4_what_a_sender_still_has_is_kept_from_the_others(incident):
    (row,) = leases.lease(NOON)
    later = NOON + leases.LEASE - timedelta(seconds=1)
    leases.keep([row], at=later)
    assert leases.lease(NOON + leases.LEASE) == []
    assert len(leases.lease(later + leases.LEASE)) == 1


@pytest.mark.promise(4)
def test_row_4_a_sender_keeps_nothing_that_another_one_has_by_now(incident):
    (row,) = leases.lease(NOON)
    leases.lease(NOON + leases.LEASE)
    leases.keep([row], at=NOON + 5 * leases.LEASE)
    assert len(leases.lease(NOON + 2 * leases.LEASE)) == 1


def test_a_receipt_that_comes_first_does_not_lose_who_took_the_message(
    incident, pigeon
):
    (row,) = leases.lease(NOON)
    results.receipt(row.token, "delivered", "", at=NOON)
    results.sent([(row, channels.Sent("flight-7", "loft"))], at=NOON + MINUTE)
    page = incident.notifications.get()
    assert (page.status, page.provider_id) == ("delivered", "flight-7")
    assert (page.provider, page.sent_at) == ("loft", NOON + MINUTE)


def test_one_look_at_what_is_due_serves_many_messages(
    acme, pigeon, django_assert_max_num_queries
):
    people = [factories.person(acme.account, f"P{n}").membership for n in range(90)]
    acme.account.contact_methods.update(kind="pigeon")
    actions.open_incident(
        acme.service, actor=TOOL, at=NOON, title="Down", assignees=people
    )
    line = leases.Line()
    first = leases.lease(NOON, line=line)
    # A lock, the rows, their pushes, what goes along, and the lease.
    with django_assert_max_num_queries(11):
        second = leases.lease(NOON, line=line)
    assert (len(first), len(second)) == (leases.BATCH, leases.BATCH)
    assert not {row.pk for row in first} & {row.pk for row in second}
