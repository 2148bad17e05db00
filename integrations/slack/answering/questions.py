"""The private question to somebody whom we do not know: who are you?"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.models import SlackWorkspace
from integrations.slack.incoming import callers
from integrations.slack.incoming.callers import Caller
from integrations.slack.layout import actions, elements, rich

# Whoever writes in a thread without pressing anything is not asked more often.
PATIENCE: Final = timedelta(days=1)


def words(workspace: SlackWorkspace) -> str:
    """Ask, and say what they can do."""
    return _(
        "OnCall does not know which member of %(account)s you are, so nothing was done."
        " Link your Slack account to yourself, or ask an admin of %(account)s to link"
        " it; then do it again."
    ) % {"account": workspace.account.name}


def blocks(workspace: SlackWorkspace) -> list[dict[str, Any]]:
    """Ask, with a button that leads to the page where they sign in."""
    button = elements.link_button(_("Link my account"), actions.OPEN, address())
    return [
        rich.block([rich.text(words(workspace))]),
        {"type": "actions", "block_id": "oncall:link", "elements": [button]},
    ]


def view(workspace: SlackWorkspace) -> dict[str, Any]:
    """Ask in the place of a form."""
    return {
        "type": "modal",
        "title": elements.plain(_("Who are you?"), 24),
        "close": elements.plain(_("Close"), 24),
        "blocks": blocks(workspace),
    }


def address() -> str:
    """Return where people link themselves."""
    return f"{settings.SITE_URL}{reverse('slack_link')}"


def ask(workspace: SlackWorkspace, caller: Caller, *, at: datetime) -> None:
    """Note that they are asked, in the account's scope."""
    user = callers.met(workspace, caller, at=at)
    user.asked_at = at
    user.save(update_fields=["asked_at"])


def was_asked(workspace: SlackWorkspace, caller: Caller, *, at: datetime) -> bool:
    """Say whether they were asked of late."""
    user = callers.known(workspace, caller)
    return bool(user and user.asked_at and user.asked_at > at - PATIENCE)
