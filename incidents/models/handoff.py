"""Notices of hand-offs: each is told once, at its time, by one contact method."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    Account,
    AccountModel,
    ContactMethod,
    HandOffRule,
    Membership,
)
from accounts.tenancy import TenantKey
from oncall.models import Schedule


class HandOff(AccountModel):
    """A notice that a shift starts or ends. The row is its own timer.

    It is named by what it says (of which schedule, to which address, which end of a
    shift at which instant, how long ahead), so that it is told once whatever happens
    to the schedule and the rule in between.
    """

    class Outcome(models.TextChoices):
        PLANNED = "", _("Planned")
        TOLD = "told", _("Told")
        REPETITION = "repetition", _("Left out: another notice has just said it")
        LATE = "late", _("Left out: too late to be of use")
        UNREACHABLE = "unreachable", _("Left out: the address is not in use")

    account = models.ForeignKey(Account, models.CASCADE, related_name="handoffs")
    schedule = TenantKey(Schedule, models.CASCADE, related_name="handoffs")
    membership = TenantKey(Membership, models.CASCADE, related_name="handoffs")
    contact_method = TenantKey(ContactMethod, models.CASCADE, related_name="handoffs")
    # A planned notice without one is not wanted any more.
    rule = TenantKey(HandOffRule, models.SET_NULL, null=True, related_name="handoffs")
    when = models.CharField(max_length=5, choices=HandOffRule.When.choices)
    minutes_ahead = models.PositiveSmallIntegerField()
    # When the shift starts or ends.
    boundary_at = models.DateTimeField()
    due_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=11, choices=Outcome.choices, default=Outcome.PLANNED, blank=True
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "hand-off notice"
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(outcome=""), name="handoff_due"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "schedule",
                    "boundary_at",
                    "contact_method",
                    "when",
                    "minutes_ahead",
                ],
                name="handoff_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.when} of a shift of {self.schedule} at {self.boundary_at}"
