"""Pages of one person that are due together travel in one message."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, delivery, engine, leases, letters, opening, results
from incidents.models import Incident, Notification
from integrations import replies
from tests.factories import NOON
from tests.incidents.channel import Pigeon, registered

MINUTE = timedelta(minutes=1)
TOOL = Actor("event", name="Tool")


@pytest.fixture
def pigeon() -> Iterator[Pigeon]:
    with registered(Pigeon()) as pigeon:
        yield pigeon


@pytest.fixture(autouse=True)
def _alice_has_pigeons_only(acme, pigeon) -> None:
    acme.alice.email.kind = "pigeon"
    acme.alice.email.save()


def opened(world, count: int, at: datetime = NOON) -> list[Incident]:
    drafts = [opening.Draft(f"Down {n}", "high") for n in range(1, count + 1)]
    return opening.open_many(world.service, drafts, actor=TOOL, at=at)


def deliver(at: datetime = NOON) -> int:
    return delivery.deliver_due(now=lambda: at)


def pages() -> list[Notification]:
    return list(Notification.across_accounts.filter(purpose="page").order_by("id"))


@pytest.mark.promise(15)
def test_row_15_pages_that_are_due_together_are_one_message(acme, pigeon):
    opened(acme, 3)

    assert deliver() == 3

    assert [page.count for page in pigeon.pages] == [3]
    told = {pigeon.pages[0].number, *(n for n, _title in pigeon.pages[0].others)}
    assert told == {1, 2, 3}
    leader = next(page for page in pages() if page.bundled_into is None)
    assert [page.bundled_into for page in pages()].count(leader) == 2
    assert {page.status for page in pages()} == {"sent"}
    assert {page.provider_id for page in pages()} == {"flight-1"}
    assert acme.account.timeline_entries.filter(verb="notified").count() == 3


@pytest.mark.promise(15)
def test_row_15_the_first_page_of_an_incident_leaves_at_once(acme, pigeon):
    for second in range(5):
        at = NOON + timedelta(seconds=second)
        opened(acme, 1, at)
        deliver(at)
    assert [page.count for page in pigeon.pages] == [1] * 5


@pytest.mark.promise(15)
def test_row_15_what_is_due_in_a_moment_goes_along_and_what_is_later_does_not(
    acme, pigeon
):
    opened(acme, 1)
    opened(acme, 1, NOON + leases.TOGETHER)
    opened(acme, 1, NOON + MINUTE)
    deliver()
    assert [page.count for page in pigeon.pages] == [2]
    assert [page.status for page in pages()] == ["sent", "sent", "planned"]


def test_pages_of_two_people_are_two_messages(acme, pigeon):
    acme.bob.email.kind = "pigeon"
    acme.bob.email.save()
    people = [acme.alice.membership, acme.bob.membership]
    for title in ("One", "Two"):
        actions.open_incident(
            acme.service, actor=TOOL, at=NOON, title=title, assignees=people
        )
    deliver()
    assert [page.count for page in pigeon.pages] == [2, 2]
    assert len({address for address, _page in pigeon.taken}) == 2


def test_a_bundle_carries_only_what_still_waits(acme, pigeon):
    _first, second, _third = opened(acme, 3)
    Incident.across_accounts.filter(pk=second.pk).update(status="acknowledged")
    deliver()
    assert [page.count for page in pigeon.pages] == [2]
    assert second.notifications.get().status == "cancelled"


def test_a_bundle_whose_first_was_answered_still_leaves(acme, pigeon):
    incidents = opened(acme, 3)
    for incident in incidents[:2]:
        Incident.across_accounts.filter(pk=incident.pk).update(status="acknowledged")
    deliver()
    assert [page.number for page in pigeon.pages] == [3]


@pytest.mark.promise(10)
def test_row_10_a_bundle_that_fails_fails_for_all_and_pulls_the_levels_forward(
    acme, pigeon
):
    opened(acme, 3)
    pigeon.failure = channels.PermanentFailure("no such loft")
    deliver()
    assert {page.status for page in pages()} == {"failed"}
    due = acme.account.incidents.values_list("escalate_at", flat=True)
    assert set(due) == {NOON}


@pytest.mark.promise(10)
def test_row_10_a_bundle_that_is_tried_again_stays_together(acme, pigeon):
    opened(acme, 3)
    pigeon.failure = channels.TemporaryFailure("fog")
    deliver()
    assert {page.send_at for page in pages()} == {NOON + results.BACKOFF[0]}

    pigeon.failure = None
    opened(acme, 1, NOON + MINUTE)
    deliver(NOON + MINUTE)
    assert sorted(page.count for page in pigeon.pages) == [1, 3]


@pytest.mark.promise(12)
def test_row_12_what_unsnoozes_at_once_pages_in_one_bundle_a_person(acme, pigeon):
    incidents = opened(acme, 300)
    deliver()
    pigeon.taken.clear()
    alice = Actor("web", acme.alice.membership)
    for incident in incidents:
        actions.snooze(incident, actor=alice, at=NOON, until=NOON + 5 * MINUTE)

    engine.tick(NOON + 5 * MINUTE)
    deliver(NOON + 5 * MINUTE)

    assert [page.count for page in pigeon.pages] == [300]
    assert len(pigeon.pages[0].others) == letters.LISTED
    assert "assignee=" in pigeon.pages[0].link
    assert {i.status for i in acme.account.incidents.all()} == {"triggered"}


@pytest.mark.promise(13)
def test_row_13_after_an_outage_the_newest_and_most_urgent_leads_one_digest(
    acme, pigeon
):
    opened(acme, 2)
    answered = opened(acme, 1)[0]
    newest = opened(acme, 1, NOON + 100 * MINUTE)[0]
    low = opening.Draft("Disk", "low")
    opening.open_many(acme.service, [low], actor=TOOL, at=NOON + 110 * MINUTE)
    actions.acknowledge(answered, actor=Actor("web", acme.bob.membership), at=NOON)

    deliver(NOON + 120 * MINUTE)

    (digest,) = pigeon.pages
    assert (digest.number, digest.count) == (newest.number, 4)
    assert digest.others[-1][1] == "Disk"


def test_alarms_of_an_account_are_one_message_to_each_owner(acme, pigeon):
    opened(acme, 3)
    for minutes in (30, 60):
        engine.tick(NOON + minutes * MINUTE)
    pigeon.taken.clear()
    deliver(NOON + 60 * MINUTE)
    (notice,) = [m for _to, m in pigeon.taken if isinstance(m, channels.Notice)]
    assert "(and 2 more)" in notice.subject
    assert sum("#" in line for line in notice.lines) == 3


def test_one_answer_to_a_bundle_answers_all_that_still_wait(acme, pigeon):
    first, second, third, *_others = opened(acme, 5)
    deliver()
    bob = Actor("web", acme.bob.membership)
    actions.acknowledge(second, actor=bob, at=NOON)

    reply = replies.answer(
        pigeon.pages[0].token, "acknowledge", via="voice", at=NOON + MINUTE
    )

    assert reply.ok
    assert reply.text == "4 incidents are yours."
    for incident in (first, third):
        incident.refresh_from_db()
        assert incident.status == "acknowledged"
    # Bob keeps what he took.
    taken = second.acknowledgements.get()
    assert taken.membership == acme.bob.membership


@pytest.mark.parametrize("verb", ["acknowledge", "resolve"])
def test_an_answer_to_a_large_bundle_costs_no_more_than_to_a_small_one(
    acme, pigeon, verb, django_assert_max_num_queries
):
    opened(acme, 60)
    deliver()
    page = pages()[0]

    with django_assert_max_num_queries(40):
        reply = replies.answer(page.token, verb, via="pigeon", at=NOON)

    assert reply.ok
    assert "60 incidents" in reply.text
    done = {"acknowledge": "acknowledged", "resolve": "resolved"}[verb]
    assert set(acme.account.incidents.values_list("status", flat=True)) == {done}
    assert {row.status for row in pages()} == {"answered"}
    entries = acme.account.timeline_entries.filter(verb=verb)
    assert {entry.membership for entry in entries} == {acme.alice.membership}
    assert entries.count() == 60


def test_a_call_about_a_bundle_speaks_of_what_still_waits(acme, pigeon):
    first, *_others = opened(acme, 3)
    deliver()
    token = pigeon.pages[0].token
    actions.acknowledge(first, actor=Actor("web", acme.bob.membership), at=NOON)

    page = replies.page_of(token)

    assert isinstance(page, channels.Page)
    assert (page.token, page.count) == (token, 2)


def test_a_call_about_a_bundle_that_is_settled_says_so(acme, pigeon):
    for incident in opened(acme, 2):
        deliver()
        actions.acknowledge(incident, actor=Actor("web", acme.bob.membership), at=NOON)
    page = replies.page_of(pigeon.pages[0].token)
    assert isinstance(page, replies.Reply)


def test_a_receipt_of_a_bundle_is_one_of_each_page_in_it(acme, pigeon):
    opened(acme, 2)
    deliver()
    results.receipt(pigeon.pages[0].token, "delivered", "", at=NOON)
    assert {page.status for page in pages()} == {"delivered"}


def test_a_mail_lists_every_title_of_a_bundle(acme):
    acme.alice.email.kind = "email"
    acme.alice.email.save()
    opened(acme, 80)
    (row,) = leases.lease(NOON)
    message = letters.write(row)
    assert isinstance(message, channels.Page)
    assert {title for _n, title in message.others} | {message.title} == {
        f"Down {n}" for n in range(1, 81)
    }


def test_an_address_that_is_somebody_elses_by_now_is_told_nothing_of_a_bundle(
    acme, pigeon
):
    opened(acme, 3)
    acme.alice.email.membership = acme.bob.membership
    acme.alice.email.save()
    deliver()
    assert pigeon.taken == []
    assert {page.status for page in pages()} == {"cancelled"}


def test_an_unconfirmed_address_is_refused_a_whole_bundle(acme, pigeon):
    acme.account.unconfirmed_pages_per_day = 0
    acme.account.save()
    method = acme.alice.email
    method.verified_at, method.added_by_other = None, True
    method.save()
    opened(acme, 2)
    deliver()
    assert pigeon.pages == []
    assert {page.status for page in pages()} == {"failed"}
