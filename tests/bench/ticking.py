"""What a tick, an audit and a list page cost; runs inside of `manage.py shell`."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client

from accounts import tenancy
from accounts.models import Account, Membership
from incidents import auditor, engine

ROUNDS = 7


def costs() -> None:
    """Print the costs as JSON."""
    few, many = (_list_page(f"crowd-{place}") for place in (0, 1))
    found = {
        "tick": _database_time(lambda: engine.tick(engine.now())),
        "audit": _database_time(lambda: auditor.audit(engine.now())),
        "few": few,
        "many": many,
    }
    sys.stdout.write(f"\n{json.dumps(found)}\n")


def _database_time(job: Callable[[], object]) -> float:
    """Milliseconds that the database takes for a job, the median of some rounds."""
    spent: list[float] = []

    def timed(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[-1] += time.perf_counter() - began

    with connection.execute_wrapper(timed):
        for _ in range(ROUNDS):
            spent.append(0.0)
            job()
    return statistics.median(spent) * 1000


def _list_page(subdomain: str) -> float:
    """Milliseconds of the list of incidents, the shortest of some rounds."""
    with tenancy.all_accounts():
        account = Account.objects.get(subdomain=subdomain)
        member = Membership.across_accounts.filter(account=account).earliest("id")
        member.role = "owner"
        member.save()
        user = member.user
    browser = Client(headers={"host": "localhost"})
    browser.force_login(user)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = browser.get("/incidents/?tab=all")
        times.append(time.perf_counter() - began)
        if answer.status_code != 200 or b"Disk full" not in answer.content:
            raise RuntimeError(f"The list answered {answer.status_code}")
    return min(times) * 1000
