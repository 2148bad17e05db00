"""What a schedule was after each of its edits."""

from django.db import models

from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from oncall.models.schedule import Schedule


class ScheduleVersion(AccountModel):
    """A schedule as an edit left it; never changed, so the past stays answered.

    In force at an instant is the highest number that takes effect by then. Overrides
    are not part of it.
    """

    append_only = True

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="schedule_versions"
    )
    schedule = TenantKey(Schedule, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    # Nothing for the first one, which answers the time before it was made as well.
    effective_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = TenantKey(Membership, models.PROTECT, null=True, related_name="+")
    # See `oncall.snapshots`.
    snapshot = models.JSONField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "number"], name="schedule_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number=1, effective_at=None)
                | models.Q(number__gt=1, effective_at__isnull=False),
                name="schedule_version_first_is_always",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of {self.schedule}"
