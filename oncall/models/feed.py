"""Secret addresses at which calendars read shifts."""

from django.db import models

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from oncall.models.schedule import Schedule


class CalendarFeed(AccountModel):
    """A link that a calendar reads: a whole schedule, or a member's own shifts.

    It works while its owner is a member, and we know only a digest of its secret.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="calendar_feeds")
    membership = TenantKey(Membership, models.CASCADE, related_name="calendar_feeds")
    # Nothing for the owner's shifts in all schedules.
    schedule = TenantKey(
        Schedule, models.CASCADE, null=True, blank=True, related_name="calendar_feeds"
    )
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    prefix = models.CharField(max_length=6)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.schedule or self.membership} ({self.prefix}…)"
