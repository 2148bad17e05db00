"""The accounting finds what went wrong: it is fed a run with one thing changed."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.prove import accounting
from tests.prove.ledger import Answer, Ledger, Page, Sent, Tampering, Window
from tests.prove.plans import Event
from tests.prove.rows import Delivery, Entry, EventRow, IncidentRow, Rows
from tests.prove.verdict import Finding, Verdict
from tests.prove.world import Level, Person, Rota, Rule, Service, World

NOON = 1_800_000_000.0
MINUTE = 60.0
LEVELS = (Level(2 * MINUTE, (1,), ()), Level(MINUTE, (2,), ()))
# When the tool ended it: the second level had begun, and its second rule had come.
END = NOON + 4 * MINUTE + 30


def rules(address: str, *minutes: int) -> tuple[Rule, ...]:
    return tuple(Rule("email", address, "high", delay) for delay in minutes)


WORLD = World(
    people={
        1: Person(1, "Alice", "Acme", True, rules("alice@acme.example", 0, 1)),
        2: Person(2, "Bob", "Acme", False, rules("bob@acme.example", 0)),
    },
    services={7: Service(7, "Acme", "Checkout", "key", "high", LEVELS, repeats=0)},
    hopeless=frozenset(),
)
EVENT = Event(1, 0, "trigger", "key-1", "critical")
# Who is paged, by which level and rule, and how long after the event.
PLANNED = (
    (1, "alice@acme.example", 0, 0.0),
    (1, "alice@acme.example", 1, MINUTE),
    (2, "bob@acme.example", 0, 2 * MINUTE),
    # The alarm for the owner, when nobody answered.
    (1, "alice@acme.example", 0, 3 * MINUTE),
)


def page(row: Delivery, late: float = 0.5, **changes: object) -> Page:
    found = Page(
        row.planned_for + late,
        row.kind,
        row.address,
        row.token,
        f"{EVENT.mark} disk full",
        (EVENT.mark,),
        "taken",
    )
    return replace(found, **changes)  # type: ignore[arg-type]


class Run:
    """A run without a fault: an incident that nobody answered, until it ended."""

    def __init__(self) -> None:
        self.world = WORLD
        self.deliveries = [
            Delivery(
                id=number,
                incident=5,
                purpose="page",
                person=person,
                kind="email",
                address=address,
                minutes=minutes,
                status="sent",
                token=f"token-{number}",
                attempts=1,
                error="",
                bundled_into=None,
                planned_for=NOON + after,
            )
            for number, (person, address, minutes, after) in enumerate(PLANNED, start=1)
        ]
        self.timeline = [
            Entry(5, "trigger", "event", NOON),
            Entry(5, "level_started", "engine", NOON, {"level": 1, "round": 0}),
            Entry(5, "level_started", "engine", NOON + 120, {"level": 2, "round": 0}),
            Entry(5, "policy_exhausted", "engine", NOON + 180),
            Entry(5, "resolve", "event", END),
        ]
        # Of an incident that is not looked at.
        self.others: list[Entry] = []
        self.events = [
            EventRow(
                id=3,
                service=7,
                action="trigger",
                dedup_key="key-1",
                outcome="opened",
                mark=EVENT.mark,
                received_at=NOON,
                is_processed=True,
                attempts=0,
                incident=5,
            )
        ]
        self.ledger = Ledger(
            sent=[Sent(EVENT, tries=1, accepted_at=NOON)],
            pages=[page(row) for row in self.deliveries],
        )

    def settled(self) -> Verdict:
        incident = IncidentRow(
            id=5,
            number=1,
            service=7,
            account="Acme",
            status="resolved",
            urgency="high",
            title=f"{EVENT.mark} disk full",
            mark=EVENT.mark,
            is_own=False,
            created_at=NOON,
        )
        rows = Rows(
            self.events,
            {5: incident, 6: replace(incident, id=6, is_own=True)},
            {5: self.timeline, 6: self.others},
            {row.id: row for row in self.deliveries},
        )
        return accounting.settle(self.world, self.ledger, rows)

    def ends(self, *, at: float, verb: str = "resolve") -> None:
        """Forget what came later, and have it answered then."""
        kept = [entry for entry in self.timeline if entry.at < at]
        self.timeline = [*kept, Entry(5, verb, "sms", at)]
        self.deliveries = [row for row in self.deliveries if row.planned_for < at]
        self.ledger.pages = [found for found in self.ledger.pages if found.at < at]


@pytest.fixture
def run() -> Run:
    return Run()


def words(findings: Iterable[Finding]) -> str:
    return "; ".join(f"{found.what}: {found.why}" for found in findings)


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
