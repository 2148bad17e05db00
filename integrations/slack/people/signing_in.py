"""The way to Slack and back on which a member shows who they are there.

The state and the nonce that go with it belong to the browser's session, serve once
and for ten minutes.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Actor
from integrations.chat import people
from integrations.models import ChatUser, SlackWorkspace
from integrations.slack.api.shapes import SlackUser
from integrations.slack.people import linking

PATIENCE: Final = timedelta(minutes=10)
# Of one browser, in as many tabs.
MOST: Final = 5
KEY: Final = "slack_links"
SCOPES: Final = "openid profile"


class Refused(Exception):
    """They are not linked; the words are fit for a person."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Who set out, and what Slack must give back."""

    membership_id: int
    nonce: str


def redirect_uri() -> str:
    """Return our address for Slack to send the browser to."""
    return f"{settings.SITE_URL}{reverse('slack_link_callback')}"


def begin(
    session: SessionBase,
    membership: Membership,
    workspace: SlackWorkspace,
    *,
    at: datetime,
) -> str:
    """Note who set out; this will return Slack's address for it."""
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    begun = {"at": at.timestamp(), "member": membership.pk, "nonce": nonce}
    kept = list(_kept(session).items())[-(MOST - 1) :]
    session[KEY] = {**dict(kept), state: begun}
    asked = {
        "response_type": "code",
        "scope": SCOPES,
        "client_id": settings.SLACK_CLIENT_ID,
        "state": state,
        "nonce": nonce,
        "team": workspace.team_id,
        "redirect_uri": redirect_uri(),
    }
    return f"{settings.SLACK_API_BASE}/openid/connect/authorize?{urlencode(asked)}"


def take(session: SessionBase, asked: Mapping[str, str], *, at: datetime) -> Begun:
    """Take what somebody set out for, which ends it; raises Refused."""
    kept = _kept(session)
    found = kept.pop(asked.get("state", ""), None)
    if found is None:
        raise Refused(
            _("This did not begin in this browser, or it has been used. Begin again.")
        )
    session[KEY] = kept
    if at.timestamp() - found["at"] > PATIENCE.total_seconds():
        raise Refused(_("That took more than ten minutes. Begin again."))
    if asked.get("error") or not asked.get("code"):
        raise Refused(_("Slack was not allowed to say who you are: nothing is linked."))
    return Begun(found["member"], found["nonce"])


def finish(membership: Membership, shown: SlackUser, *, at: datetime) -> ChatUser:
    """Link whom Slack has shown to the member, in scope; raises Refused."""
    account = membership.account
    workspace = account.slack_workspaces.filter(
        team_id=shown.team_id, removed_at=None
    ).first()
    if workspace is None or not shown.id:
        raise Refused(
            _(
                "You signed in to a Slack workspace that is not connected to"
                " %(account)s. Choose another one there."
            )
            % {"account": account.name}
        )
    actor = Actor("web", membership)
    try:
        user = people.met(account, workspace.place, shown.id, name=shown.name, at=at)
        return linking.link(
            user, membership, by=ChatUser.Linked.SIGN_IN, actor=actor, at=at
        )
    except linking.Taken as refusal:
        raise Refused(str(refusal)) from None


def _kept(session: SessionBase) -> dict[str, Any]:
    found = session.get(KEY)
    return dict(found) if isinstance(found, dict) else {}
