"""Who acts from a chat: a member we know there, or anybody where that is allowed."""

from datetime import datetime

from accounts.models import Account
from accounts.permissions import Actor
from integrations.models import ChatUser

LONGEST_NAME = 100


def known(account: Account, place: str, user_id: str) -> ChatUser | None:
    """Find somebody of a chat who is an active member of the account."""
    found = account.chat_users.select_related("membership__user").filter(
        place=place, user_id=user_id, membership__isnull=False
    )
    return next((each for each in found if each.membership.is_active), None)


def met(
    account: Account, place: str, user_id: str, *, name: str, at: datetime
) -> ChatUser:
    """Keep somebody's name, so that admins see who is there and not linked."""
    found, _is_new = account.chat_users.update_or_create(
        place=place,
        user_id=user_id,
        defaults={"name": name[:LONGEST_NAME]},
        create_defaults={"name": name[:LONGEST_NAME], "created_at": at},
    )
    return found


def actor(
    account: Account,
    place: str,
    user_id: str,
    *,
    via: str,
    name: str,
    anybody: str = "",
) -> Actor | None:
    """Say as whom somebody of a chat acts; None where we must ask who they are.

    `anybody` names the extension that lets anybody in its room act; the timeline then
    names both.
    """
    if user := known(account, place, user_id):
        return Actor(via, user.membership)
    if anybody:
        # The most of the name, for the extension can be looked up.
        return Actor(via, None, name=f"{name} ({anybody})"[:LONGEST_NAME])
    return None
