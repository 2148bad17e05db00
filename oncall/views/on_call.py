"""Who is on call now, by escalation policy; and when the reader is."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.requests import AccountRequest, member
from oncall import my_shifts, overview
from oncall.views.ranges import Range


@member()
def on_call(request: AccountRequest) -> HttpResponse:
    """Show every policy with its levels side by side."""
    now = timezone.now()
    text = request.GET.get("q", "").strip()
    team = request.GET.get("team", "")
    found = overview.on_call_now(request.account, now)
    teams = {shown.policy.team for shown in found if shown.policy.team}
    context = {
        "policies": [
            shown
            for shown in found
            if shown.names(text) and team in ("", _team_id(shown))
        ],
        "mine": overview.duties_of(found, request.membership),
        "has_policies": bool(found),
        "text": text,
        "teams": sorted(teams, key=lambda row: row.name.casefold()),
        "team": next((row for row in teams if row.public_id == team), None),
        "now": now,
        "may_override": request.actor.may_anywhere("respond"),
        "may_configure": request.actor.may_anywhere("configure"),
    }
    return render(request, "oncall/on_call.html", context)


@member()
def mine(request: AccountRequest) -> HttpResponse:
    """Show the reader's shifts in all schedules, in their own zone."""
    now = timezone.now()
    zone = ZoneInfo(request.membership.time_zone)
    query = {"days": "28"} | request.GET.dict()
    period = Range.of(query, zone, now, is_mine=True)
    rows = my_shifts.rows(request.account, request.membership, period.start, period.end)
    axis = period.axis(now)
    context = {
        "now": now,
        "period": period,
        "axis": axis,
        "timeline": axis.lines(found.row for found in rows),
        "shifts": [
            (shift.schedule, line)
            for shift in my_shifts.in_order(rows)
            for line in period.lines([shift.entry])
        ],
        "lengths": period.offer("14", "28", "month"),
        "may_override": request.actor.may_anywhere("respond"),
    }
    return render(request, "oncall/my_shifts.html", context)


def _team_id(shown: overview.PolicyNow) -> str:
    return shown.policy.team.public_id if shown.policy.team else ""
