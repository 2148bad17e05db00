"""Says what was measured: as tables, as JSON, and in docs/performance.md."""

import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from oncall.embedded import folders
from tests.bench.findings import Findings
from tests.bench.goals import GOALS
from tests.bench.intake import Figures

DOCUMENT = folders.ROOT / "docs" / "performance.md"
# Above this others were at work on the cores.
IDLE_LOAD = 0.7
BUSY = (
    " **The machine was busy with other work: rates are too low, times and CPU per "
    "event too high, and the ratios rough.**"
)


def table(found: Findings) -> str:
    """Write the report as Markdown."""
    parts = (_intake, _costs, _mails, _due, _history, _memory, _goals)
    return "\n\n".join("\n".join(part(found)) for part in parts)


def as_json(found: Findings) -> str:
    """Write the report as one JSON object on one line."""
    return json.dumps(_plain(found), separators=(",", ":"))


def write(found: Findings) -> None:
    """Put the figures into the document; this will keep the rest."""
    put("figures", f"{_heading(found)}\n\n{table(found)}")


def put(name: str, text: str) -> None:
    """Put a text between the marks of this name; this will keep the rest."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, begins, rest = DOCUMENT.read_text().partition(begin)
    _, ends, after = rest.partition(end)
    if not (begins and ends):
        raise RuntimeError(f"{DOCUMENT} has lost the marks around its {name}")
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def _heading(found: Findings) -> str:
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} in {found.took_seconds:.0f} s on "
        f"{os.cpu_count()} cores ({platform.machine()}, Python "
        f"{platform.python_version()}); the load average before it was "
        f"{found.load_before:.1f}." + (BUSY if found.load_before > IDLE_LOAD else "")
    )


def rows(*table: Sequence[str]) -> Iterator[str]:
    """Write rows as Markdown, the first of them as the heading."""
    for number, row in enumerate(table):
        yield f"| {' | '.join(row)} |"
        if number == 0:
            yield "|---|" + "---:|" * (len(row) - 1)


def _intake(found: Findings) -> Iterator[str]:
    yield "### Intake: events accepted per second, new keys\n"
    heading = (
        *("connections", "ours", "bare view", "hello", "ours / bare"),
        *("p50 / p99 ours", "p50 / p99 bare", "p99 ratio"),
    )
    yield from rows(
        heading, *(_intake_row(found, connections) for connections in found.intake)
    )


def _intake_row(found: Findings, connections: int) -> list[str]:
    figures = found.intake[connections]
    ours, bare = figures["ours"], figures["bare"]
    return [
        str(connections),
        *(f"{figures[name].per_second:.0f}" for name in ("ours", "bare", "hello")),
        f"**{found.ratio(connections):.2f}**",
        *(f"{it.p50_ms:.1f} / {it.p99_ms:.1f} ms" for it in (ours, bare)),
        f"{found.p99_ratio(connections):.1f}",
    ]


def _costs(found: Findings) -> Iterator[str]:
    yield "### CPU per event until the notification is planned, milliseconds\n"
    parts = list(found.idling)
    yield from rows(
        ("", *parts, "all"),
        *(
            (
                name,
                *(f"{max(0.0, cost.parts.get(part, 0.0)):.2f}" for part in parts),
                f"**{cost.total:.2f}**",
            )
            for name, cost in found.costs.items()
        ),
        (
            "at rest, per second",
            *(f"{found.idling[part] * 1000:.1f}" for part in parts),
            f"{sum(found.idling.values()) * 1000:.1f}",
        ),
    )


def _mails(found: Findings) -> Iterator[str]:
    idle, storm = found.idle_mail, found.storm
    yield "### Event to mail handed over, milliseconds\n"
    yield from rows(
        ("", "events", "lost", "p50", "p99", "answer to the event, p50"),
        (
            *("alone, idle", str(idle.events), str(idle.lost)),
            *(f"**{idle.p50:.0f}**", f"{idle.p99:.0f}", f"{idle.answer_p50:.1f}"),
        ),
    )
    yield ""
    yield from rows(
        ("", "events", "lost", "accepted within", "first", "median", "last", "mails/s"),
        (
            *("storm", str(storm.events), str(storm.lost)),
            *(f"{storm.accepted_within:.0f}", f"**{storm.first:.0f}**"),
            *(f"{storm.median:.0f}", f"{storm.last:.0f}", f"{storm.per_second:.0f}"),
        ),
    )


def _due(found: Findings) -> Iterator[str]:
    yield "### Due at one time, seconds from due to handed over\n"
    yield from rows(
        ("", "pages", "lost", "p50", "p99", "last"),
        *(
            (
                *(name, f"{late.count:,}", str(late.lost), f"{late.p50:.2f}"),
                *(f"{late.p99:.2f}", f"**{late.last:.2f}**"),
            )
            for name, late in (
                ("pages of 500 accounts at once", found.pages),
                ("20 accounts, one page each", found.quiet),
                ("the same beside 2,000 pages of another", found.noisy),
                ("escalations in 15 s among 100,000 pending: fired", found.pending[0]),
                ("their mails", found.pending[1]),
                ("escalations at once, 100,000 pending: fired", found.at_once[0]),
                ("their mails", found.at_once[1]),
            )
        ),
    )


def _history(found: Findings) -> Iterator[str]:
    past = found.history
    yield "### Beside 1,000,000 ended and 100,000 open incidents, milliseconds\n"
    yield from rows(
        ("", "measured"),
        ("database time of a tick with nothing due", f"{past.tick:.1f}"),
        ("database time of an audit", f"{past.audit:.1f}"),
        ("list page of an account with 10,000 incidents", f"{past.few:.0f}"),
        ("list page of an account with 1,100,000", f"{past.many:.0f}"),
        ("CPU per new key, one account alone", f"{found.one_account:.2f}"),
        ("the same, 1,000 other accounts exist", f"{found.among_many:.2f}"),
        ("the same, spread over 1,000 accounts", f"{found.of_many:.2f}"),
    )


def _memory(found: Findings) -> Iterator[str]:
    yield "### Memory (PSS) of all processes, MiB\n"
    parts = list(found.memory)
    yield from rows(
        ("", *parts, "all"),
        *(
            (
                name,
                *(f"{used.get(part, 0.0):.0f}" for part in parts),
                f"**{sum(used.values()):.0f}**",
            )
            for name, used in (
                ("at rest", found.memory),
                ("after all of this", found.memory_after),
            )
        ),
    )


def _goals(found: Findings) -> Iterator[str]:
    yield "### Goals\n"
    yield from rows(
        ("what", "goal", "measured", ""),
        *(
            (
                goal.what,
                f"{goal.sign} {goal.limit:g} {goal.unit}".rstrip(),
                f"{(value := goal.measure(found)):.2f}",
                "met" if goal.is_met(value) else "**missed**",
            )
            for goal in GOALS
        ),
    )


def _plain(found: Findings) -> dict[str, Any]:
    return {
        "took_seconds": found.took_seconds,
        "load_before": found.load_before,
        "intake": {
            connections: {
                "ratio": found.ratio(connections),
                "p99_ratio": found.p99_ratio(connections),
                **{name: _candidate(it) for name, it in figures.items()},
            }
            for connections, figures in found.intake.items()
        },
        "cpu_ms_per_event": {
            name: {"all": cost.total, **cost.parts}
            for name, cost in found.costs.items()
        },
        "cpu_at_rest": found.idling,
        "idle_mail_ms": asdict(found.idle_mail),
        "storm_ms": {**asdict(found.storm), "per_second": found.storm.per_second},
        "memory_mib": {"at_rest": found.memory, "after": found.memory_after},
        "due_s": {
            name: asdict(getattr(found, name)) for name in ("pages", "quiet", "noisy")
        },
        "escalations_s": {
            name: [asdict(late) for late in getattr(found, name)]
            for name in ("pending", "at_once")
        },
        "history_ms": asdict(found.history),
        "cpu_ms_by_accounts": {
            "one": found.one_account,
            "one among 1000": found.among_many,
            "spread over 1000": found.of_many,
        },
        "outcomes": found.outcomes,
        "goals": {goal.what: goal.is_met(goal.measure(found)) for goal in GOALS},
    }


def _candidate(figures: Figures) -> dict[str, Any]:
    return {
        "per_second": figures.per_second,
        "p50_ms": figures.p50_ms,
        "p99_ms": figures.p99_ms,
        "rounds": [run.per_second for run in figures.runs],
    }
