"""Maintenance windows: while one lasts, the alerts of its services open nothing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from incidents.models.service import Service


class MaintenanceWindow(AccountModel):
    """One window, or one occurrence of a recurring one. Its end is a due row.

    When an occurrence ends, the next one is made from it.
    """

    class Repeats(models.TextChoices):
        NEVER = "", _("Once")
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="maintenance_windows"
    )
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    # From 1 in each account.
    number = models.PositiveIntegerField()
    description = models.TextField(_("description"), blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    # Set when the engine has let the held alerts through.
    ended_at = models.DateTimeField(null=True, blank=True)
    repeats = models.CharField(
        _("repeats"), max_length=7, choices=Repeats.choices, default="", blank=True
    )
    # Repetitions keep their wall-clock time there.
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    repeats_until = models.DateField(_("last day"), null=True, blank=True)
    # The occurrence from which all others are counted, so that a month without its
    # day, or a day without its hour, moves one of them and no later one.
    series_starts_at = models.DateTimeField(null=True, blank=True)
    series_ends_at = models.DateTimeField(null=True, blank=True)
    previous = TenantKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="following"
    )
    created_by = TenantKey(
        Membership, models.SET_NULL, null=True, related_name="maintenance_windows"
    )
    # How often its end failed in a row; see the engine's quarantine.
    failures = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=models.Q(ended_at=None),
                name="maintenance_ends",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"], name="maintenance_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="maintenance_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.description or f"Maintenance {self.number}"


class MaintainedService(AccountModel):
    """A service that a window covers."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="maintained_services"
    )
    window = TenantKey(
        MaintenanceWindow, models.CASCADE, related_name="maintained_services"
    )
    service = TenantKey(Service, models.CASCADE, related_name="maintained_services")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["window", "service"], name="maintained_service_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} in {self.window}"
