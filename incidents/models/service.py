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
        SUPPORT_HOURS = "use_support_hours", _("By support hours")

    class Grouping(models.TextChoices):
        OFF = "", _("An incident for each alert")
        TIME = "time", _("Alerts that come within a time")
        CONTENT = "content_based", _("Alerts that agree in chosen fields")

    class GroupingMatch(models.TextChoices):
        ALL = "all", _("All fields agree")
        ANY = "any", _("One field agrees")

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
        max_length=17,
        choices=UrgencyRule.choices,
        default=UrgencyRule.HIGH,
    )
    # Of use_support_hours: weekdays are ISO numbers, Monday is 1; an end at or before
    # the start lies on the next day.
    support_time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    support_days = models.JSONField(_("days"), default=list, blank=True)
    support_start = models.TimeField(_("from"), null=True, blank=True)
    support_end = models.TimeField(_("until"), null=True, blank=True)
    urgency_in_hours = models.CharField(
        _("during support hours"), max_length=14, default="high"
    )
    urgency_out_of_hours = models.CharField(
        _("outside of support hours"), max_length=14, default="low"
    )
    # Open low-urgency incidents become high when the support hours begin.
    raise_at_support_start = models.BooleanField(default=False)
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
    grouping = models.CharField(
        _("grouping"), max_length=14, choices=Grouping.choices, default="", blank=True
    )
    # How long after its last alert an incident takes more; null until it resolves.
    grouping_window = models.DurationField(_("window"), null=True, blank=True)
    # Such as summary, source, component, group, class, severity, custom_details.x
    grouping_fields = models.JSONField(_("fields"), default=list, blank=True)
    grouping_match = models.CharField(
        max_length=3, choices=GroupingMatch.choices, default=GroupingMatch.ALL
    )
    # What callers of the API call it; the pages have no name for it.
    grouping_name = models.CharField(max_length=255, blank=True)
    grouping_description = models.TextField(blank=True)
    grouping_changed_at = models.DateTimeField(null=True, blank=True)
    # How long a new alert is held back; one that resolves meanwhile opens nothing.
    auto_pause = models.DurationField(_("pause"), null=True, blank=True)
    # New incidents a minute above which one incident carries the rest; null: no limit.
    storm_limit = models.PositiveIntegerField(
        _("storm limit"), null=True, blank=True, default=300
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
    # The key before, which works for a while after a rotation.
    previous_key = models.CharField(max_length=32, unique=True, null=True, blank=True)
    previous_key_until = models.DateTimeField(null=True, blank=True)
    # Of the kind "json": where in the payload each field is; see integrations.inbound.
    mapping = models.JSONField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    # A tool that is expected to speak at least so often; null: it may be silent.
    quiet_after = models.DurationField(_("expected every"), null=True, blank=True)
    last_event_at = models.DateTimeField(null=True, blank=True)
    # When its silence becomes an incident; the row is the timer.
    quiet_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(
                fields=["quiet_at"],
                condition=models.Q(quiet_at__isnull=False),
                name="integration_quiet",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_key(self) -> str:
        return f"{self.key[:4]}…{self.key[-4:]}"


class SuppressionRule(AccountModel):
    """Says which alerts of a service are kept but open no incident."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="suppression_rules"
    )
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    service = TenantKey(Service, models.CASCADE, related_name="suppression_rules")
    name = models.CharField(_("name"), max_length=100)
    # [{"field", "operator", "value"}], all of which must hold: see incidents.noise.
    conditions = models.JSONField(default=list)
    disabled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
