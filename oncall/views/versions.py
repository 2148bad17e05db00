"""Going back to what a schedule was, after a look at what would come of it."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import AccountRequest, member
from oncall import planning, queries, sentences, timetable, versions
from oncall.models import Schedule
from oncall.views.ranges import Range


@member("configure")
def restore(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask, then make a schedule what it was in a version, from now on."""
    schedule = get_object_or_404(request.account.schedules, public_id=public_id)
    request.actor.require("configure", of=schedule)
    data = request.POST if request.method == "POST" else request.GET
    if "version" not in data:
        return redirect("schedule", public_id)
    version = _version(schedule, data["version"])
    if request.method != "POST":
        return _show(request, schedule, version)
    try:
        versions.restore(
            schedule, version.number, actor=request.actor, at=timezone.now()
        )
    except ValidationError as mistake:
        messages.error(request, " ".join(mistake.messages))
        return _show(request, schedule, version)
    words = _("%(schedule)s is what it was in version %(number)d, from now on.")
    facts = {"schedule": schedule.name, "number": version.number}
    messages.success(request, words % facts)
    return redirect("schedule", public_id)


def _version(schedule: Schedule, number: str) -> versions.Version:
    for version in versions.of(schedule):
        if str(version.number) == number:
            return version
    raise Http404


def _show(
    request: AccountRequest, schedule: Schedule, version: versions.Version
) -> HttpResponse:
    """Show what the coming days would be."""
    now = timezone.now()
    zone = ZoneInfo(version.draft.time_zone)
    today = timezone.localdate(now, zone).isoformat()
    period = Range.of({"since": today}, zone, now, is_mine=False)
    loaded = queries.load(request.account, [schedule.pk], period.start, period.end)
    saved = loaded[schedule.pk]
    planned = planning.changed(saved, schedule, version.draft, now)
    axis = period.axis(now)
    drawn = timetable.rows(
        request.account, planned, period.start, period.end, saved=saved
    )
    context = {
        "schedule": schedule,
        "version": version,
        "now": now,
        "period": period,
        "axis": axis,
        "saved": saved,
        "timeline": axis.lines(drawn[-2:]),
        "lines": period.lines(drawn[-1].entries),
        "layers": [
            sentences.Description(layer, version.draft.time_zone)
            for layer in version.draft.layers
        ],
    }
    return render(request, "oncall/schedule_restore.html", context)
