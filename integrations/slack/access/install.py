"""The way to Slack and back on which somebody adds us to a workspace.

The state that goes with it belongs to the browser's session and to the person, serves
once and for ten minutes.
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
from integrations.slack.access import scopes
from integrations.slack.access.workspaces import Refused

PATIENCE: Final = timedelta(minutes=10)
# Of one browser, in as many tabs.
MOST: Final = 5
BEGUN, DONE = "slack_installs", "slack_installed"


@dataclass(frozen=True, slots=True)
class Begun:
    """What somebody set out for."""

    account_id: int
    user_id: int
    next: str


def missing() -> list[str]:
    """List the settings without which there is no Slack."""
    names = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET")
    return [name for name in names if not getattr(settings, name)]


def redirect_uri() -> str:
    """Return our address for Slack to send the browser to."""
    return f"{settings.SITE_URL}{reverse('slack_callback')}"


def begin(
    session: SessionBase, membership: Membership, *, next_: str = "", at: datetime
) -> str:
    """Note what somebody set out for; this will return Slack's address for it."""
    state = secrets.token_urlsafe(32)
    begun = {
        "at": at.timestamp(),
        "account": membership.account_id,
        "user": membership.user_id,
        "next": next_,
    }
    kept = list(_kept(session, BEGUN).items())[-(MOST - 1) :]
    session[BEGUN] = {**dict(kept), state: begun}
    asked = {
        "client_id": settings.SLACK_CLIENT_ID,
        "scope": ",".join(scopes.SCOPES),
        "redirect_uri": redirect_uri(),
        "state": state,
    }
    return f"{settings.SLACK_API_BASE}/oauth/v2/authorize?{urlencode(asked)}"


def take(session: SessionBase, state: str, user_id: int, *, at: datetime) -> Begun:
    """Take what somebody set out for, which ends it; raises Refused."""
    kept = _kept(session, BEGUN)
    found = kept.pop(state, None)
    session[BEGUN] = kept
    if found is None or found["user"] != user_id:
        raise Refused(
            _(
                "This did not begin in this browser, or it has been used already. Begin"
                " again from the settings at %(site)s."
            )
            % {"site": settings.SITE_URL}
        )
    if at.timestamp() - found["at"] > PATIENCE.total_seconds():
        raise Refused(_("That took more than ten minutes. Begin again."))
    return Begun(found["account"], found["user"], found["next"])


def finish(session: SessionBase, state: str, where: str) -> None:
    """Remember where it led, for whoever loads Slack's way back again."""
    kept = list(_kept(session, DONE).items())[-(MOST - 1) :]
    session[DONE] = {**dict(kept), state: where}


def led_to(session: SessionBase, state: str) -> str:
    """Return where it led, if this browser has come back with the state before."""
    return str(_kept(session, DONE).get(state, ""))


def refusal(asked: Mapping[str, str]) -> str:
    """Say in words what Slack's way back says instead of a code; nothing otherwise."""
    error = asked.get("error", "")
    if not error:
        return ""
    known = {
        "access_denied": _("Nobody allowed it in Slack, so nothing has changed."),
        "invalid_team_for_non_distributed_app": _(
            "This Slack app may only be added to the workspace in which it was made."
            " Whoever runs OnCall can activate its public distribution at Slack."
        ),
        "invalid_scope": _(
            "The Slack app may not ask for all that OnCall needs. Compare its manifest"
            " with the one in docs/slack.md."
        ),
    }
    unknown = _("Slack refused: %(error)s.") % {"error": error[:60]}
    return known.get(error, unknown)


def _kept(session: SessionBase, key: str) -> dict[str, Any]:
    found = session.get(key)
    return dict(found) if isinstance(found, dict) else {}
