"""Pages of schedules."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import AccountRequest, member
from oncall import overview, queries, rotations, sentences, timetable
from oncall.forms import rows
from oncall.forms import schedules as forms
from oncall.models import Schedule
from oncall.refusals import InUse
from oncall.views.ranges import Range

PREVIEW = timedelta(days=28)
MOST_PREVIEWED = 30


@member()
def index(request: AccountRequest) -> HttpResponse:
    """List the schedules with who is on call now and the next hand-off."""
    ids = request.account.schedules.values_list("pk", flat=True)
    duties = overview.duties_now(request.account, list(ids), timezone.now())
    context = {
        "duties": sorted(
            duties.values(), key=lambda duty: duty.schedule.name.casefold()
        ),
        "may_configure": request.actor.may("configure"),
    }
    return render(request, "oncall/schedules.html", context)


@member()
def schedule(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show a schedule: who is on call, its shifts in a range, layers and overrides."""
    found = _schedule(request, public_id)
    now = timezone.now()
    period = Range.asked_for(request.GET, found, request.membership, now)
    loaded = queries.load(
        request.account, [found.pk], since=min(now, period.start) - overview.LOOK_BACK
    )
    shifts = queries.shifts(
        request.account, loaded[found.pk], period.start, period.end, overflow=True
    )
    draft = rotations.draft_of(found)
    context = {
        "schedule": found,
        "now": now,
        "period": period,
        "duty": overview.duties_now(request.account, [found.pk], now)[found.pk],
        "lines": period.lines(timetable.entries(shifts, period.start, period.end)),
        "layers": [
            sentences.Description(layer, draft.time_zone) for layer in draft.layers
        ],
        "overrides": found.overrides.filter(ends_at__gt=now)
        .select_related("membership__user", "created_by__user")
        .order_by("starts_at"),
        "policies": rotations.policies_of(found),
        "may_configure": request.actor.may("configure"),
        "may_override": request.actor.may("respond"),
    }
    return render(request, "oncall/schedule.html", context)


@member("configure")
def create(request: AccountRequest) -> HttpResponse:
    """Create a schedule."""
    if request.method == "POST":
        return _edit(request, None)
    data = forms.new_data(request.account, timezone.now())
    return _show(request, None, forms.ScheduleEditor(request.account, data, quiet=True))


@member("configure")
def edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Change a schedule and its layers."""
    found = _schedule(request, public_id)
    if request.method == "POST":
        return _edit(request, found)
    editor = forms.ScheduleEditor(
        request.account, forms.data_of(found), schedule=found, quiet=True
    )
    return _show(request, found, editor)


@member("configure")
def delete(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask, then delete a schedule; one that policies page is kept, with their list."""
    found = _schedule(request, public_id)
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


def _edit(request: AccountRequest, found: Schedule | None) -> HttpResponse:
    """Do what the button says: arrange the layers, preview the shifts, or save."""
    command, now = request.POST.get("do", "save"), timezone.now()
    if command not in ("save", "preview"):
        blanks = forms.blanks(request.POST, now)
        data, focus = rows.change(request.POST, command, blanks)
        editor = forms.ScheduleEditor(
            request.account, data, schedule=found, quiet=True, focus=focus
        )
        return _show(request, found, editor)
    editor = forms.ScheduleEditor(request.account, request.POST, schedule=found)
    if not editor.is_valid() or command == "preview":
        return _show(request, found, editor)
    draft = editor.draft()
    if found is None:
        saved = rotations.create(
            request.account, actor=request.actor, at=now, draft=draft
        )
    else:
        saved = rotations.update(found, actor=request.actor, at=now, draft=draft)
    messages.success(request, _("Schedule %s is saved.") % saved.name)
    return redirect("schedule", saved.public_id)


def _show(
    request: AccountRequest, found: Schedule | None, editor: forms.ScheduleEditor
) -> HttpResponse:
    """Show the editor; this will list the next shifts once what was typed is valid."""
    context: dict[str, object] = {"editor": editor, "schedule": found}
    if editor.is_complete():
        context |= _preview(request, found, editor.draft())
    return render(request, "oncall/schedule_form.html", context)


def _preview(
    request: AccountRequest, found: Schedule | None, draft: rotations.Draft
) -> dict[str, object]:
    """The next shifts of a draft, with the overrides that the schedule has."""
    since = timezone.now()
    until = since + PREVIEW
    stored = queries.load(request.account, [found.pk] if found else [], since, until)
    overrides = stored[found.pk].overrides if found else ()
    planned = rotations.as_schedule(draft, overrides)
    shifts = queries.shifts(request.account, planned, since, until)
    entries = timetable.entries(shifts, since, until)
    period = Range(since, until, planned.zone, is_mine=False, days=PREVIEW.days)
    return {
        "lines": period.lines(entries[:MOST_PREVIEWED]),
        "left_off": max(len(entries) - MOST_PREVIEWED, 0),
        "period": period,
        "layers": [
            sentences.Description(layer, draft.time_zone) for layer in draft.layers
        ],
    }
