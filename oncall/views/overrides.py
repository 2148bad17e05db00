"""Covering a shift, and giving it back."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import AccountRequest, member
from oncall import overrides
from oncall.forms.overrides import OverrideForm, suggestion
from oncall.models import Schedule
from oncall.refusals import NotAllowed


@member("respond")
def create(request: AccountRequest, public_id: str) -> HttpResponse:
    """Put somebody on call for a period of a schedule."""
    schedule = _schedule(request, public_id)
    zone = ZoneInfo(schedule.time_zone)
    if request.method != "POST":
        initial = {"membership": request.membership.public_id} | suggestion(
            zone, timezone.now(), _asked(request, "since"), _asked(request, "until")
        )
        form = OverrideForm(account=request.account, zone=zone, initial=initial)
        return _show(request, schedule, form)
    form = OverrideForm(request.POST, account=request.account, zone=zone)
    if not form.is_valid():
        return _show(request, schedule, form)
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
    request: AccountRequest, schedule: Schedule, form: OverrideForm
) -> HttpResponse:
    context = {"schedule": schedule, "form": form}
    return render(request, "oncall/override_form.html", context)
