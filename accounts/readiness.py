"""Says in words whether a page would reach a member, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts import companions
from accounts.models import ContactMethod, Membership, NotificationRule

TEST_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class Finding:
    """One thing to know: tone triggered (not reached), acknowledged (doubt), info."""

    tone: str
    words: str


READY = "resolved"


def findings(membership: Membership, at: datetime) -> list[Finding]:
    """List what keeps pages away or in doubt, the worst first; empty when ready.

    Reads the prefetched contact methods and notification rules.
    """
    methods = list(membership.contact_methods.all())
    rules = list(membership.notification_rules.all())
    usable = {method.pk for method in methods if method.may_be_paged}
    return [
        *_blockers(methods, rules, usable),
        *_alone(methods, rules, usable),
        *_doubts(methods, usable),
        *_advice(methods, usable, at),
    ]


def summary(membership: Membership, at: datetime) -> Finding:
    """Say the one thing that a list has room for."""
    if not membership.is_active:
        return Finding("snoozed", _("Deactivated"))
    found = findings(membership, at)
    serious = [finding for finding in found if finding.tone != "info"]
    return serious[0] if serious else Finding(READY, _("Ready"))


def is_reachable(membership: Membership, at: datetime) -> bool:
    """Say whether a page of high urgency would go out to the member."""
    return summary(membership, at).tone not in {"triggered", "snoozed"}


def _blockers(
    methods: list[ContactMethod], rules: list[NotificationRule], usable: set[int]
) -> Iterable[Finding]:
    high = [rule for rule in rules if rule.urgency == "high"]
    if not methods:
        yield Finding("triggered", _("No contact method"))
    elif not usable:
        yield Finding("triggered", _("No confirmed contact method"))
    elif all(companions.is_companion(m) for m in methods if m.pk in usable):
        yield Finding("triggered", _("Only a chat, on which pages never depend alone"))
    if not high:
        yield Finding("triggered", _("No rule for high urgency"))
    elif usable and not any(rule.contact_method_id in usable for rule in high):
        yield Finding("triggered", _("High urgency uses no confirmed contact method"))


def _alone(
    methods: list[ContactMethod], rules: list[NotificationRule], usable: set[int]
) -> Iterable[Finding]:
    """Say that rules which were left with a chat alone are made up for."""
    known = {method.pk: method for method in methods if method.pk in usable}
    named = [
        companions.is_companion(known[rule.contact_method_id])
        for rule in rules
        if rule.urgency == "high" and rule.contact_method_id in known
    ]
    others = any(not companions.is_companion(method) for method in known.values())
    if named and all(named) and others:
        words = _("High urgency names only a chat, so everything else is paged too")
        yield Finding("acknowledged", words)


def _doubts(methods: list[ContactMethod], usable: set[int]) -> Iterable[Finding]:
    kinds = {
        method.kind
        for method in methods
        if method.pk in usable and not companions.is_companion(method)
    }
    if kinds == {"email"}:
        yield Finding("acknowledged", _("E-mail only, no phone or push"))
    for method in methods:
        if method.disabled_at is not None:
            yield Finding("acknowledged", _("%s does not work") % method.masked)
        elif method.verified_at is None and method.added_by_other:
            words = _("%s not confirmed by the person") % method.masked
            yield Finding("acknowledged", words)
        elif method.verified_at is None:
            yield Finding("acknowledged", _("%s not confirmed yet") % method.masked)


def _advice(
    methods: list[ContactMethod], usable: set[int], at: datetime
) -> Iterable[Finding]:
    tested = [m.last_tested_at for m in methods if m.pk in usable and m.last_tested_at]
    if usable and not any(at - when < TEST_LASTS for when in tested):
        yield Finding("info", _("Nothing tested in the last 30 days"))
