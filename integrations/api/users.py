"""Users: the members of the account."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts import enrolment, invitations, people
from accounts.enrolment import Particulars
from accounts.models import Membership
from accounts.models.people import Role
from integrations.api import contact_methods, lists, notification_rules, references
from integrations.api import teams as team_resource
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

# Several of theirs are one of ours; the first that names a role of ours names it back.
ROLES = {
    "owner": Role.OWNER,
    "admin": Role.ADMIN,
    "user": Role.MANAGER,
    "limited_user": Role.RESPONDER,
    "observer": Role.OBSERVER,
    "restricted_access": Role.OBSERVER,
    "read_only_user": Role.OBSERVER,
    "read_only_limited_user": Role.OBSERVER,
}
NAMES = {role: name for name, role in reversed(ROLES.items())}
USUAL_ROLE = "user"
COLORS = ("purple", "red", "green", "blue", "orange", "teal", "brown", "olive")
INCLUDES = {"contact_methods", "notification_rules", "teams", "subdomains"}
ONLY_FOR_ONE = {"calendar_urls"}


class UserBody(serializers.Serializer[Any]):
    """What a caller says of a user."""

    name = serializers.CharField(max_length=100)
    email = serializers.EmailField(min_length=6, max_length=100)
    role = serializers.ChoiceField(list(ROLES), required=False)
    time_zone = serializers.CharField(max_length=64, required=False, allow_null=True)
    job_title = serializers.CharField(
        max_length=100, required=False, allow_blank=True, allow_null=True
    )


def full(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Load what `represent` shows in a constant number of queries."""
    return rows.select_related("user").prefetch_related(
        "teams",
        "contact_methods__membership",
        "notification_rules__membership",
        "notification_rules__contact_method__membership",
    )


def represent(
    request: ApiRequest, member: Membership, *, is_invited: bool = False
) -> dict[str, Any]:
    """Show a user; `include[]` makes lists full that are of references otherwise."""
    wanted = set(lists.values(request, "include"))
    # Links of calendars are secrets of which we know a digest: there is none to show.
    calendars = {"http_cal_url": None, "web_cal_url": None}
    return {
        **references.identity(request, member),
        **(calendars if "calendar_urls" in wanted else {}),
        "name": member.name,
        "email": member.email,
        "time_zone": member.time_zone,
        "color": COLORS[member.pk % len(COLORS)],
        "role": NAMES[Role(member.role)],
        "avatar_url": None,
        "description": None,
        "invitation_sent": is_invited,
        "job_title": member.job_title or None,
        "created_via_sso": False,
        "teams": references.either(
            request, member.teams.all(), wanted, "teams", team_resource.represent
        ),
        "contact_methods": references.either(
            request,
            member.contact_methods.all(),
            wanted,
            "contact_methods",
            contact_methods.represent,
        ),
        "notification_rules": references.either(
            request,
            member.notification_rules.all(),
            wanted,
            "notification_rules",
            notification_rules.represent,
        ),
    }


class UserView(ResourceView):
    """What the views of users have in common."""

    def members(self) -> QuerySet[Membership]:
        """Return the users that there are: who left is in nobody's list."""
        return full(self.account.memberships.filter(deactivated_at=None))

    def shown(self, members: list[Membership]) -> list[dict[str, Any]]:
        """Show members, and who of them has an invitation that waits."""
        emails = [member.email for member in members]
        waiting = invitations.pending(self.account, self.at).filter(email__in=emails)
        invited = set(waiting.values_list("email", flat=True))
        return [
            represent(self.request, member, is_invited=member.email in invited)
            for member in members
        ]

    def one(self, member: Membership, status: int = 200) -> Response:
        """Answer with one user, as the database has it now."""
        [found] = self.shown([self.members().get(pk=member.pk)])
        return Response({"user": found}, status=status)


class Users(UserView):
    """`/users`."""

    def get(self, request: ApiRequest) -> Response:
        """List users by name."""
        lists.includes(request, INCLUDES)
        rows = self.members()
        if words := lists.query(request):
            rows = rows.filter(people.named(words))
        if teams := lists.values(request, "team_ids"):
            places = self.account.team_memberships.filter(team__public_id__in=teams)
            rows = rows.filter(pk__in=places.values("membership"))
        rows = lists.ordered(
            request, rows, {"name": "user__name", "email": "user__email"}
        )
        return self.pages("users", rows, self.shown)

    def post(self, request: ApiRequest) -> Response:
        """Make a user, who may be paged at once and is invited to sign in."""
        sent = self.read(UserBody, "user")
        told = _particulars({"role": USUAL_ROLE, **sent})
        member = enrolment.enrol(self.account, told, actor=self.actor, at=self.at)
        return self.one(member, status=201)


class OneUser(UserView):
    """`/users/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a user."""
        lists.includes(request, INCLUDES | ONLY_FOR_ONE)
        return self.one(self.find(self.members(), public_id))

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change the members that are present."""
        member = self.find(self.members(), public_id)
        told = _particulars(self.read(UserBody, "user", partial=True))
        enrolment.change(member, told, actor=self.actor, at=self.at)
        return self.one(member)

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Deactivate a user whom nothing needs any more."""
        member = self.find(self.members(), public_id)
        enrolment.dismiss(member, actor=self.actor, at=self.at)
        return Response(status=204)


class Me(UserView):
    """`/users/me`."""

    def get(self, request: ApiRequest) -> Response:
        """Show the user whose key this is."""
        me = self.request.caller.credential.membership
        if me is None:
            # A bare string: clients tell the kind of a key by these very words.
            words = "No user belongs to this key, which has account-level access token"
            return Response({"error": f"{words} rights."}, status=400)
        lists.includes(request, INCLUDES | ONLY_FOR_ONE)
        return self.one(me)


def _particulars(sent: dict[str, Any]) -> Particulars:
    """Translate what was sent; null in what may be empty empties it."""
    role = sent.get("role")
    return Particulars(
        name=sent.get("name"),
        email=sent.get("email"),
        role=ROLES[role] if role else None,
        job_title=(sent["job_title"] or "") if "job_title" in sent else None,
        time_zone=sent.get("time_zone"),
    )
