"""The accounting of a proof run knows how late each page came."""

from dataclasses import replace

from tests.prove.example import MINUTE, NOON, WORLD, page
from tests.prove.ledger import Window
from tests.prove.world import Rota


def test_lateness_counts_from_when_the_page_was_due(run):
    run.ledger.pages[2] = page(run.deliveries[2], late=7.0)

    verdict = run.settled()

    assert verdict.latest[0][0] == 7.0
    assert verdict.latest[0][1].address == "bob@acme.example"


def test_a_level_that_started_late_makes_its_pages_late(run):
    start = replace(run.timeline[2], at=NOON + 2 * MINUTE + 9)
    run.timeline[2] = start
    row = replace(run.deliveries[2], planned_for=start.at)
    run.deliveries[2], run.ledger.pages[2] = row, page(row)

    assert run.settled().latest[0][0] == 9.5


def test_a_page_due_in_a_fault_is_not_counted_as_one_outside_of_faults(run):
    run.ledger.windows = [Window("flush", "redis", NOON - 30, NOON - 2)]

    verdict = run.settled()

    assert (len(verdict.lateness), len(verdict.calm)) == (4, 3)


def test_a_low_urgency_incident_pages_its_first_level_alone(run):
    service = replace(WORLD.services[7], urgency="low")
    low = tuple(replace(rule, urgency="low") for rule in WORLD.people[1].rules)
    alice = replace(WORLD.people[1], rules=low)
    run.world = replace(WORLD, services={7: service}, people={**WORLD.people, 1: alice})
    run.timeline = [run.timeline[0], run.timeline[1], run.timeline[4]]
    run.deliveries, run.ledger.pages = run.deliveries[:2], run.ledger.pages[:2]

    verdict = run.settled()

    assert verdict.is_clean
    assert verdict.arrived == 2


def test_turns_go_round_by_the_clock():
    rota = Rota((1, 2), NOON, 3600.0)

    assert [rota.on_call(NOON + hours * 3600.0) for hours in (0, 1, 2.5)] == [1, 2, 1]
