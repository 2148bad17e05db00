"""A member's hand-off rules: added, removed, told in words."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import ContactMethod, HandOffRule, Membership
from accounts.onboarding import Refused
from accounts.permissions import Actor

MOST_RULES = 20
# A day ahead is soon enough by mail; a text or a call would wake people for it.
KIND = "email"


@transaction.atomic
def add(
    method: ContactMethod,
    *,
    when: str,
    minutes_ahead: int,
    actor: Actor,
    at: datetime,
) -> HandOffRule:
    """Add a rule. Raises Refused for a double, too many or a kind, and NotPermitted."""
    _require(actor, method.membership)
    if method.kind != KIND:
        raise Refused(_("Hand-off notices go out by e-mail only."))
    if method.membership.handoff_rules.count() >= MOST_RULES:
        raise Refused(_("%d rules are the most.") % MOST_RULES)
    try:
        with transaction.atomic():
            rule = _create(method, when, minutes_ahead)
    except IntegrityError:
        raise Refused(_("You already have this rule.")) from None
    audit.record(actor, "added hand-off rule", rule, at=at)
    return rule


@transaction.atomic
def change(
    rule: HandOffRule,
    method: ContactMethod,
    *,
    when: str,
    minutes_ahead: int,
    actor: Actor,
    at: datetime,
) -> HandOffRule:
    """Put another rule in the place of one, under its id. Raises as `add` does."""
    public_id = rule.public_id
    remove(rule, actor=actor, at=at)
    made = add(method, when=when, minutes_ahead=minutes_ahead, actor=actor, at=at)
    made.public_id = public_id
    made.save(update_fields=["public_id"])
    return made


def remove(rule: HandOffRule, *, actor: Actor, at: datetime) -> None:
    """Remove a rule; notices that it planned will not be sent. Raises NotPermitted."""
    _require(actor, rule.membership)
    audit.record(actor, "removed hand-off rule", rule, at=at)
    rule.delete()


def words(rule: HandOffRule) -> str:
    """Say when the rule tells: 24 hours before a shift starts."""
    length = _length(rule.minutes_ahead)
    if rule.when == HandOffRule.When.START:
        if not length:
            return _("When a shift starts")
        return _("%(length)s before a shift starts") % {"length": length}
    if not length:
        return _("When a shift ends")
    return _("%(length)s before a shift ends") % {"length": length}


def _length(minutes: int) -> str:
    if minutes % 60:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    hours = minutes // 60
    return ngettext("%d hour", "%d hours", hours) % hours if hours else ""


def _require(actor: Actor, membership: Membership) -> None:
    if actor.user != membership:
        actor.require("people")


def _create(method: ContactMethod, when: str, minutes_ahead: int) -> HandOffRule:
    return method.account.handoff_rules.create(
        membership=method.membership,
        contact_method=method,
        when=when,
        minutes_ahead=minutes_ahead,
    )
