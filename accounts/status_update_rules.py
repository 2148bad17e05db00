"""A member's rules for status updates: added, changed, removed."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import ContactMethod, Membership, StatusUpdateRule
from accounts.onboarding import Refused
from accounts.permissions import Actor


@transaction.atomic
def add(method: ContactMethod, *, actor: Actor, at: datetime) -> StatusUpdateRule:
    """Let its owner be told by it. Raises Refused for a double, and NotPermitted."""
    rule = StatusUpdateRule(account=method.account, membership=method.membership)
    return _put(rule, method, "added status update rule", actor=actor, at=at)


@transaction.atomic
def change(
    rule: StatusUpdateRule, method: ContactMethod, *, actor: Actor, at: datetime
) -> StatusUpdateRule:
    """Tell by another of their methods. Raises as `add` does."""
    return _put(rule, method, "changed status update rule", actor=actor, at=at)


@transaction.atomic
def remove(rule: StatusUpdateRule, *, actor: Actor, at: datetime) -> None:
    """Remove a rule; after the last one it is by e-mail again. Raises NotPermitted."""
    _require(actor, rule.membership)
    audit.record(actor, "removed status update rule", rule, at=at)
    rule.delete()


def _put(
    rule: StatusUpdateRule,
    method: ContactMethod,
    action: str,
    *,
    actor: Actor,
    at: datetime,
) -> StatusUpdateRule:
    _require(actor, rule.membership)
    rule.contact_method = method
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError:
        raise Refused(_("There is a rule for this contact method already.")) from None
    audit.record(actor, action, rule, at=at)
    return rule


def _require(actor: Actor, membership: Membership) -> None:
    if actor.user != membership:
        actor.require("people")
