"""How long the resolver takes; runs inside of `manage.py shell`, as `seed` does."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as of_day
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import tenancy
from accounts.models import Account, Membership, User
from oncall import queries, schedules
from oncall.models import (
    EscalationPolicy,
    EscalationRule,
    EscalationTarget,
    Layer,
    LayerUser,
    Schedule,
)
from tests import factories

LAYERS, USERS, POLICIES = 20, 200, 1000
BEGINS = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = 7 * DAY
YEAR = 365 * DAY
ROUNDS = 7


def main() -> None:
    """Print milliseconds and counts as JSON, best of several rounds."""
    year, entries = _year()
    with tenancy.all_accounts():
        account = _account()
        with CaptureQueriesContext(connection) as asked:
            now = _best(lambda: _now(account))
    found = {
        "year": year,
        "year_entries": entries,
        "now": now,
        "now_queries": len(asked) // ROUNDS,
    }
    sys.stdout.write(f"\n{json.dumps(found)}\n")


def _year() -> tuple[float, int]:
    """The final schedule of a year, and how many entries it has."""
    schedule = busy()
    found: list[schedules.Shift] = []

    def render() -> None:
        found[:] = schedules.final_shifts(schedule, BEGINS, BEGINS + YEAR)

    return _best(render), len(found)


def busy() -> schedules.Schedule:
    """Make a schedule of many layers and users, most of them with windows."""
    return schedules.Schedule(
        ZoneInfo("Europe/Berlin"), tuple(_layer(number) for number in range(LAYERS))
    )


def _layer(number: int) -> schedules.Layer:
    each_day = schedules.Restriction("daily", of_day(number), timedelta(hours=3))
    weekly = tuple(
        schedules.Restriction("weekly", of_day(9), timedelta(hours=20), weekday)
        for weekday in (1, 3, 5)
    )
    windows = (each_day,) if number % 3 else weekly
    return schedules.Layer(
        start=BEGINS - YEAR,
        end=None,
        virtual_start=BEGINS - 2 * YEAR - timedelta(hours=number),
        turn_length=DAY if number % 2 else timedelta(hours=12),
        users=tuple((user * 7 + number) % USERS for user in range(USERS)),
        restrictions=windows if number else (),
    )


def _account() -> Account:
    """Make an account whose policies page a schedule each."""
    account = factories.account("Rotas")
    people = [_member(account, number) for number in range(10)]
    made = Schedule.across_accounts.bulk_create(
        Schedule(account=account, name=f"Rota {n}", time_zone="Europe/Berlin")
        for n in range(POLICIES)
    )
    layers = Layer.across_accounts.bulk_create(
        Layer(account=account, schedule=schedule, position=1, **_turns())
        for schedule in made
    )
    LayerUser.across_accounts.bulk_create(
        LayerUser(account=account, layer=layer, membership=member, position=place)
        for layer in layers
        for place, member in enumerate(people)
    )
    policies = EscalationPolicy.across_accounts.bulk_create(
        EscalationPolicy(account=account, name=f"Policy {n}") for n in range(POLICIES)
    )
    rules = EscalationRule.across_accounts.bulk_create(
        EscalationRule(account=account, policy=policy, level=1) for policy in policies
    )
    EscalationTarget.across_accounts.bulk_create(
        EscalationTarget(account=account, rule=rule, schedule=schedule)
        for rule, schedule in zip(rules, made, strict=True)
    )
    return account


def _member(account: Account, number: int) -> Membership:
    user = User.objects.create_user(f"rota{number}@bench.example", name=f"P{number}")
    return account.memberships.create(user=user, role="responder")


def _turns() -> dict[str, Any]:
    return {
        "starts_at": BEGINS - YEAR,
        "rotation_virtual_start": BEGINS - YEAR,
        "turn_length": WEEK,
    }


def _now(account: Account) -> None:
    """Who is on call for every policy: what the engine and the API ask."""
    targets = account.escalation_targets.exclude(schedule=None)
    ids = targets.values_list("schedule_id", flat=True)
    found = queries.on_call(account, list(ids), BEGINS)
    if None in found.values() or len(found) != POLICIES:
        raise RuntimeError("Somebody should be on call for each policy")


def _best(run: Callable[[], object]) -> float:
    """The shortest of several runs, in milliseconds; others slow the rest."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times) * 1000
