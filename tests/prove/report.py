"""Says what a run has found: a table, figures as JSON, evidence for each loss."""

import json
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tests.prove.ledger import Ledger
from tests.prove.rows import Rows
from tests.prove.slack import Chats
from tests.prove.verdict import Finding, Verdict

SHOWN = 12
LATEST = 5


@dataclass(frozen=True)
class Run:
    """What was asked for, and how long it took."""

    seed: int
    minutes: float
    took_seconds: float
    # Others' work on the same cores makes everything late.
    load_before: float
    # "failing" where every incident was to be shown in a chat that always fails.
    chat: str = "none"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if values else 0.0


def is_proved(found: dict[str, Any]) -> bool:
    """Say whether nothing was lost, and the chats that were to fail were tried."""
    chats = found["chats"]
    tried = sum(chats["asked"].values()) and chats["messages"] and not chats["shown"]
    return bool(found["clean"] and (found["run"]["chat"] == "none" or tried))


def figures(run: Run, verdict: Verdict, ledger: Ledger, chats: Chats) -> dict[str, Any]:
    """All figures, in values that JSON knows."""
    twice = verdict.duplicates.total()
    return {
        "run": asdict(run),
        "clean": verdict.is_clean,
        "events": {
            "sent": verdict.events,
            "accepted": verdict.accepted,
            "sends": sum(sent.tries for sent in ledger.sent),
        },
        "incidents": verdict.incidents,
        "own_incidents": verdict.own,
        "pages": {
            "demanded": verdict.demanded,
            "arrived": verdict.arrived,
            "ended": dict(verdict.ended),
        },
        "answers": verdict.answers,
        "answered_by": dict(Counter(answer.via for answer in ledger.answers)),
        "lost": [asdict(finding) for finding in verdict.lost],
        "duplicates": {
            "explained": dict(verdict.duplicates),
            "rate": twice / verdict.arrived if verdict.arrived else 0.0,
            "unexplained": [asdict(finding) for finding in verdict.unexplained],
        },
        "lateness": _times(verdict.lateness),
        "lateness_outside_of_faults": _times(verdict.calm),
        "chats": asdict(chats),
        "faults": dict(Counter(window.kind for window in ledger.windows)),
        "tampered_incidents": len({t.incident for t in ledger.tamperings}),
        "fallen": dict(Counter(ledger.fallen)),
    }


def table(found: dict[str, Any]) -> str:
    """A line for each figure that matters."""
    pages, twice = found["pages"], found["duplicates"]
    explained = sum(twice["explained"].values())
    lines = [
        ("lost", _number(len(found["lost"]))),
        (
            "duplicates",
            f"{explained} ({twice['rate']:.2%} of the pages), each after an attempt"
            f" with an unknown end; unexplained: {len(twice['unexplained'])}",
        ),
        ("lateness", _words(found["lateness"])),
        ("  outside of faults", _words(found["lateness_outside_of_faults"])),
        (
            "events",
            f"{_number(found['events']['accepted'])} accepted of"
            f" {_number(found['events']['sent'])}, sent"
            f" {_number(found['events']['sends'])} times",
        ),
        (
            "incidents",
            f"{_number(found['incidents'])}, of which the product opened"
            f" {found['own_incidents']} about itself",
        ),
        (
            "pages",
            f"{_number(pages['demanded'])} demanded, {_number(pages['arrived'])}"
            f" arrived{_list(pages['ended'])}",
        ),
        (
            "answers",
            f"{_number(found['answers'])} confirmed to people"
            f"{_list(found['answered_by'])}",
        ),
        ("chats", _chats(found)),
        ("faults", f"{sum(found['faults'].values())}{_list(found['faults'])}"),
        ("fell by themselves", _list(found["fallen"]).lstrip(", ") or "nothing"),
    ]
    run = found["run"]
    title = (
        f"seed {run['seed']}, {run['minutes']:g} minutes of traffic,"
        f" {run['took_seconds']:.0f} s in all, load before {run['load_before']:.1f}"
    )
    return "\n".join([title, *(f"  {name:<20}{text}" for name, text in lines)])


