"""Covering a shift, and giving it back."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import AccountRequest, member
from oncall import coverage, overrides, planning, queries, schedules, timetable
from oncall.forms import times
from oncall.forms.overrides import OverrideForm, suggestion
from oncall.models import Schedule
from oncall.refusals import NotAllowed
from oncall.timelines import Axis
from oncall.views.ranges import midnight

DAY = timedelta(days=1)
# How much of a long override the preview draws.
MOST_PREVIEWED = 31 * DAY


@member("respond")
def create(request: AccountRequest, public_id: str) -> HttpResponse:
    """Put somebody on call for a period of a schedule."""
    schedule = _schedule(request, public_id)
    request.actor.require("respond", of=schedule)
    zone = ZoneInfo(schedule.time_zone)
    if request.method != "POST":
        initial = {"membership": request.membership.public_id} | suggestion(
            zone, timezone.now(), _asked(request, "since"), _asked(request, "until")
        )
        form = OverrideForm(account=request.account, zone=zone, initial=initial)
        given = OverrideForm(initial, account=request.account, zone=zone)
        result = _preview(request, schedule, given)
        shifts = result.get("covered", [])
        if shifts and all(one.membership == request.membership for one in shifts):
            # Nobody covers their own shift: the form asks who does.
            initial["membership"], result = "", {}
        return _show(request, schedule, form, result)
    form = OverrideForm(request.POST, account=request.account, zone=zone)
    result = _preview(request, schedule, form)
    if not form.is_valid() or request.POST.get("do") == "preview":
        return _show(request, schedule, form, result)
    fields = form.cleaned_data
    override = overrides.create(
        schedule,
        actor=request.actor,
        at=timezone.now(),
        membership=fields["membership"],
        starts_at=fields["starts_at"],
        ends_at=fields["ends_at"],
    )
    messages.success(request, _("%s covers this time now.") % override.membership.name)
    return redirect("schedule", public_id)


@member("respond")
@require_POST
def preview(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show what an override would come to, as it is typed."""
    schedule = _schedule(request, public_id)
    form = OverrideForm(
        request.POST, account=request.account, zone=ZoneInfo(schedule.time_zone)
    )
    context = {"schedule": schedule} | _preview(request, schedule, form)
    return render(request, "oncall/_override_preview.html", context)


@member("respond")
@require_POST
def remove(request: AccountRequest, public_id: str, override_id: str) -> HttpResponse:
    """Take a future override away, or end a running one."""
    schedule = _schedule(request, public_id)
    override = get_object_or_404(
        request.account.schedule_overrides, schedule=schedule, public_id=override_id
    )
    try:
        ended = overrides.remove(override, actor=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("The override ended now.") if ended else _("The override is removed.")
        messages.success(request, said)
    return redirect("schedule", public_id)


def _schedule(request: AccountRequest, public_id: str) -> Schedule:
    return get_object_or_404(request.account.schedules, public_id=public_id)


def _asked(request: AccountRequest, name: str) -> datetime | None:
    """An instant from the address; one that makes no sense counts as not given."""
    try:
        found = parse_datetime(request.GET.get(name, ""))
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _show(
    request: AccountRequest,
    schedule: Schedule,
    form: OverrideForm,
    result: dict[str, Any],
) -> HttpResponse:
    context = {"schedule": schedule, "form": form} | result
    return render(request, "oncall/override_form.html", context)


def _preview(
    request: AccountRequest, schedule: Schedule, form: OverrideForm
) -> dict[str, Any]:
    """Who is on call around an override, without it and with it."""
    if not form.is_valid():
        return {}
    fields = form.cleaned_data
    axis = _axis(fields["starts_at"], fields["ends_at"], form.zone)
    stored = queries.load(request.account, [schedule.pk], axis.start, axis.end)
    saved = stored[schedule.pk]
    made = schedules.Override(
        fields["starts_at"], fields["ends_at"], fields["membership"].pk
    )
    planned = planning.overridden(saved, made)
    rows = timetable.rows(request.account, planned, axis.start, axis.end, saved=saved)
    end = min(made.end, made.start + MOST_PREVIEWED)
    subject = coverage.Subject(request.account, planned, made.start, end, schedule)
    return {
        "axis": axis,
        "saved": saved,
        "timeline": axis.lines(rows[-2:]),
        "covered": _covered(request, saved, made, end),
        "person": fields["membership"],
        "concerns": coverage.concerns(subject),
    }


def _axis(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Axis:
    """Whole days around the override, with a day on either side of a long one."""
    first = times.local(starts_at, zone).date()
    last = times.local(min(ends_at, starts_at + MOST_PREVIEWED), zone).date()
    margin = DAY if last - first >= DAY else timedelta()
    return Axis(
        midnight(first - margin, zone),
        midnight(last + margin + DAY, zone),
        zone,
        timezone.now(),
    )


def _covered(
    request: AccountRequest,
    saved: schedules.Schedule,
    made: schedules.Override,
    end: datetime,
) -> list[timetable.Entry]:
    """Who is on call without the override, in its time."""
    shifts = queries.shifts(request.account, saved, made.start, end)
    return timetable.entries(shifts, made.start, end)
