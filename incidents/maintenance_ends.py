"""Ends maintenance windows whose time has come, and lets through what they held."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction

from accounts import tenancy
from incidents import maintenance
from incidents.models import MaintenanceWindow
from incidents.noise import holding

logger = logging.getLogger(__name__)

BATCH: Final = 200
# An end that failed waits longer each time, up to an hour, and so often before
# operators are told. It is never given up, because people wait to be paged.
POSTPONEMENT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=1)
PATIENCE: Final = 5


def end_due(at: datetime) -> int:
    """End each window whose time has come; this will return how many there were."""
    with tenancy.all_accounts():
        ended = MaintenanceWindow.across_accounts.filter(ended_at=None, ends_at__lte=at)
        # Those that failed before come last, so that they hold up no other one.
        rows = ended.select_related("account").order_by("failures", "ends_at")[:BATCH]
        found = [row for row in rows if at >= row.ends_at + _wait(row)]
    for window in found:
        try:
            with tenancy.scope(window.account):
                _end(window, at=at)
        except Exception:
            logger.exception("Could not end maintenance window %s", window.pk)
    return len(found)


def _end(window: MaintenanceWindow, *, at: datetime) -> None:
    """Lock a window that is due, plan what follows it, and let the alerts through."""
    own = window.account.maintenance_windows.select_for_update(skip_locked=True)
    fresh = own.filter(pk=window.pk, ended_at=None, ends_at__lte=at).first()
    if fresh is None:
        return
    rows = fresh.maintained_services.select_related("service__account")
    services = [row.service for row in rows]
    done = [_try(partial(maintenance.plan_next, fresh, services, at=at))]
    done += [_try(partial(holding.release, service, at=at)) for service in services]
    if all(done):
        fresh.ended_at = at
    else:
        fresh.failures += 1
        if fresh.failures == PATIENCE:
            logger.critical("Maintenance window %s does not end", fresh.pk)
    fresh.save(update_fields=["ended_at", "failures"])


def _try(step: Callable[[], object]) -> bool:
    """Do one step of an end so that its failure undoes nothing but itself."""
    try:
        with transaction.atomic():
            step()
    except Exception:
        logger.exception("A step of the end of a maintenance window failed")
        return False
    return True


def _wait(window: MaintenanceWindow) -> timedelta:
    """Say how long after its end a window is tried that failed so often."""
    failures = window.failures
    return min(POSTPONEMENT * failures * failures, LONGEST_WAIT)
