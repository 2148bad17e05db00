"""Heartbeats: something must call often enough, and its silence is an incident."""

import secrets
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel
from accounts.tenancy import TenantKey
from incidents.models.service import Integration, Service

# The kind of the integration that carries a heartbeat's events.
HEARTBEAT: Final = "heartbeat"


def heartbeat_key() -> str:
    """Mint the secret part of a heartbeat's address: 32 hexadecimal digits."""
    return secrets.token_hex(16)


class Heartbeat(AccountModel):
    """A dead man's switch of a service. The row is its own timer.

    A missed beat is a trigger event of its own integration, the next one a resolve.
    """

    class Status(models.TextChoices):
        NEW = "new", _("Waits for its first beat")
        BEATING = "beating", _("Beating")
        MISSED = "missed", _("Missed")
        PAUSED = "paused", _("Paused")

    account = models.ForeignKey(Account, models.CASCADE, related_name="heartbeats")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    service = TenantKey(Service, models.CASCADE, related_name="heartbeats")
    integration = TenantKey(Integration, models.CASCADE, related_name="heartbeats")
    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(max_length=32, unique=True, default=heartbeat_key)
    interval = models.DurationField(_("expected every"))
    grace = models.DurationField(_("grace"))
    # A link that a browser or a scanner opens must not count by default.
    allows_get = models.BooleanField(_("also by GET"), default=False)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.NEW)
    last_beat_at = models.DateTimeField(null=True, blank=True)
    # When the next beat is missed; null before the first one and while paused.
    due_at = models.DateTimeField(null=True, blank=True)
    # Set when a beat may be missing because we were not there to take it.
    excused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="heartbeat_due",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "name"], name="heartbeat_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
