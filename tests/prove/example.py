"""A small run that tests of the accounting change, one incident with all its pages."""

from collections.abc import Iterable
from dataclasses import replace

from tests.prove import accounting
from tests.prove.ledger import Ledger, Page, Sent
from tests.prove.plans import Event
from tests.prove.rows import Delivery, Entry, EventRow, IncidentRow, Rows
from tests.prove.verdict import Finding, Verdict
from tests.prove.world import Level, Person, Rule, Service, World

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


def words(findings: Iterable[Finding]) -> str:
    return "; ".join(f"{found.what}: {found.why}" for found in findings)
