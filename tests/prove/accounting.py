"""Holds what was seen against what was demanded: nothing lost, nothing twice.

An event that was accepted must be a row, feed an alert and an incident; and each page
that the incident demanded must have arrived at a provider, or been ended: by an answer,
by the next level, or by a failure that let the next rule come.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.prove import demands, outages
from tests.prove.demands import FOREVER, Case, Demand, Key
from tests.prove.ledger import Ledger, Page, Sent, Window
from tests.prove.rows import Delivery, EventRow, IncidentRow, Rows
from tests.prove.verdict import Finding, Verdict
from tests.prove.world import MINUTE, World

# How late a page may be that an answer or the next level then made needless: where a
# fault met it, as long as a sender that dies holds it, and what waited with it takes.
OVERTAKEN, OVERTAKEN_IN_FAULTS = 20.0, 40.0
# The auditor looks every 30 s, and repairs what it finds within the next second.
REPAIRED = 65.0
# Instants of a provider, of the database and of a tool are compared.
SLACK = 1.5
# After so many attempts a delivery has failed.
ATTEMPTS = 5
# A sender writes down at once what a provider has taken: only what befalls it between
# the two explains a second page.
BEFORE, AFTER = 1.0, 5.0
# What had to be calm for a page to count as one outside of faults.
CALM_BEFORE, CALM_AFTER = 8.0, 5.0
# A page is looked at right before it is sent: one that comes later was not on its way
# when somebody answered it. A stopped sender, or a provider that hangs, takes longer.
ON_ITS_WAY, ON_ITS_WAY_IN_FAULTS = 3.0, 10.0
SENDERS_FAIL = ("kill", "pause", "restart fast", "restart immediate")
SENDERS = ("worker", "postgres")
TRIGGERED = {"opened", "repeated", "grouped"}
HELD = "held"


def settle(world: World, ledger: Ledger, rows: Rows) -> Verdict:
    """Account for everything."""
    return Settlement(world, ledger, rows).settle()


class Settlement:
    """One accounting, with what is looked up often at hand."""

    def __init__(self, world: World, ledger: Ledger, rows: Rows) -> None:
        self.world = world
        self.ledger = ledger
        self.rows = rows
        self.verdict = Verdict()
        self.by_mark: dict[str, Sent] = {sent.event.mark: sent for sent in ledger.sent}
        self.tampered: dict[int, list[float]] = defaultdict(list)
        for tampering in ledger.tamperings:
            self.tampered[tampering.incident].append(tampering.at)
        self.demands: dict[Key, Demand] = {}
        self.pages: dict[Key, list[Page]] = defaultdict(list)
        self.deliveries: dict[Key, list[Delivery]] = defaultdict(list)
        self.starts: dict[int, list[float]] = {}
        self.outages = outages.of(ledger.windows)
        self.held = {row.mark for row in rows.events if row.outcome == HELD}

    def settle(self) -> Verdict:
        """Do all of it, in this order."""
        self._count_events()
        self._demand()
        self._file_deliveries()
        self._file_pages()
        for demand in self.demands.values():
            self._settle(demand)
        self._find_second_pages()
        self._check_answers()
        for found in (self.verdict.latest, self.verdict.latest_calm):
            found.sort(key=lambda late: -late[0])
        return self.verdict

    def _count_events(self) -> None:
        """Accepted, then a row, then an alert and an incident."""
        found = defaultdict(list)
        for row in self.rows.events:
            found[row.mark].append(row)
        self.verdict.events = len(self.ledger.sent)
        for sent in self.ledger.sent:
            if sent.accepted_at is None:
                continue
            self.verdict.accepted += 1
            mark = sent.event.mark
            if not found[mark]:
                self._lose("event", "accepted, but there is no row", mark)
            for row in found[mark]:
                if not row.is_processed:
                    self._lose("event", "never processed", mark, row.incident)
                elif row.action != "trigger":
                    continue
                elif row.outcome not in TRIGGERED and not self._may_be_held(row):
                    self._lose("event", f"a trigger ended as {row.outcome!r}", mark)
                elif row.incident is None and not self._ended_while_held(row):
                    self._lose("event", f"{row.outcome}, but no incident", mark)
                elif (
                    row.outcome == "opened"
                    and row.incident
                    and (self.rows.incidents[row.incident].mark != mark)
                ):
                    self._lose(
                        "event", "opened an incident of another", mark, row.incident
                    )

    def _may_be_held(self, row: EventRow) -> bool:
        """Whether it came in its service's maintenance."""
        service = self.world.services[row.service]
        return row.outcome == HELD and row.received_at <= service.held_until

    def _ended_while_held(self, row: EventRow) -> bool:
        """Whether the tool said that all is well before the maintenance was over."""
        key = (row.service, row.dedup_key)
        return self.world.services[row.service].held_until > 0 and any(
            other.id > row.id and other.incident is None and other.action == "resolve"
            for other in self.rows.events
            if (other.service, other.dedup_key) == key
        )

    def _demand(self) -> None:
        self.verdict.incidents = len(self.rows.incidents)
        for incident in self.rows.incidents.values():
            timeline = self.rows.timelines.get(incident.id, [])
            if incident.is_own:
                self.verdict.own += 1
                continue
            case = self._case(incident)
            if case is None:
                self._doubt("incident", "no event opened it", "", incident.id)
                continue
            self.starts[incident.id] = [
                start.started_at or FOREVER
                for start in demands.starts_of(
                    case, timeline, demands.answer_of(timeline)
                )
            ]
            if demands.out_of_order(case, timeline):
                self._doubt(
                    "levels",
                    "not in the policy's order",
                    incident.mark or "",
                    incident.id,
                )
            for demand in demands.of(case, self.world, timeline):
                self.demands[demand.key] = demand

    def _case(self, incident: IncidentRow) -> Case | None:
        sent = self.by_mark.get(incident.mark or "")
        service = self.world.services.get(incident.service)
        if sent is None or service is None:
            return None
        born_at = incident.created_at
        if sent.accepted_at is not None:
            born_at = min(born_at, sent.accepted_at)
        if sent.event.mark in self.held:
            born_at = max(born_at, service.held_until)
        return Case(incident.id, service, sent.event.severity, born_at)

    def _file_deliveries(self) -> None:
        for delivery in self.rows.deliveries.values():
            if key := self._key(delivery):
                self.deliveries[key].append(delivery)

    def _key(self, delivery: Delivery) -> Key | None:
        """Say which demand a delivery answers, by when it was planned."""
        if delivery.incident is None or delivery.person is None:
            return None
        if self.rows.incidents[delivery.incident].is_own:
            return None
        starts = self.starts.get(delivery.incident, [])
        begun = delivery.planned_for - delivery.minutes * MINUTE + SLACK / 10
        place = sum(started_at <= begun for started_at in starts) - 1
        return Key(
            delivery.incident,
            max(0, place),
            delivery.person,
            delivery.kind,
            delivery.address,
            delivery.minutes,
        )

    def _file_pages(self) -> None:
        """Put each page that arrived to the demand that it meets."""
        by_token = {row.token: row for row in self.rows.deliveries.values() if row}
        carried: dict[int, list[Delivery]] = defaultdict(list)
        times: Counter[str] = Counter()
        for row in self.rows.deliveries.values():
            if row.bundled_into is not None:
                carried[row.bundled_into].append(row)
        for page in sorted(self.ledger.pages, key=lambda page: page.at):
            if not page.has_arrived:
                continue
            delivery = by_token.get(page.token)
            if delivery is None:
                self._file_by_content(page)
                continue
            self._check_content(page, delivery)
            times[page.token] += 1
            for row in (delivery, *carried[delivery.id]):
                # What was answered stays behind when the rest is sent again.
                is_left = (
                    row is not delivery
                    and row.status == "cancelled"
                    and row.attempts < times[page.token]
                )
                if not is_left and (key := self._key(row)):
                    self.pages[key].append(page)

    def _file_by_content(self, page: Page) -> None:
        """A page whose row is gone is known by its words and its receiver."""
        mine = [
            demand
            for key, demand in self.demands.items()
            if key.address == page.address
            and key.kind == page.kind
            and demand.due_at - SLACK <= page.at
            and self.rows.incidents[key.incident].mark in page.marks
        ]
        open_ones = [demand for demand in mine if not self.pages[demand.key]]
        for demand in (open_ones or mine)[-1:]:
            self.pages[demand.key].append(page)
        if not mine:
            self._doubt("page", f"nobody planned it: {page.text[:60]!r}", "", None)

    def _check_content(self, page: Page, delivery: Delivery) -> None:
        """A page must speak of its incident; a call says it only when answered."""
        if delivery.incident is None or page.kind == "voice":
            return
        incident = self.rows.incidents[delivery.incident]
        mark = incident.mark
        if incident.is_own:
            return
        if mark not in page.marks or page.address != delivery.address:
            self._doubt("page", "of another incident", mark or "", delivery.incident)

    def _settle(self, demand: Demand) -> None:
        self.verdict.demanded += 1
        pages = self.pages.get(demand.key)
        if pages:
            self.verdict.arrived += 1
            self._time(demand, pages[0])
            return
        if how := self._ending(demand):
            self.verdict.ended[how] += 1
            return
        rows = self.deliveries.get(demand.key, [])
        states = [f"{row.status} after {row.attempts}: {row.error}" for row in rows]
        key = demand.key
        self._lose(
            "page",
            f"{key.kind} to {key.address}, level start {key.start}, rule of"
            f" {key.minutes} min, due at {demand.due_at:.1f}, ended at"
            f" {demand.ends_at:.1f}; rows: {states or 'none'}"
            f"{'; tampered with' if key.incident in self.tampered else ''}",
            self.rows.incidents[key.incident].mark or "",
            key.incident,
        )

    def _ending(self, demand: Demand) -> str:
        """Say what ended a demand without a page; nothing if nothing did."""
        by = "by an answer" if demand.is_answered else "by the next level"
        if demand.ends_at <= self._deadline(demand):
            return by
        for row in self.deliveries.get(demand.key, []):
            if row.status == "failed" and row.address in self.world.hopeless:
                return "by an address that is no good"
            if row.status == "failed" and row.attempts >= ATTEMPTS:
                return f"by {ATTEMPTS} failed attempts"
            if row.status == "cancelled" and row.attempts and demand.ends_at < FOREVER:
                return f"{by}, after failed attempts"
        return ""

    def _deadline(self, demand: Demand) -> float:
        """Until when the page had to come, so that its level's end is no excuse."""
        tampered = self.tampered.get(demand.key.incident, ())
        repaired = [outages.after(at, REPAIRED, self.outages) for at in tampered]
        is_calm = self._is_calm(demand.due_at, min(demand.ends_at, demand.due_at + 60))
        wait = OVERTAKEN if is_calm else OVERTAKEN_IN_FAULTS
        # That a level began late is its own matter; its rules count from then on.
        begun = demand.started_at or demand.level_due_at
        planned = begun + demand.key.minutes * MINUTE
        due_at = max([demand.due_at, planned, *repaired])
        return outages.after(due_at, wait, self.outages)

    def _is_calm(self, start: float, end: float) -> bool:
        """Whether no fault was near."""
        start, end = start - CALM_BEFORE, end + CALM_AFTER
        return not any(window.overlaps(start, end) for window in self.ledger.windows)

    def _time(self, demand: Demand, page: Page) -> None:
        late = max(0.0, page.at - demand.due_at)
        self.verdict.lateness.append(late)
        self.verdict.latest.append((late, demand.key))
        is_calm = self._is_calm(demand.due_at, demand.due_at)
        level_due_at, began_at = demand.level_due_at, demand.started_at
        if began_at is not None and began_at > level_due_at + SLACK:
            # What a late level has late is its fault's, however long ago that was.
            is_calm &= self._is_calm(level_due_at, began_at)
        if is_calm and demand.key.incident not in self.tampered:
            self.verdict.calm.append(late)
            self.verdict.latest_calm.append((late, demand.key))

    def _find_second_pages(self) -> None:
        for key, pages in self.pages.items():
            mark = self.rows.incidents[key.incident].mark or ""
            for before, page in pairwise(pages):
                why = self._explanation(before)
                if why and (before.verdict == "unsure" or self._was_tried_again(key)):
                    self.verdict.duplicates[why] += 1
                    continue
                self._doubt(
                    "second page",
                    f"{key.kind} to {key.address} at {before.at:.2f} and {page.at:.2f}",
                    mark,
                    key.incident,
                )
            if key not in self.demands and key.start >= 0:
                self._doubt_needless(key, pages, mark)

    def _was_tried_again(self, key: Key) -> bool:
        """Whether the rows say so themselves: a lease ended, and another one began."""
        rows = self.deliveries.get(key, [])
        return len(rows) > 1 or any(row.attempts > 1 for row in rows)

    def _doubt_needless(self, key: Key, pages: list[Page], mark: str) -> None:
        """A page that the plan did not demand may only have been on its way."""
        timeline = self.rows.timelines.get(key.incident, [])
        answered_at = demands.settled_at(timeline)
        is_calm = self._is_calm(answered_at, pages[0].at)
        wait = ON_ITS_WAY if is_calm else ON_ITS_WAY_IN_FAULTS
        if pages[0].at <= answered_at + wait:
            person = self.world.people.get(key.person)
            if person is not None and self._is_known(key):
                return
        elif self._explanation(pages[0]):
            self.verdict.ended["rang after an answer, in a fault"] += 1
            return
        self._doubt(
            "needless page",
            f"{key.kind} to {key.address} at {pages[0].at:.2f}, answered at"
            f" {answered_at:.2f}, level start {key.start}, rule of {key.minutes} min",
            mark,
            key.incident,
        )

    def _is_known(self, key: Key) -> bool:
        """Whether the rule is one of the person's, so that it was due at the end."""
        return any(
            (rule.kind, rule.address) == (key.kind, key.address)
            for rule in self.world.people[key.person].rules
        )

    def _explanation(self, page: Page) -> str:
        """Say why a sender could not know that the page had arrived."""
        if page.verdict == "unsure":
            return "the provider did not say that it took the first"
        for window in self._failures(page.at - BEFORE, page.at + AFTER):
            return f"{window.kind} {window.target.partition('-')[0]}"
        return ""

    def _failures(self, start: float, end: float) -> Iterator[Window]:
        for window in self.ledger.windows:
            # Who was killed came back as another one, and has nothing to forget.
            ends_at = (
                window.started_at if window.kind.startswith("kill") else window.ended_at
            )
            if (
                window.kind.startswith(SENDERS_FAIL)
                and window.target.startswith(SENDERS)
                and window.started_at <= end
                and start <= ends_at
            ):
                yield window

    def _check_answers(self) -> None:
        """An answer that a person was told is done must be on the timeline."""
        by_token = {row.token: row for row in self.rows.deliveries.values()}
        for answer in self.ledger.answers:
            delivery = by_token.get(answer.token)
            if delivery is None or delivery.incident is None:
                continue
            self.verdict.answers += 1
            verbs = self._answers_to(delivery, before=answer.at + SLACK)
            if answer.via == "link":
                # It leads to the message's own incident. A mail that carries more has
                # no such link, though another attempt of it may have carried them.
                verbs = verbs[:1]
            # A text names the one incident that it answers.
            is_whole = answer.via == "sms" or all(verbs)
            if is_whole and any(answer.verb in found for found in verbs):
                continue
            self._lose(
                "answer",
                f"{answer.verb} by {answer.via} was confirmed",
                self.rows.incidents[delivery.incident].mark or "",
                delivery.incident,
            )

    def _answers_to(self, delivery: Delivery, *, before: float) -> list[set[str]]:
        """Say how each incident was answered that the message carried.

        The message's own comes first. One that is ended by then is not answered again.
        """
        carried = [
            row
            for row in self.rows.deliveries.values()
            if row.bundled_into == delivery.id and row.id != delivery.id
        ]
        return [
            {
                entry.verb
                for entry in self.rows.timelines.get(row.incident or 0, [])
                if entry.verb in demands.ANSWERS and entry.at <= before
            }
            for row in (delivery, *carried)
        ]

    def _lose(
        self, what: str, why: str, event: str, incident: int | None = None
    ) -> None:
        self.verdict.lost.append(Finding(what, why, event, incident))

    def _doubt(
        self, what: str, why: str, event: str, incident: int | None = None
    ) -> None:
        self.verdict.unexplained.append(Finding(what, why, event, incident))
