"""Gives every account rooms of Slack in which its incidents are shown."""

from django.utils import timezone

from accounts.models import Account
from incidents import relay
from integrations.models import Extension, SlackWorkspace

# Besides the room of each service; more of them ask more of a chat that fails.
ROOMS = 3


def show_all(account: Account) -> None:
    """Connect a workspace, with a room for each service and some for the account."""
    now = timezone.now()
    workspace = SlackWorkspace(
        account=account,
        team_id=f"T{account.pk:08}",
        name=account.name,
        bot_user_id="U0ONCALL",
        installed_at=now,
    )
    workspace.token = "xoxb-of-the-proof"
    workspace.save()
    for number in range(ROOMS):
        _extend(account, workspace, f"everything-{number}", scope="account")
    for service in account.services.order_by("id"):
        extension = _extend(account, workspace, service.name, scope="services")
        extension.extended_services.create(account=account, service=service)
    relay.reconsider(account)


def _extend(
    account: Account, workspace: SlackWorkspace, name: str, *, scope: str
) -> Extension:
    now = timezone.now()
    room = account.rooms.create(
        kind="slack",
        workspace=workspace,
        channel_id=f"C{name.upper()}",
        name=f"#{name.lower()}",
        created_at=now,
    )
    return account.extensions.create(
        schema="slack", name=name, scope=scope, room=room, created_at=now
    )
