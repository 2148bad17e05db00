"""Services, and the integration keys through which their events come.

An integration is here, below the doors, because the dedup key of an alert belongs
to the integration that it came through.
"""

import secrets
from datetime import timedelta

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Team
from accounts.tenancy import TenantKey
from oncall.models import EscalationPolicy


def integration_key() -> str:
    """Mint an integration key: 32 hexadecimal digits."""
    return secrets.token_hex(16)


class Service(AccountModel):
    """Something that can break, and whose policy says who is paged."""

    class UrgencyRule(models.TextChoices):
        HIGH = "high", _("High, always")
        LOW = "low", _("Low, always")
        SEVERITY = "severity_based", _("By severity of the alert")

    account = models.ForeignKey(Account, models.CASCADE, related_name="services")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    name = models.CharField(_("name"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    runbook_url = models.URLField(_("runbook"), blank=True)
    escalation_policy = TenantKey(
        EscalationPolicy, models.PROTECT, related_name="services"
    )
    team = TenantKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="services"
    )
    urgency_rule = models.CharField(
        _("urgency"),
        max_length=14,
        choices=UrgencyRule.choices,
        default=UrgencyRule.HIGH,
    )
    # Null switches the timeout off.
    acknowledgement_timeout = models.DurationField(
        _("acknowledgement timeout"),
        null=True,
        blank=True,
        default=timedelta(minutes=30),
    )
    auto_resolve_timeout = models.DurationField(
        _("auto-resolve timeout"), null=True, blank=True, default=None
    )
    # Events of a disabled service are accepted and open nothing.
    disabled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], name="service_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Integration(AccountModel):
    """A key that a monitoring tool sends events with, for one service."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="integrations")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    service = TenantKey(Service, models.CASCADE, related_name="integrations")
    name = models.CharField(_("name"), max_length=100)
    # The kind of tool; events_v2 and events_v1 take our own formats.
    kind = models.CharField(max_length=30, default="events_v2")
    key = models.CharField(
        max_length=32,
        unique=True,
        default=integration_key,
        validators=[RegexValidator(r"^[0-9a-f]{32}$")],
    )
    disabled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_key(self) -> str:
        return f"{self.key[:4]}…{self.key[-4:]}"
