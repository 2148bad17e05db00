"""Direct messages as a contact method: made of a link, and living as long as it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Replace
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit, companions, contact_methods, tenancy
from accounts.models import Account, ContactMethod, Membership
from accounts.onboarding import Refused
from accounts.permissions import Actor
from integrations.models import ChatUser, SlackWorkspace

KIND: Final = "slack"
# Of one sweep.
BATCH: Final = 200
# Kept with a contact method, so that a new link knows what the end of the old one did.
UNLINKED: Final = gettext_noop(
    "This person of Slack is not linked any more, or the workspace is not connected."
)


def address(team_id: str, user_id: str) -> str:
    """Spell the address of somebody in a workspace."""
    return f"{team_id}/{user_id}"


def parts(found: str) -> tuple[str, str]:
    """Read an address: the workspace's id and the person's."""
    team_id, _slash, user_id = found.partition("/")
    return team_id, user_id


def address_of(user: ChatUser) -> str:
    """Spell the address of somebody whom we know."""
    return address(user.place.removeprefix(f"{KIND} "), user.user_id)


def offered(membership: Membership) -> list[ChatUser]:
    """List the member's links in connected workspaces that are not paged yet."""
    paged = set(
        membership.contact_methods.filter(kind=KIND, disabled_at=None).values_list(
            "address", flat=True
        )
    )
    links = _linked(membership.account).filter(membership=membership)
    return [user for user in links if address_of(user) not in paged]


@transaction.atomic
def add(user: ChatUser, *, actor: Actor, at: datetime) -> ContactMethod:
    """Page the linked member by direct messages as well, beside another way.

    Raises Refused where nothing else reaches them or the link is no more, and
    NotPermitted.
    """
    live = _linked(user.account).select_related("membership__user")
    linked = live.filter(pk=user.pk).first()
    if linked is None or linked.membership is None:
        raise Refused(_("This link to Slack is no more. Link yourself again."))
    member: Membership = linked.membership
    if actor.user != member:
        actor.require("people")
    companions.require_another(member)
    method, _is_new = member.contact_methods.update_or_create(
        kind=KIND,
        address=address_of(linked),
        defaults={"verified_at": at, "disabled_at": None, "disabled_reason": ""},
        create_defaults={
            "account": member.account,
            "verified_at": at,
            "label": _label(linked),
        },
    )
    details = {"kind": KIND, "address": method.masked}
    audit.record(actor, "added contact method", member, at=at, details=details)
    return method


def follow_links(at: datetime) -> None:
    """Stop paging whose links have ended, and page again whose have come back."""
    for method in _found(_ended()):
        with tenancy.scope(method.account):
            if fresh := _again(method, _ended()):
                contact_methods.disable(fresh, UNLINKED, at=at)
    for method in _found(_returned()):
        with tenancy.scope(method.account):
            if fresh := _again(method, _returned()):
                contact_methods.enable(fresh, at=at)


def _label(user: ChatUser) -> str:
    return user.name[:50]


def _linked(account: Account) -> QuerySet[ChatUser]:
    """Find who is linked to somebody, where the workspace is connected."""
    return account.chat_users.filter(_live()).order_by("place", "user_id")


def _live() -> Q:
    connected = SlackWorkspace.across_accounts.filter(
        account=OuterRef("account"),
        removed_at=None,
        team_id=Replace(OuterRef("place"), Value(f"{KIND} "), Value("")),
    )
    return Q(Exists(connected), place__startswith=f"{KIND} ", membership__isnull=False)


def _is_live() -> Exists:
    """Ask the database whether an address is somebody's whom a link still names."""
    links = ChatUser.across_accounts.filter(
        _live(),
        account=OuterRef("account"),
        membership=OuterRef("membership"),
    ).annotate(
        spelled=Concat(
            Replace(F("place"), Value(f"{KIND} "), Value("")), Value("/"), F("user_id")
        )
    )
    return Exists(links.filter(spelled=OuterRef("address")))


def _ended() -> QuerySet[ContactMethod]:
    return ContactMethod.across_accounts.filter(
        ~_is_live(), kind=KIND, disabled_at=None
    )


def _returned() -> QuerySet[ContactMethod]:
    return ContactMethod.across_accounts.filter(
        _is_live(), kind=KIND, disabled_at__isnull=False, disabled_reason=UNLINKED
    )


def _found(methods: QuerySet[ContactMethod]) -> Iterable[ContactMethod]:
    with tenancy.all_accounts():
        return list(methods.select_related("account").order_by("pk")[:BATCH])


def _again(
    method: ContactMethod, methods: QuerySet[ContactMethod]
) -> ContactMethod | None:
    """Look once more, for the link may have come or gone meanwhile."""
    return methods.select_related("account", "membership").filter(pk=method.pk).first()
