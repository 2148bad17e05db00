"""Links people of a chat to members by e-mail address, where the chat tells it."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels
from accounts.models import Membership
from accounts.permissions import Actor
from integrations.chat import linking
from integrations.models import ChatUser


def by_email(
    user: ChatUser,
    address: str,
    *,
    chat: str,
    via: str,
    at: datetime,
    place: str = "",
) -> bool:
    """Link somebody to the one active member who signs in with that address.

    This will not link who is linked, or has been unlinked by hand. `place` is the part
    of the chat, where it has several; the member is told of it.
    """
    if user.membership_id is not None or user.unlinked_at is not None or not address:
        return False
    rows = user.account.memberships.filter(
        user__email__iexact=address.strip(),
        deactivated_at=None,
        user__is_active=True,
    )
    found = list(rows.select_related("account", "user")[:2])
    if len(found) != 1:
        return False
    ourselves = Actor(via, name="OnCall")
    by = ChatUser.Linked.EMAIL
    linked = linking.link(user, found[0], by=by, actor=ourselves, at=at)
    _tell(linked, found[0], chat, place or chat, at=at)
    return True


def _tell(
    user: ChatUser, member: Membership, chat: str, place: str, *, at: datetime
) -> None:
    """Let the member know, once, that what they do there counts as theirs here."""
    words = _(
        "%(user)s in %(place)s has your e-mail address. What they do with incidents"
        " there now counts as done by you."
    )
    channels.post(
        member.account,
        purpose="notice",
        at=at,
        kind="email",
        address=member.email,
        content={
            "subject": _("You are linked to %(chat)s") % {"chat": chat},
            "lines": [
                words % {"user": user, "place": place},
                _("If that is not you, unlink them on your profile."),
            ],
            "link": f"{settings.SITE_URL}{reverse('profile')}",
            "action": _("Open your profile"),
        },
    )
