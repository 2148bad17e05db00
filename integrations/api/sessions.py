"""Sessions of a user: the browsers in which they are signed in."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.http import Http404
from rest_framework.response import Response

from accounts import sessions
from accounts.models import Membership
from integrations.api import times
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView


def represent(
    request: ApiRequest, member: Membership, session: UserSession
) -> dict[str, Any]:
    """Show a session; its key is nobody's business."""
    return {
        "id": id_of(session),
        "user_id": member.public_id,
        "created_at": times.spelled(request, session.created_at),
        "type": "browser",
        "summary": session.user_agent,
    }


def id_of(session: UserSession) -> str:
    """Spell an id that clients accept."""
    return f"P{session.pk:06d}"


class SessionView(ResourceView):
    """What the views of sessions have in common."""

    def member(self, user_id: str) -> Membership:
        """Find the user; raises Http404."""
        rows = self.account.memberships.filter(deactivated_at=None)
        return self.find(rows.select_related("user", "account"), user_id)

    def session(self, member: Membership, public_id: str) -> UserSession:
        """Find one of the user's sessions; raises Http404."""
        for session in sessions.of(member, actor=self.actor):
            if id_of(session) == public_id:
                return session
        raise Http404


class Sessions(SessionView):
    """`/users/{id}/sessions`."""

    def get(self, request: ApiRequest, user_id: str) -> Response:
        """List where a user is signed in."""
        member = self.member(user_id)
        found = sessions.of(member, actor=self.actor)
        return Response(
            {"user_sessions": [represent(request, member, each) for each in found]}
        )

    def delete(self, request: ApiRequest, user_id: str) -> Response:
        """Sign a user out everywhere."""
        member = self.member(user_id)
        for session in sessions.of(member, actor=self.actor):
            sessions.end(member, session, actor=self.actor, at=self.at)
        return Response(status=204)


class OneSession(SessionView):
    """`/users/{id}/sessions/browser/{id}`."""

    def get(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Show where a user is signed in."""
        member = self.member(user_id)
        session = self.session(member, public_id)
        return Response({"user_session": represent(request, member, session)})

    def delete(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Sign a user out there."""
        member = self.member(user_id)
        session = self.session(member, public_id)
        sessions.end(member, session, actor=self.actor, at=self.at)
        return Response(status=204)
