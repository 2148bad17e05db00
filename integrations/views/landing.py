"""Leads from the addresses that the API tells people (`html_url`) to our pages."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.requests import AccountRequest, member


@require_safe
@member()
def person(request: AccountRequest, public_id: str) -> HttpResponse:
    """Lead to a person."""
    found = get_object_or_404(request.account.memberships, public_id=public_id)
    return redirect("person", found.public_id)


@require_safe
@member()
def team(request: AccountRequest, public_id: str) -> HttpResponse:
    """Lead to a team."""
    found = get_object_or_404(request.account.teams, public_id=public_id)
    return redirect("team", found.public_id)


@require_safe
@member()
def schedule(request: AccountRequest, public_id: str) -> HttpResponse:
    """Lead to a schedule."""
    found = get_object_or_404(request.account.schedules, public_id=public_id)
    return redirect("schedule", found.public_id)


@require_safe
@member()
def policy(request: AccountRequest, public_id: str) -> HttpResponse:
    """Lead to an escalation policy."""
    rows = request.account.escalation_policies
    found = get_object_or_404(rows, public_id=public_id)
    return redirect("escalation_policy", found.public_id)


@require_safe
@member()
def service(request: AccountRequest, public_id: str) -> HttpResponse:
    """Lead to a service."""
    found = get_object_or_404(request.account.services, public_id=public_id)
    return redirect("service", found.public_id)
