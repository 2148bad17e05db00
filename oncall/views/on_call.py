"""Who is on call now, by escalation policy."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import AccountRequest, member
from oncall import overview


@member()
def on_call(request: AccountRequest) -> HttpResponse:
    """Show every policy with its levels side by side."""
    now = timezone.now()
    text = request.GET.get("q", "").strip()
    found = overview.on_call_now(request.account, now)
    context = {
        "policies": [policy for policy in found if policy.names(text)],
        "mine": overview.duties_of(found, request.membership),
        "has_policies": bool(found),
        "text": text,
        "may_override": request.actor.may("respond"),
        "may_configure": request.actor.may("configure"),
    }
    return render(request, "oncall/on_call.html", context)
