"""The accounting of a proof run notices second and wrong pages."""

from dataclasses import replace

import pytest

from tests.prove.example import MINUTE, NOON, Run, page, words
from tests.prove.ledger import Answer, Window
from tests.prove.rows import Entry


def test_a_second_page_without_a_reason_is_found(run):
    run.ledger.pages.append(page(run.deliveries[1], late=3.0))

    verdict = run.settled()

    assert "second page" in words(verdict.unexplained)
    assert not verdict.lost


@pytest.mark.parametrize(
    ("kind", "target", "is_a_reason"),
    [
        ("kill", "worker-2", True),
        ("pause", "worker-1", True),
        ("restart immediate", "postgres", True),
        ("kill", "web", False),
        ("flush", "redis", False),
        ("two beats", "beat-2", False),
        ("provider busy", "mail", False),
    ],
)
def test_only_what_befalls_a_sender_explains_a_second_page(
    run, kind, target, is_a_reason
):
    first = run.ledger.pages[1]
    run.deliveries[1] = replace(run.deliveries[1], attempts=2)
    run.ledger.pages.append(replace(first, at=first.at + 30))
    run.ledger.windows = [Window(kind, target, first.at + 0.1, first.at + 1)]

    verdict = run.settled()

    assert verdict.is_clean is is_a_reason
    assert verdict.duplicates.total() == is_a_reason


@pytest.mark.parametrize("ended", [-10.0, 1.0])
def test_a_sender_that_was_killed_before_explains_nothing(run, ended):
    first = run.ledger.pages[1]
    run.deliveries[1] = replace(run.deliveries[1], attempts=2)
    run.ledger.pages.append(replace(first, at=first.at + 30))
    run.ledger.windows = [
        Window("kill", "worker-1", first.at - 20, first.at + ended),
    ]

    assert not run.settled().is_clean


def test_a_second_page_of_one_attempt_has_no_explanation(run):
    first = run.ledger.pages[1]
    run.ledger.pages.append(replace(first, at=first.at + 1))
    run.ledger.windows = [Window("kill", "worker-1", first.at + 0.1, first.at + 5)]

    assert not run.settled().is_clean


def test_a_provider_that_dies_after_taking_a_page_explains_a_second_one(run):
    first = replace(run.ledger.pages[0], verdict="unsure")
    run.ledger.pages[0] = first
    run.ledger.pages.append(replace(first, at=first.at + 5, verdict="taken"))

    verdict = run.settled()

    assert verdict.is_clean
    assert verdict.duplicates.total() == 1


def test_a_page_long_after_the_answer_is_found(run):
    late = page(run.deliveries[1], late=MINUTE)
    run.ends(at=NOON + 30)
    run.deliveries = [*run.deliveries, Run().deliveries[1]]
    run.ledger.pages.append(late)

    assert "needless page" in words(run.settled().unexplained)


@pytest.mark.parametrize("fault", ["provider late", ""])
def test_a_page_may_ring_some_seconds_after_an_answer_only_in_a_fault(run, fault):
    at = NOON + MINUTE - 1
    late = page(run.deliveries[1], late=5.0)
    run.ends(at=at)
    run.deliveries = [*run.deliveries, Run().deliveries[1]]
    run.ledger.pages.append(late)
    if fault:
        run.ledger.windows = [Window(fault, "mail", at, at + 4)]

    assert run.settled().is_clean is bool(fault)


def test_an_answer_is_there_when_it_is_committed(run):
    # Taken at +30 s, but a database that hung let nobody see it before +60 s.
    late = page(run.deliveries[1], late=2.0)
    run.ends(at=NOON + 30)
    run.timeline[-1] = replace(run.timeline[-1], committed_at=NOON + 60)
    run.deliveries = [*run.deliveries, Run().deliveries[1]]
    run.ledger.pages.append(late)

    assert run.settled().is_clean


def test_a_page_to_somebody_whom_nobody_planned_is_found(run):
    stranger = page(run.deliveries[0], address="mallory@globex.example", token="?")
    run.ledger.pages.append(stranger)

    assert "nobody planned it" in words(run.settled().unexplained)


def test_a_page_that_speaks_of_another_incident_is_found(run):
    run.ledger.pages[0] = replace(run.ledger.pages[0], marks=("E000099Z",))

    assert "of another incident" in words(run.settled().unexplained)


def test_a_page_with_a_new_name_is_known_by_its_words(run):
    run.ledger.pages[2] = replace(run.ledger.pages[2], token="another")

    assert run.settled().is_clean


def test_a_page_that_another_one_carried_has_arrived(run):
    run.deliveries[1] = replace(run.deliveries[1], bundled_into=1, status="sent")
    del run.ledger.pages[1]

    assert run.settled().is_clean


def test_what_was_answered_is_not_in_the_message_that_is_sent_again(run):
    run.ends(at=NOON + MINUTE + 2)
    run.deliveries[0] = replace(run.deliveries[0], attempts=2)
    carried = replace(run.deliveries[1], bundled_into=1, status="cancelled")
    run.deliveries[1] = carried
    first = page(run.deliveries[0], late=MINUTE, verdict="unsure")
    run.ledger.pages = [first, replace(first, at=first.at + 30, verdict="taken")]

    verdict = run.settled()

    assert verdict.is_clean
    assert verdict.duplicates.total() == 1


def test_a_level_out_of_order_is_found(run):
    run.timeline[1] = replace(run.timeline[1], details={"level": 2, "round": 0})

    assert "not in the policy's order" in words(run.settled().unexplained)


def test_an_answer_that_was_confirmed_and_forgotten_is_lost(run):
    given = Answer(NOON + 20, "sms", "acknowledge", "alice@acme.example", "token-1")
    run.ledger.answers = [given]

    assert "was confirmed" in words(run.settled().lost)
    run.ends(at=NOON + 19, verb="acknowledge")
    assert run.settled().is_clean


def test_of_a_message_with_several_incidents_those_that_wait_are_answered(run):
    run.ends(at=NOON + 19)
    given = Answer(NOON + 20, "push", "acknowledge", "alice@acme.example", "token-1")
    run.ledger.answers = [given]
    assert "was confirmed" in words(run.settled().lost)

    other = replace(run.deliveries[0], id=90, incident=6, bundled_into=1, token="90")
    run.deliveries.append(other)
    assert "was confirmed" in words(run.settled().lost)
    run.others.append(Entry(6, "acknowledge", "sms", NOON + 19.5))
    assert not any(found.what == "answer" for found in run.settled().lost)


def test_a_link_answers_the_incident_to_which_it_leads(run):
    """The mail's first attempt carried another one, and its provider hung up."""
    other = replace(run.deliveries[0], id=90, incident=6, bundled_into=1, token="90")
    run.deliveries.append(other)
    given = Answer(NOON + 20, "link", "acknowledge", "alice@acme.example", "token-1")
    run.ledger.answers = [given]
    run.others.append(Entry(6, "acknowledge", "link", NOON + 19.5))
    assert "was confirmed" in words(run.settled().lost)

    run.others.clear()
    run.ends(at=NOON + 19, verb="acknowledge")
    assert not any(found.what == "answer" for found in run.settled().lost)
