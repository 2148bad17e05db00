"""The steps of the first-run checklist that are about who is on call."""

from django.utils.translation import gettext_lazy as _

from accounts import checklist
from accounts.models import Account, Membership


def _has_schedule(account: Account, membership: Membership) -> bool:
    return account.schedules.exists()


def _has_own_policy(account: Account, membership: Membership) -> bool:
    """Say whether anything but the Default policy, as it was made, pages people."""
    return (
        account.escalation_policies.count() > 1
        or account.escalation_targets.count() > 1
        or account.escalation_targets.exclude(schedule=None).exists()
    )


checklist.register(
    checklist.Step(
        30,
        _("Create a schedule"),
        _("People take turns; an override covers a holiday."),
        _("New schedule"),
        "schedule_create",
        _has_schedule,
    )
)
checklist.register(
    checklist.Step(
        40,
        _("Shape your escalation policy"),
        _("Default pages you alone. Add your schedule, and a second level."),
        _("Escalation policies"),
        "escalation_policies",
        _has_own_policy,
    )
)
