"""What pages read of incidents: pages by cursor, counts, and words."""

import pytest
from django.utils import timezone

from incidents import tellings, wording
from incidents.models import TimelineEntry
from incidents.queries import listing, services
from incidents.queries.pages import Cursor, page
from incidents.states import TRANSITIONS
from tests import factories
from tests.incidents.pages import written


def numbers(rows) -> list[int]:
    return [row.number for row in rows]


def test_triggered_ones_come_first_and_pages_cross_the_border(acme):
    written(acme, *["acknowledged"] * 3, *["triggered"] * 3)
    found = acme.account.incidents.all()

    first = page(found, listing.OPEN, size=2)
    second = page(found, listing.OPEN, Cursor.parse(first.older or ""), size=2)
    third = page(found, listing.OPEN, Cursor.parse(second.older or ""), size=2)
    back = page(found, listing.OPEN, Cursor.parse(third.newer or ""), size=2)

    assert [numbers(p.rows) for p in (first, second, third)] == [[6, 5], [4, 3], [2, 1]]
    assert (first.newer, third.older) == (None, None)
    assert numbers(back.rows) == [4, 3]


def test_going_back_to_the_beginning_shows_the_whole_first_page(acme):
    written(acme, *["triggered"] * 5)
    found = acme.account.incidents.all()
    last = Cursor("newer", "triggered", acme.account.incidents.get(number=4).pk)

    assert numbers(page(found, listing.OPEN, last, size=3).rows) == [5, 4, 3]


@pytest.mark.parametrize(
    "text", ["", "older", "older.triggered.x", "sideways.triggered.1", "older..-1"]
)
def test_what_is_no_cursor_is_none(text):
    assert Cursor.parse(text) is None


def test_counts_are_of_one_account_and_stop(acme, globex):
    written(acme, *["resolved"] * 1001, "triggered", "acknowledged")
    written(globex, *["triggered"] * 2)
    found = acme.account.incidents.all()

    counts = listing.counts(acme.account, found, listing.TABS)

    assert counts == {
        "open": "2",
        "triggered": "1",
        "acknowledged": "1",
        "resolved": "1000+",
        "all": "1000+",
    }


def test_the_number_in_the_navigation_stops_at_99(acme):
    assert listing.open_count(acme.account) == ""
    written(acme, *["triggered"] * 60, *["acknowledged"] * 39, "resolved")
    assert listing.open_count(acme.account) == "99"
    written(acme, "triggered")
    assert listing.open_count(acme.account) == "99+"


def test_the_worst_state_of_a_service_wins(acme):
    written(acme, "acknowledged", "triggered", "acknowledged", "resolved")

    row = services.rows(acme.account, [acme.service], timezone.now())[0]

    assert (row.state, row.open_count) == ("triggered", 3)


def test_the_first_level_with_anybody_is_on_call(acme):
    nobody = factories.schedule(acme.account)
    policy = factories.policy(
        acme.account, [nobody], [acme.bob.membership], name="Gappy"
    )

    people = services.on_call(acme.account, {policy.pk}, timezone.now())

    assert [person.name for person in people[policy.pk]] == ["Bob"]


def test_events_of_all_integrations_come_newest_first(acme):
    other = factories.integration(acme.service, "Other")
    for number, integration in enumerate((acme.integration, other, acme.integration)):
        integration.events.create(
            account=acme.account,
            action="trigger",
            dedup_key=str(number),
            body={},
            received_at=timezone.now(),
        )

    assert [event.dedup_key for event in services.events(acme.service)] == [
        "2",
        "1",
        "0",
    ]


# Words


def entry(verb: str, **details: object) -> TimelineEntry:
    return TimelineEntry(verb=verb, via="web", name="Alice", details=details)


@pytest.mark.parametrize(
    "verb",
    [
        *TRANSITIONS,
        "trigger",
        "level_started",
        "level_skipped",
        "policy_exhausted",
        "nobody_reached",
        "notified",
        "notify_failed",
        "repaired",
    ],
)
def test_every_verb_has_its_own_words_even_without_facts(verb):
    bare = wording.tell(TimelineEntry(verb=verb, via="engine"))

    assert verb in tellings.TELLINGS
    assert bare.text
    assert "%" not in bare.text


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (entry("acknowledge"), "Alice acknowledged"),
        (entry("escalate", to=2), "Alice escalated to level 2"),
        (entry("reassign", to=["Bob", "Eve"]), "Alice reassigned it to Bob, Eve"),
        (
            entry("merge", numbers=[3, 4]),
            "Alice merged incidents into this one: #3, #4",
        ),
        (entry("change_priority", to=""), "Alice removed the priority"),
        (
            entry("level_started", level=1, policy="Default", people=["Bob"]),
            "Level 1 of Default started: Bob",
        ),
        (
            entry("rename", **{"from": "100 %", "to": "%(who)s"}),
            "Alice changed the title from “100 %” to “%(who)s”",
        ),
        (entry("something_new"), "Something happened"),
    ],
)
def test_an_entry_is_told_with_what_is_known(told, text):
    assert wording.tell(told).text == text


def test_a_note_is_told_in_full():
    assert wording.tell(entry("add_note", text="It was DNS")).body == "It was DNS"
