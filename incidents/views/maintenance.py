"""Maintenance windows: their list, and the pages that plan, change and end them."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import NotPermitted
from accounts.requests import AccountRequest, member
from incidents import maintenance
from incidents.forms.maintenance import ExtensionForm, WindowForm, suggestion, typed
from incidents.models import MaintenanceWindow
from incidents.queries import maintenance as queries
from oncall.refusals import NotAllowed

# What the page of confirmation asks, what it warns of, and what its button calls.
Change = tuple[str | Promise, str | Promise, Callable[..., object]]
CHANGES: Final[dict[str, Change]] = {
    "end": (
        gettext_lazy("End the maintenance now"),
        gettext_lazy(
            "What its services have reported meanwhile, and still is wrong,"
            " opens incidents and pages people."
        ),
        maintenance.end,
    ),
    "stop": (
        gettext_lazy("Let this be the last time"),
        gettext_lazy("This window goes on until its end, and none follows it."),
        maintenance.stop_repeating,
    ),
    "delete": (
        gettext_lazy("Delete the maintenance window"),
        gettext_lazy(
            "Its services page as usual. Of a window that repeats, none that"
            " would follow takes place."
        ),
        maintenance.delete,
    ),
}


@require_GET
@member()
def windows(request: AccountRequest) -> HttpResponse:
    """List the windows: those under way, those to come, and those that are over."""
    at, before = timezone.now(), request.GET.get("before", "")
    rows, following = queries.past(
        request.account, at, int(before) if before.isdecimal() else None
    )
    groups = [
        (_("Under way"), queries.under_way(request.account, at)),
        (_("Upcoming"), queries.upcoming(request.account, at)),
    ]
    parts = {
        "groups": groups,
        "has_any": bool(rows) or any(own for _caption, own in groups),
        "past": rows,
        "following": following,
        "is_first": not before,
        "may_configure": request.actor.may_anywhere("configure"),
    }
    return render(request, "incidents/maintenance.html", parts)


@require_http_methods(["GET", "POST"])
@member("configure")
def window_create(request: AccountRequest) -> HttpResponse:
    """Ask for a window, or plan it."""
    wanted = request.GET.getlist("service")
    zone = request.membership.time_zone or request.account.time_zone
    posted = request.POST if request.method == "POST" else None
    form = WindowForm(
        posted,
        initial=suggestion(zone, wanted, timezone.now()),
        account=request.account,
    )
    if form.is_valid() and _do(form, maintenance.plan, request.account, request):
        messages.success(request, _("The maintenance is planned."))
        return redirect("maintenance")
    return _show(request, form, None)


@require_http_methods(["GET", "POST"])
@member("configure")
def window_edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask for changes of a window, or make them; of one under way, of its end."""
    found = queries.find(request.account, public_id)
    at = timezone.now()
    if found.ends_at <= at:
        messages.error(request, _("The window is over and stays as it was."))
        return redirect("maintenance")
    posted = request.POST if request.method == "POST" else None
    form: WindowForm | ExtensionForm
    if found.starts_at > at:
        form = WindowForm(posted, initial=typed(found), account=request.account)
        verb: Callable[..., object] = maintenance.change
    else:
        form = ExtensionForm(posted, initial=typed(found), window=found)
        verb = maintenance.extend
    if form.is_valid() and _do(form, verb, found, request):
        messages.success(request, _("Saved the maintenance window."))
        return redirect("maintenance")
    return _show(request, form, found)


@require_http_methods(["GET", "POST"])
@member("configure")
def window_change(request: AccountRequest, public_id: str, change: str) -> HttpResponse:
    """Ask whether to end or delete a window, or do it."""
    found = queries.find(request.account, public_id)
    if change not in CHANGES:
        raise Http404
    title, warning, verb = CHANGES[change]
    if request.method == "GET":
        row = queries.row_of(found, timezone.now())
        parts = {"row": row, "title": title, "warning": warning}
        return render(request, "incidents/maintenance_change.html", parts)
    try:
        verb(found, actor=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done: %(what)s.") % {"what": title})
    return redirect("maintenance")


def _do(
    form: WindowForm | ExtensionForm,
    verb: Callable[..., object],
    subject: object,
    request: AccountRequest,
) -> bool:
    """Call the verb with what was typed; a refusal stays on the form."""
    try:
        verb(subject, actor=request.actor, at=timezone.now(), **form.values)
    except NotAllowed as refusal:
        form.add_error("ends", str(refusal))
        return False
    except NotPermitted as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _show(
    request: AccountRequest, form: Form, found: MaintenanceWindow | None
) -> HttpResponse:
    parts: dict[str, Any] = {
        "form": form,
        "window": found,
        "is_under_way": isinstance(form, ExtensionForm),
        "has_services": request.account.services.exists(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "incidents/maintenance_form.html", parts, status=status)
