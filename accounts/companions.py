"""Contact methods that only ever come beside others, such as a chat: never alone.

A chat may be down for an hour while everything else works, so nobody's pages hang on
it. What a person asks for that would make it so is refused in words; what happens to
them, when a provider gives an address up, is made up for when a page is planned.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts import channels
from accounts.models import ContactMethod, Membership, NotificationRule
from accounts.models.contact import Urgency
from accounts.onboarding import Refused


def is_companion(method: ContactMethod) -> bool:
    """Say whether the contact method is of a kind that does not stand alone."""
    return channels.is_companion(method.kind)


def require_another(membership: Membership) -> None:
    """Raise Refused, unless something else reaches the member as well."""
    if not _others(membership.contact_methods.all()):
        raise Refused(
            _(
                "First add and confirm an e-mail address, a phone or a browser: pages"
                " never depend on a chat alone."
            )
        )


def keep_another(method: ContactMethod) -> None:
    """Raise Refused, if without the method nothing but companions would be left."""
    if is_companion(method) or not method.may_be_paged:
        return
    left = list(method.membership.contact_methods.exclude(pk=method.pk))
    paged = [other for other in left if other.may_be_paged]
    if paged and not _others(paged):
        raise Refused(
            _(
                "Without it only %(companion)s would be left, on which pages never"
                " depend alone. Add and confirm another way first, or remove"
                " %(companion)s too."
            )
            % {"companion": _names(paged)}
        )


def refuse_alone(membership: Membership, urgency: str) -> None:
    """Raise Refused, if the member's rules of high urgency name companions only."""
    if urgency != Urgency.HIGH:
        return
    rules = membership.notification_rules.filter(urgency=urgency)
    named = [rule.contact_method for rule in rules.select_related("contact_method")]
    if named and all(is_companion(method) for method in named):
        raise Refused(
            _(
                "High urgency never depends on %(companion)s alone: have a rule with"
                " another contact method as well."
            )
            % {"companion": _names(named)}
        )


def keep_another_rule(rule: NotificationRule) -> None:
    """Raise Refused, if without the rule only rules of companions would be left."""
    if rule.urgency != Urgency.HIGH or is_companion(rule.contact_method):
        return
    rules = rule.membership.notification_rules.filter(urgency=rule.urgency)
    left = [
        other.contact_method
        for other in rules.exclude(pk=rule.pk).select_related("contact_method")
    ]
    if left and all(is_companion(method) for method in left):
        raise Refused(
            _(
                "Without this rule, high urgency would depend on %(companion)s alone."
                " Add another rule first, or remove the one with %(companion)s too."
            )
            % {"companion": _names(left)}
        )


def _others(methods: Iterable[ContactMethod]) -> list[ContactMethod]:
    return [m for m in methods if m.may_be_paged and not is_companion(m)]


def _names(methods: Iterable[ContactMethod]) -> str:
    kinds = dict.fromkeys(method.kind for method in methods)
    return ", ".join(str(channels.get(kind).label) for kind in kinds)
