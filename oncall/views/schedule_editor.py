"""The editor of a schedule, with a preview of what would come of it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.permissions import NotPermitted
from accounts.requests import AccountRequest, member
from oncall import coverage, planning, queries, rotations, sentences, timetable
from oncall.forms import schedules as forms
from oncall.models import Schedule
from oncall.refusals import NotAllowed
from oncall.views.ranges import LENGTHS, OFFERED, Range

MOST_PREVIEWED = 30


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
    request.actor.require("configure", of=found)
    if request.method == "POST":
        return _edit(request, found)
    editor = forms.ScheduleEditor(
        request.account,
        forms.data_of(found, timezone.now()),
        schedule=found,
        quiet=True,
    )
    return _show(request, found, editor)


@member("configure")
@require_POST
def preview(request: AccountRequest) -> HttpResponse:
    """Show what would come of a new schedule as it is typed."""
    return _previewed(request, None)


@member("configure")
@require_POST
def preview_change(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show what would come of a change as it is typed."""
    return _previewed(request, _schedule(request, public_id))


def _schedule(request: AccountRequest, public_id: str) -> Schedule:
    return get_object_or_404(
        request.account.schedules.select_related("team"), public_id=public_id
    )


def _edit(request: AccountRequest, found: Schedule | None) -> HttpResponse:
    """Do what the button says: arrange the layers, preview the shifts, or save."""
    command, now = request.POST.get("do", "save"), timezone.now()
    if command not in ("save", "preview"):
        data, focus = forms.arranged(request.POST, command, now)
        editor = forms.ScheduleEditor(
            request.account, data, schedule=found, quiet=True, focus=focus
        )
        return _show(request, found, editor)
    editor = forms.ScheduleEditor(request.account, request.POST, schedule=found)
    if not editor.is_valid() or command == "preview":
        return _show(request, found, editor, is_asked=command == "preview")
    try:
        saved = _save(request, found, editor, now)
    except ValidationError as mistake:
        editor.note(mistake)
        return _show(request, found, editor)
    except (NotAllowed, NotPermitted) as refusal:
        messages.error(request, str(refusal))
        return _show(request, found, editor, status=409)
    messages.success(request, _("Schedule %s is saved.") % saved.name)
    return redirect("schedule", saved.public_id)


def _save(
    request: AccountRequest,
    found: Schedule | None,
    editor: forms.ScheduleEditor,
    now: datetime,
) -> Schedule:
    draft, actor = editor.draft(), request.actor
    if found is None:
        return rotations.create(request.account, actor=actor, at=now, draft=draft)
    fields = editor.form.cleaned_data
    return rotations.update(
        found,
        actor=actor,
        at=now,
        draft=draft,
        effective_at=fields["effective_at"],
        based_on=fields["based_on"],
    )


def _show(
    request: AccountRequest,
    found: Schedule | None,
    editor: forms.ScheduleEditor,
    *,
    is_asked: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the editor; a preview that was asked for will take the focus."""
    context = _preview(request, found, editor)
    context["is_asked"] = is_asked and not editor.has_problems
    context["now"] = timezone.now()
    context["zone"] = ZoneInfo(found.time_zone) if found else None
    return render(request, "oncall/schedule_form.html", context, status=status)


def _previewed(request: AccountRequest, found: Schedule | None) -> HttpResponse:
    """Answer the preview alone; this will tell screen readers what it says."""
    editor = forms.ScheduleEditor(
        request.account, request.POST, schedule=found, quiet=True
    )
    context = _preview(request, found, editor) | {"is_fragment": True}
    answer = render(request, "oncall/_preview.html", context)
    return trigger_client_event(answer, "announce", {"value": _said(context)})


def _preview(
    request: AccountRequest, found: Schedule | None, editor: forms.ScheduleEditor
) -> dict[str, Any]:
    """What the page needs to show the editor and what would come of it."""
    context: dict[str, Any] = {
        "editor": editor,
        "schedule": found,
        "doubts": editor.doubts,
        "data": request.POST,
        "preview_days": request.POST.get("preview_days", "14"),
        "preview_lengths": [(key, LENGTHS[key]) for key in OFFERED],
    }
    if not context["doubts"]:
        context |= _shifts(request, found, editor)
    return context


def _shifts(
    request: AccountRequest, found: Schedule | None, editor: forms.ScheduleEditor
) -> dict[str, Any]:
    """The shifts of a draft, with the overrides that the schedule has."""
    now, draft = timezone.now(), editor.draft()
    zone = rotations.as_schedule(draft).zone
    period = Range.of(_days(request.POST, now, zone), zone, now, is_mine=False)
    saved, planned = None, rotations.as_schedule(draft)
    if found is not None:
        loaded = queries.load(request.account, [found.pk], period.start, period.end)
        saved = loaded[found.pk]
        begins = editor.form.cleaned_data["effective_at"] or now
        planned = planning.changed(saved, found, draft, begins)
    since = max(min(now, period.end), period.start)
    subject = coverage.Subject(request.account, planned, since, period.end, found)
    drawn = timetable.rows(
        request.account, planned, period.start, period.end, saved=saved
    )
    for form, layer in zip(editor.layers, draft.layers, strict=True):
        form.described = sentences.Description(layer, draft.time_zone)
    lines = period.lines(drawn[-1].entries)
    axis = period.axis(now)
    return {
        "period": period,
        "axis": axis,
        "now": now,
        "timeline": axis.lines(drawn),
        "lines": lines[:MOST_PREVIEWED],
        "left_off": max(len(lines) - MOST_PREVIEWED, 0),
        "concerns": coverage.concerns(subject) if since < period.end else [],
        "saved": saved,
    }


def _days(data: QueryDict, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """What to preview: two weeks from today, until something else is chosen."""
    today = timezone.localdate(now, zone).isoformat()
    return {
        "days": data.get("preview_days", ""),
        "since": data.get("preview_since", "") or today,
    }


def _said(context: dict[str, Any]) -> str:
    """What changed, in a sentence for those who do not see it."""
    if context["doubts"]:
        return _("There is no preview yet: something is missing above.")
    entries = [line.entry for line in context["lines"]]
    gaps = sum(entry.is_gap for entry in entries)
    if not gaps:
        return _("The preview is updated: somebody is on call at any time.")
    return ngettext(
        "The preview is updated: it has %(count)d gap.",
        "The preview is updated: it has %(count)d gaps.",
        gaps,
    ) % {"count": gaps}
