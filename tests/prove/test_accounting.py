"""The accounting of a proof run notices whatever is lost."""

from dataclasses import replace

import pytest

from tests.prove import accounting
from tests.prove.example import (
    MINUTE,
    NOON,
    PLANNED,
    WORLD,
    Run,
    words,
)
from tests.prove.ledger import Sent, Tampering, Window
from tests.prove.plans import Event


def test_a_run_in_which_every_page_arrived_once_is_clean(run):
    verdict = run.settled()

    assert verdict.is_clean
    assert (verdict.demanded, verdict.arrived) == (4, 4)
    assert verdict.duplicates.total() == 0
    assert verdict.lateness == [0.5] * 4


def test_an_accepted_event_without_a_row_is_lost(run):
    run.events = []

    assert "there is no row" in words(run.settled().lost)


@pytest.fixture
def maintained(run) -> Run:
    """The service was in maintenance, which had ended when the incident began."""
    service = replace(WORLD.services[7], held_until=NOON)
    run.world = replace(WORLD, services={7: service})
    earlier = replace(run.events[0], outcome="held", received_at=NOON - 20)
    run.events = [earlier]
    run.ledger.sent[0].accepted_at = NOON - 20
    return run


def test_a_held_alert_pages_when_the_maintenance_ends(maintained):
    verdict = maintained.settled()

    assert verdict.is_clean
    assert verdict.lateness == [0.5] * 4


def test_a_held_alert_that_is_never_let_through_is_lost(maintained):
    maintained.events = [replace(maintained.events[0], incident=None)]

    assert "no incident" in words(maintained.settled().lost)


def test_an_alert_may_end_while_it_is_held(maintained):
    held = replace(maintained.events[0], incident=None)
    end = replace(held, id=4, action="resolve", outcome="resolved", mark=None)
    maintained.events = [held, end]
    maintained.timeline, maintained.deliveries = [], []
    maintained.ledger.pages = []

    assert not any(found.what == "event" for found in maintained.settled().lost)


def test_an_alert_that_is_held_after_the_maintenance_is_lost(maintained):
    late = replace(maintained.events[0], received_at=NOON + 1)
    maintained.events = [late]

    assert "ended as 'held'" in words(maintained.settled().lost)


def test_an_event_that_nobody_was_told_is_taken_is_not_lost(run):
    more = Event(2, 0, "trigger", "key-2", "critical")
    run.ledger.sent.append(Sent(more, tries=9, accepted_at=None))

    assert run.settled().is_clean


def test_an_event_that_was_never_processed_is_lost(run):
    run.events = [replace(run.events[0], is_processed=False)]

    assert "never processed" in words(run.settled().lost)


def test_a_trigger_that_opened_nothing_is_lost(run):
    run.events = [replace(run.events[0], outcome="unmatched", incident=None)]

    assert "ended as 'unmatched'" in words(run.settled().lost)


@pytest.mark.parametrize("place", range(len(PLANNED)))
def test_each_page_that_is_missing_is_lost(run, place):
    del run.ledger.pages[place]

    verdict = run.settled()

    assert [found.what for found in verdict.lost] == ["page"]
    assert PLANNED[place][1] in verdict.lost[0].why


def test_a_page_whose_row_is_gone_too_is_lost(run):
    del run.ledger.pages[1]
    del run.deliveries[1]

    assert "rows: none" in words(run.settled().lost)


def test_a_refused_page_has_not_arrived(run):
    run.ledger.pages[2] = replace(run.ledger.pages[2], verdict="refused")

    assert len(run.settled().lost) == 1


def test_a_level_that_never_started_is_lost_with_its_pages(run):
    run.timeline = [run.timeline[0], run.timeline[1], run.timeline[4]]
    run.deliveries = run.deliveries[:2]
    run.ledger.pages = run.ledger.pages[:2]

    lost = run.settled().lost

    assert "bob@acme.example" in words(lost)
    assert len(lost) == 2


def test_an_incident_without_any_level_is_lost(run):
    run.timeline = [run.timeline[0], run.timeline[4]]
    run.deliveries, run.ledger.pages = [], []

    assert len(run.settled().lost) == 4


def test_an_answer_ends_what_is_not_due_yet(run):
    run.ends(at=NOON + 30)

    verdict = run.settled()

    assert verdict.is_clean
    assert verdict.demanded == 1


def test_an_answer_overtakes_a_page_that_is_a_little_late(run):
    run.ends(at=NOON + MINUTE + 10)
    run.ledger.pages = run.ledger.pages[:1]

    verdict = run.settled()

    assert verdict.is_clean
    assert verdict.ended == {"by an answer": 1}


def test_an_answer_does_not_hide_a_page_that_was_much_too_late(run):
    run.ends(at=NOON + MINUTE + 50)
    run.ledger.pages = run.ledger.pages[:1]

    assert len(run.settled().lost) == 1


@pytest.mark.parametrize("fault", ["flush", ""])
def test_an_answer_may_overtake_a_later_page_only_in_a_fault(run, fault):
    run.ends(at=NOON + MINUTE + 25)
    run.ledger.pages = run.ledger.pages[:1]
    if fault:
        at = NOON + MINUTE + 2
        run.ledger.windows = [Window(fault, "redis", at, at + 1)]

    assert run.settled().is_clean is bool(fault)


def test_a_deleted_page_must_be_there_again_within_the_time_of_the_auditor(run):
    run.ledger.tamperings = [Tampering(NOON + 5, "delete pages", 5)]
    del run.ledger.pages[1]

    assert "tampered with" in words(run.settled().lost)
    # Deleted later, the next level began before anybody had promised a repair.
    run.ledger.tamperings = [Tampering(NOON + 50, "delete pages", 5)]
    assert run.settled().is_clean


def test_an_address_that_is_no_good_ends_its_page(run):
    run.world = replace(WORLD, hopeless=frozenset({"bob@acme.example"}))
    run.deliveries[2] = replace(run.deliveries[2], status="failed")
    del run.ledger.pages[2]

    verdict = run.settled()

    assert verdict.is_clean
    assert verdict.ended == {"by an address that is no good": 1}


def test_only_enough_attempts_make_a_page_fail(run):
    row = replace(run.deliveries[0], status="failed", error="no such number")
    run.deliveries[0] = row
    run.ledger.pages[0] = replace(run.ledger.pages[0], verdict="hopeless")

    assert len(run.settled().lost) == 1
    run.deliveries[0] = replace(row, attempts=accounting.ATTEMPTS)
    assert run.settled().ended == {"by 5 failed attempts": 1}
