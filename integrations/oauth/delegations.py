"""What people let apps do: given on the consent page, used by tokens, revoked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.models import Account, Membership
from accounts.permissions import Actor
from integrations.models import AccessToken, App, Delegation, Grant, RefreshToken

# How exactly the last use is known; a row is not written for each call.
USE_IS_NOTED_EVERY = timedelta(minutes=1)
# What comes along to say whether it is alive.
WITH = ("account", "app", "membership__user", "membership__account")


@transaction.atomic
def give(
    app: App, member: Membership, scopes: Iterable[str], *, actor: Actor, at: datetime
) -> Delegation:
    """Let the app act for the member, with these scopes besides those of before.

    An admin lets a scoped app act for itself in the account too.
    """
    given = _widen(app, member.account, member, scopes, actor=actor, at=at)
    if is_for_the_account(app, member):
        _widen(app, member.account, None, scopes, actor=actor, at=at)
    return given


def is_for_the_account(app: App, member: Membership) -> bool:
    """Say whether the member's consent also lets the app act for itself."""
    can_ask = app.is_scoped and not app.is_public_client
    return can_ask and Actor("web", member).may("administer")


def of_the_app(app: App, account: Account, *, at: datetime) -> Delegation | None:
    """Find what the app may do for itself in the account; nothing for a strange one.

    An app of the account itself needs nobody's consent. Asked in a scope that sees it.
    """
    mine = account.delegations.select_related(*WITH).filter(
        app=app, membership=None, revoked_at=None
    )
    if app.account_id == account.pk and not mine.exists():
        _widen(app, account, None, (), actor=Actor("api", name=str(app)), at=at)
    return mine.first()


def is_alive(delegation: Delegation) -> bool:
    """Say whether tokens of it are good: nobody left, nothing was switched off."""
    member, app = delegation.membership, delegation.app
    return (
        delegation.revoked_at is None
        and delegation.account.suspended_at is None
        and (member is None or member.is_active)
        and app.is_usable(None)
        and app.account_id in {None, delegation.account_id}
    )


def note_use(delegation: Delegation, at: datetime) -> None:
    """Remember when it was last used, at most once a minute."""
    last = delegation.last_used_at
    if last is None or at - last >= USE_IS_NOTED_EVERY:
        delegation.last_used_at = at
        delegation.save(update_fields=["last_used_at"])


def revoke(delegation: Delegation, *, actor: Actor, at: datetime) -> None:
    """End it with all its tokens; a second time does nothing. Raises NotPermitted."""
    if delegation.membership is None or delegation.membership != actor.user:
        actor.require("administer")
    _end([delegation], actor=actor, at=at)


def revoke_all(app: App, *, actor: Actor, at: datetime) -> int:
    """End every token of the app, wherever this scope sees one; return how many ended.

    Raises NotPermitted.
    """
    actor.require("administer")
    found = list(Delegation.across_accounts.filter(app=app, revoked_at=None))
    _end(found, actor=actor, at=at)
    return len(found)


def _widen(
    app: App,
    account: Account,
    member: Membership | None,
    scopes: Iterable[str],
    *,
    actor: Actor,
    at: datetime,
) -> Delegation:
    """Find the delegation or make it, and add the scopes to it."""
    locked = account.delegations.select_for_update(of=("self",))
    found, is_new = locked.get_or_create(
        account=account,
        app=app,
        membership=member,
        revoked_at=None,
        defaults={"granted_by": actor.user, "created_at": at},
    )
    before = found.scope.split()
    after = list(dict.fromkeys([*before, *scopes]))
    if is_new or after != before:
        found.scope, found.granted_by = " ".join(after), actor.user
        found.save(update_fields=["scope", "granted_by"])
        details = {"scopes": found.scope, "for": str(member or account)}
        audit.record(actor, "authorized app", found, at=at, details=details)
    return found


@transaction.atomic
def _end(found: list[Delegation], *, actor: Actor, at: datetime) -> None:
    for delegation in found:
        live = Delegation.across_accounts.filter(pk=delegation.pk, revoked_at=None)
        if live.update(revoked_at=at):
            audit.record(actor, "revoked app", delegation, at=at)
    # Codes first, so that none becomes a token meanwhile.
    Grant.objects.filter(delegation__in=found).delete()
    RefreshToken.objects.filter(delegation__in=found, revoked=None).update(revoked=at)
    AccessToken.objects.filter(delegation__in=found).delete()