def side_by_side(found: dict[str, dict[str, Any]]) -> str:
    """The lateness of several runs, one below the other."""
    head = f"{'chats':<10}{'pages':>8}{'median':>9}{'99th':>9}{'max':>9}   calm:"
    lines = [
        f"{name:<10}{_columns(each['lateness'])}"
        f"   {_columns(each['lateness_outside_of_faults'])}"
        for name, each in found.items()
    ]
    title = "Lateness of pages, without chats and with ones that fail all the time:"
    return "\n".join([title, f"  {head}", *(f"  {line}" for line in lines)])


def evidence(verdict: Verdict, rows: Rows) -> str:
    """What is known of each loss and of each page that nothing explains."""
    parts = [
        _evidence(word, finding, rows)
        for word, findings in (
            ("LOST", verdict.lost),
            ("UNEXPLAINED", verdict.unexplained),
        )
        for finding in findings[:SHOWN]
    ]
    hidden = max(0, len(verdict.lost) - SHOWN) + max(
        0, len(verdict.unexplained) - SHOWN
    )
    if hidden:
        parts.append(f"... and {hidden} more, in the JSON")
    return "\n".join(parts)


def latest(verdict: Verdict, rows: Rows) -> str:
    """The latest pages, for whoever looks for the cause."""
    return "\n".join(
        f"  {late:6.1f} s late{words}: incident"
        f" #{rows.incidents[key.incident].number}"
        f" ({rows.incidents[key.incident].mark}), {key.kind} to {key.address},"
        f" start {key.start}, rule of {key.minutes} min"
        for words, found in (
            ("", verdict.latest),
            (" outside of faults", verdict.latest_calm),
        )
        for late, key in found[:LATEST]
    )


def seen(ledger: Ledger) -> str:
    """All that was seen from outside, for whoever looks for a cause."""
    return json.dumps(asdict(ledger))


def as_json(found: dict[str, Any]) -> str:
    """The same figures for machines."""
    return json.dumps(found, indent=2)


def _evidence(word: str, finding: Finding, rows: Rows) -> str:
    incident = rows.incidents.get(finding.incident or 0)
    events = [
        f"{row.id} ({row.outcome})" for row in rows.events if row.mark == finding.event
    ]
    named = f" of incident #{incident.number} in {incident.account}" if incident else ""
    lines = [
        f"{word} {finding.what}{named}: {finding.why}",
        f"    event {finding.event}, rows {', '.join(events) or 'none'}",
    ]
    for entry in rows.timelines.get(finding.incident or 0, []):
        at = datetime.fromtimestamp(entry.at, UTC).strftime("%H:%M:%S.%f")[:-3]
        lines.append(
            f"    {at} ({entry.at:.1f}) {entry.verb} via {entry.via}"
            f" {json.dumps(entry.details)[:160]}"
        )
    for row in rows.deliveries.values():
        if row.incident is not None and row.incident == finding.incident:
            lines.append(
                f"    row {row.id} {row.purpose} {row.kind} {row.address}"
                f" {row.minutes} min, planned for {row.planned_for:.1f}: {row.status}"
                f" after {row.attempts}; {row.error}"
            )
    return "\n".join(lines)


def _times(values: list[float]) -> dict[str, float]:
    return {
        "pages": len(values),
        "median": statistics.median(values) if values else 0.0,
        "p99": percentile(values, 0.99),
        "max": max(values, default=0.0),
    }


def _words(times: dict[str, float]) -> str:
    return (
        f"median {times['median']:.2f} s, 99th {times['p99']:.2f} s,"
        f" max {times['max']:.2f} s, of {_number(int(times['pages']))} pages"
    )


def _columns(times: dict[str, float]) -> str:
    seconds = (times[name] for name in ("median", "p99", "max"))
    return f"{int(times['pages']):>8,}" + "".join(f"{each:>7.2f} s" for each in seconds)


def _chats(found: dict[str, Any]) -> str:
    if found["run"]["chat"] == "none":
        return "none"
    chats = found["chats"]
    asked = sum(chats["asked"].values())
    return (
        f"{_number(asked)} calls failed{_list(chats['asked'])}; of"
        f" {_number(chats['messages'])} messages {_number(chats['waiting'])} wait"
    )


def _list(counts: dict[str, int]) -> str:
    return "".join(f", {name} {count}" for name, count in sorted(counts.items()))


def _number(value: int) -> str:
    return f"{value:,}"
