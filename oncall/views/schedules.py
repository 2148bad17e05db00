"""Pages that show schedules, and the one that deletes them."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import AccountRequest, member
from oncall import (
    coverage,
    overview,
    queries,
    rotations,
    schedules,
    sentences,
    timetable,
    versions,
)
from oncall.models import Schedule
from oncall.refusals import InUse
from oncall.views.ranges import Range

# How far ahead what is wrong is looked for.
AHEAD = timedelta(days=28)


@member()
def index(request: AccountRequest) -> HttpResponse:
    """List the schedules with who is on call now and the next hand-off."""
    ids = request.account.schedules.values_list("pk", flat=True)
    duties = overview.duties_now(request.account, list(ids), timezone.now())
    context = {
        "duties": sorted(
            duties.values(), key=lambda duty: duty.schedule.name.casefold()
        ),
        "may_configure": request.actor.may_anywhere("configure"),
    }
    return render(request, "oncall/schedules.html", context)


@member()
def schedule(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show a schedule: who is on call, its shifts in a range, layers and overrides."""
    found = _schedule(request, public_id)
    now = timezone.now()
    period = Range.asked_for(request.GET, found, request.membership, now)
    since = min(now, period.start) - overview.LOOK_BACK
    loaded = queries.load(request.account, [found.pk], since=since)
    draft = rotations.draft_of(found)
    context = {
        "schedule": found,
        "now": now,
        "duty": overview.duties_now(request.account, [found.pk], now)[found.pk],
        "concerns": _concerns(request, found, loaded[found.pk], now),
        "layers": [
            sentences.Description(layer, draft.time_zone) for layer in draft.layers
        ],
        "overrides": found.overrides.filter(ends_at__gt=now)
        .select_related("membership__user", "created_by__user")
        .order_by("starts_at"),
        "versions": [
            {
                "version": version,
                "is_in_force": version.is_in_force(now),
                "is_planned": version.is_planned(now),
            }
            for version in versions.of(found)
        ],
        "policies": rotations.policies_of(found),
        "may_configure": request.actor.may("configure", of=found),
        "may_override": request.actor.may("respond", of=found),
    }
    context |= _shown(request, loaded[found.pk], period, now)
    return render(request, "oncall/schedule.html", context)


@member("configure")
def delete(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask, then delete a schedule; one that policies page is kept, with their list."""
    found = _schedule(request, public_id)
    request.actor.require("configure", of=found)
    context = {"schedule": found, "policies": rotations.policies_of(found)}
    if request.method != "POST":
        return render(request, "oncall/schedule_delete.html", context)
    try:
        rotations.delete(found, actor=request.actor, at=timezone.now())
    except InUse:
        return render(request, "oncall/schedule_delete.html", context, status=409)
    messages.success(request, _("Schedule %s is deleted.") % found.name)
    return redirect("schedules")


def _schedule(request: AccountRequest, public_id: str) -> Schedule:
    return get_object_or_404(
        request.account.schedules.select_related("team"), public_id=public_id
    )


def _shown(
    request: AccountRequest, loaded: schedules.Schedule, period: Range, now: datetime
) -> dict[str, Any]:
    """The timeline of a range, and the tables that say the same."""
    axis = period.axis(now)
    rows = timetable.rows(request.account, loaded, period.start, period.end)
    *others, final = rows
    return {
        "period": period,
        "axis": axis,
        "timeline": axis.lines(rows),
        "lines": period.lines(final.entries),
        "tables": [(row, period.lines(row.entries)) for row in others],
    }


def _concerns(
    request: AccountRequest, found: Schedule, loaded: schedules.Schedule, now: datetime
) -> list[coverage.Concern]:
    """What is wrong from now on."""
    return coverage.concerns(
        coverage.Subject(request.account, loaded, now, now + AHEAD, found)
    )
