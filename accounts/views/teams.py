"""Teams: people who own services together."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import people, readiness
from accounts.forms.people import TeamForm
from accounts.models import Team, TeamMembership
from accounts.onboarding import Refused
from accounts.requests import AccountRequest, member


@member()
def index(request: AccountRequest) -> HttpResponse:
    """List the teams."""
    teams = request.account.teams.prefetch_related("members__user")
    context = {"teams": teams, "may_configure": request.actor.may("configure")}
    return render(request, "accounts/teams.html", context)


@member()
def team(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show a team with its members and what it owns."""
    found = get_object_or_404(request.account.teams, public_id=public_id)
    members = found.members.select_related("user").prefetch_related(
        "contact_methods", "notification_rules"
    )
    places = {place.membership_id: place for place in found.places.all()}
    now = timezone.now()
    context = {
        "team": found,
        "rows": [
            (person, places[person.pk], readiness.summary(person, now))
            for person in members
        ],
        "parts": TeamMembership.Part.choices,
        "services": found.services.all(),
        "schedules": found.schedules.all(),
        "policies": found.escalation_policies.all(),
        "may_configure": request.actor.may("configure", of=found),
        "may_delete": request.actor.may("configure"),
    }
    return render(request, "accounts/team.html", context)


@member("configure")
def create(request: AccountRequest) -> HttpResponse:
    """Create a team."""
    request.actor.require("configure")
    return _edit(request, Team(account=request.account))


@member("configure")
def edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Rename a team or change who is in it."""
    found = get_object_or_404(request.account.teams, public_id=public_id)
    request.actor.require("configure", of=found)
    return _edit(request, found)


@member("configure")
def delete(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask, then delete a team."""
    request.actor.require("configure")
    found = get_object_or_404(request.account.teams, public_id=public_id)
    if request.method != "POST":
        return render(request, "accounts/team_delete.html", {"team": found})
    people.delete_team(found, actor=request.actor, at=timezone.now())
    messages.success(request, _("Team %s is deleted.") % found.name)
    return redirect("teams")


@require_POST
@member("configure")
def set_part(request: AccountRequest, public_id: str, member_id: str) -> HttpResponse:
    """Say what a member is in the team."""
    found = get_object_or_404(request.account.teams, public_id=public_id)
    place = get_object_or_404(
        found.places.select_related("membership__user"), membership__public_id=member_id
    )
    part = request.POST.get("part", "")
    if part not in TeamMembership.Part.values:
        messages.error(request, _("Choose what the member is in the team."))
        return redirect("team", public_id)
    at, member = timezone.now(), place.membership
    people.seat(found, member, part, actor=request.actor, at=at)
    facts = {"name": member.name, "part": TeamMembership.Part(part).label}
    messages.success(request, _("%(name)s in this team: %(part)s.") % facts)
    return redirect("team", public_id)


def _edit(request: AccountRequest, found: Team) -> HttpResponse:
    form = TeamForm(request.POST or None, instance=found)
    if form.is_valid():
        members = form.cleaned_data["members"]
        try:
            people.save_team(
                form.instance, members, actor=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Team %s is saved.") % found.name)
            return redirect("team", found.public_id)
    return render(request, "accounts/team_form.html", {"form": form, "team": found})
