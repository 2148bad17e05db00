"""How a member wants to be told that a shift of theirs starts or ends."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models.account import Account, AccountModel
from accounts.models.contact import ContactMethod
from accounts.models.people import Membership
from accounts.tenancy import TenantKey

MOST_MINUTES_AHEAD = 48 * 60
# What everybody begins with, before the start of a shift.
USUAL_MINUTES_AHEAD = 24 * 60


class HandOffRule(AccountModel):
    """So long before a shift of the member starts or ends, by this contact method."""

    class When(models.TextChoices):
        START = "start", _("a shift of mine starts")
        END = "end", _("a shift of mine ends")

    account = models.ForeignKey(Account, models.CASCADE, related_name="handoff_rules")
    membership = TenantKey(Membership, models.CASCADE, related_name="handoff_rules")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    contact_method = TenantKey(
        ContactMethod, models.CASCADE, related_name="handoff_rules"
    )
    when = models.CharField(max_length=5, choices=When.choices, default=When.START)
    minutes_ahead = models.PositiveSmallIntegerField(
        default=USUAL_MINUTES_AHEAD,
        validators=[MaxValueValidator(MOST_MINUTES_AHEAD)],
    )
    # Nothing until whoever plans the notices has seen the rule.
    taken_up_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-when", "-minutes_ahead", "id"]
        verbose_name = "hand-off rule"
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(taken_up_at=None),
                name="handoff_rule_new",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "contact_method", "when", "minutes_ahead"],
                name="handoff_rule_once",
            ),
            models.CheckConstraint(
                condition=models.Q(minutes_ahead__lte=MOST_MINUTES_AHEAD),
                name="handoff_rule_at_most_48_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_method} {self.minutes_ahead} min before the {self.when}"
