"""Pages of escalation policies."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import NotPermitted
from accounts.requests import AccountRequest, member
from oncall import overview, policies, queries
from oncall.forecast import forecast
from oncall.forms import policies as forms
from oncall.forms import rows
from oncall.models import EscalationPolicy
from oncall.refusals import InUse


@member()
def index(request: AccountRequest) -> HttpResponse:
    """List the policies with who is on call at their first level."""
    found = request.account.escalation_policies.select_related("team").annotate(
        service_count=Count("services", distinct=True)
    )
    shown = overview.policies_now(
        request.account, queries.with_levels(found), timezone.now()
    )
    context = {
        "policies": shown,
        "may_configure": request.actor.may_anywhere("configure"),
    }
    return render(request, "oncall/policies.html", context)


@member()
def policy(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show a policy: its levels, whom they mean now, and what an incident would do."""
    now = timezone.now()
    known = request.account.escalation_policies.select_related("team")
    found = get_object_or_404(queries.with_levels(known), public_id=public_id)
    context = {
        "policy": found,
        "levels": overview.policies_now(request.account, [found], now)[0].levels,
        "steps": forecast(request.account, queries.as_plan(found), now),
        "services": found.services.all(),
        "may_configure": request.actor.may("configure", of=found),
    }
    return render(request, "oncall/policy.html", context)


@member("configure")
def create(request: AccountRequest) -> HttpResponse:
    """Create a policy."""
    if request.method == "POST":
        return _edit(request, None)
    editor = forms.PolicyEditor(request.account, forms.new_data(), quiet=True)
    return _show(request, None, editor)


@member("configure")
def edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Change a policy."""
    found = _policy(request, public_id)
    request.actor.require("configure", of=found)
    if request.method == "POST":
        return _edit(request, found)
    data = forms.data_of(found)
    editor = forms.PolicyEditor(request.account, data, policy=found, quiet=True)
    return _show(request, found, editor)


@member("configure")
def delete(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask, then delete a policy; one that services use is kept, with their list."""
    found = _policy(request, public_id)
    request.actor.require("configure", of=found)
    context = {"policy": found, "services": found.services.all()}
    if request.method != "POST":
        return render(request, "oncall/policy_delete.html", context)
    try:
        policies.delete(found, actor=request.actor, at=timezone.now())
    except InUse:
        return render(request, "oncall/policy_delete.html", context, status=409)
    messages.success(request, _("Escalation policy %s is deleted.") % found.name)
    return redirect("escalation_policies")


def _policy(request: AccountRequest, public_id: str) -> EscalationPolicy:
    return get_object_or_404(request.account.escalation_policies, public_id=public_id)


def _edit(request: AccountRequest, found: EscalationPolicy | None) -> HttpResponse:
    """Do what the button says: arrange the levels, show what happens, or save."""
    command = request.POST.get("do", "save")
    if command not in ("save", "preview"):
        data, focus = rows.change(request.POST, command, forms.BLANKS)
        editor = forms.PolicyEditor(
            request.account, data, policy=found, quiet=True, focus=focus
        )
        return _show(request, found, editor)
    editor = forms.PolicyEditor(request.account, request.POST, policy=found)
    if not editor.is_valid() or command == "preview":
        return _show(request, found, editor)
    try:
        saved = _save(request, found, editor)
    except NotPermitted as refusal:
        messages.error(request, str(refusal))
        return _show(request, found, editor)
    messages.success(request, _("Escalation policy %s is saved.") % saved.name)
    return redirect("escalation_policy", saved.public_id)


def _save(
    request: AccountRequest,
    found: EscalationPolicy | None,
    editor: forms.PolicyEditor,
) -> EscalationPolicy:
    by: dict[str, Any] = {"actor": request.actor, "at": timezone.now()}
    if found is None:
        return policies.create(request.account, draft=editor.draft(), **by)
    return policies.update(found, draft=editor.draft(), **by)


def _show(
    request: AccountRequest,
    found: EscalationPolicy | None,
    editor: forms.PolicyEditor,
) -> HttpResponse:
    """Show the editor; this will play an incident too once what was typed is valid."""
    context: dict[str, object] = {
        "editor": editor,
        "policy": found,
        "most_levels": forms.MOST_LEVELS,
    }
    if editor.is_complete():
        plan = policies.as_plan(editor.draft(), found)
        context["steps"] = forecast(request.account, plan, timezone.now())
    return render(request, "oncall/policy_form.html", context)
