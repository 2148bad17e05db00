"""Events, as tools sent them, and the alerts that they feed."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel
from accounts.tenancy import TenantKey
from incidents.models.incident import Incident
from incidents.models.service import Integration, Service, SuppressionRule


class Alert(AccountModel):
    """A problem that a machine reports: one for each dedup key while it is open."""

    class Status(models.TextChoices):
        TRIGGERED = "triggered", _("Triggered")
        RESOLVED = "resolved", _("Resolved")

    class Held(models.TextChoices):
        """Why an alert has no incident."""

        NOT = "", _("Not held")
        PAUSED = "paused", _("Held back, in case that it resolves by itself")
        MAINTENANCE = "maintenance", _("Held until the maintenance ends")
        SUPPRESSED = "suppressed", _("Suppressed by a rule")

    account = models.ForeignKey(Account, models.CASCADE, related_name="alerts")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    service = TenantKey(Service, models.CASCADE, related_name="alerts")
    integration = TenantKey(
        Integration, models.SET_NULL, null=True, related_name="alerts"
    )
    # Null while it is held, and for ever if it was suppressed or ended while held.
    incident = TenantKey(Incident, models.CASCADE, null=True, related_name="alerts")
    held = models.CharField(
        max_length=11, choices=Held.choices, default=Held.NOT, blank=True
    )
    # When a paused alert is let through; the row is the timer.
    release_at = models.DateTimeField(null=True, blank=True)
    # The rule that suppressed it.
    suppressed_by = TenantKey(
        SuppressionRule, models.SET_NULL, null=True, related_name="alerts"
    )
    dedup_key = models.CharField(max_length=255)
    status = models.CharField(
        max_length=9, choices=Status.choices, default=Status.TRIGGERED
    )
    summary = models.CharField(max_length=1024)
    # critical, error, warning, info; blank where the tool's format has none.
    severity = models.CharField(max_length=8, blank=True)
    source = models.TextField(blank=True)
    component = models.TextField(blank=True)
    group = models.TextField(blank=True)
    event_class = models.TextField(blank=True)
    details = models.JSONField(null=True, blank=True)
    # [{"href", "text"}] and [{"src", "href", "alt"}], as they were sent.
    links = models.JSONField(default=list, blank=True)
    images = models.JSONField(default=list, blank=True)
    client = models.TextField(blank=True)
    client_url = models.TextField(blank=True)
    occurred_at = models.DateTimeField()
    event_count = models.PositiveIntegerField(default=1)
    last_event_at = models.DateTimeField()
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["release_at"],
                condition=models.Q(release_at__isnull=False),
                name="alert_release",
            ),
            models.Index(
                fields=["service", "held"],
                condition=models.Q(status="triggered") & ~models.Q(held=""),
                name="alert_held",
            ),
            # Keys are long and are only asked for whole.
            HashIndex(fields=["dedup_key"], name="alert_key"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["integration", "dedup_key"],
                condition=models.Q(status="triggered"),
                name="alert_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.summary


class Event(AccountModel):
    """One message of a tool, kept as received: the inbox, and then the record."""

    class Action(models.TextChoices):
        TRIGGER = "trigger", _("Trigger")
        ACKNOWLEDGE = "acknowledge", _("Acknowledge")
        RESOLVE = "resolve", _("Resolve")

    class Outcome(models.TextChoices):
        WAITING = "", _("Waiting")
        OPENED = "opened", _("Opened an incident")
        GROUPED = "grouped", _("Joined an open incident")
        PAUSED = "paused", _("Held back, in case that it resolves by itself")
        HELD = "held", _("Held until the maintenance ends")
        SUPPRESSED = "suppressed", _("Suppressed by a rule")
        REPEATED = "repeated", _("Repeated an open alert")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        RESOLVED = "resolved", _("Resolved")
        UNMATCHED = "unmatched", _("No open alert has this dedup key")
        DISABLED = "disabled", _("The service or integration is disabled")
        FAILED = "failed", _("Could not be processed; operators were told")

    account = models.ForeignKey(Account, models.CASCADE, related_name="events")
    integration = TenantKey(Integration, models.CASCADE, related_name="events")
    action = models.CharField(max_length=11, choices=Action.choices)
    dedup_key = models.CharField(max_length=255)
    # The normalised event: see `incidents.intake.Body`.
    body = models.JSONField()
    received_at = models.DateTimeField()
    # Null while it waits; the row is the queue.
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    alert = TenantKey(Alert, models.SET_NULL, null=True, related_name="events")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["integration", "id"],
                condition=models.Q(processed_at=None),
                name="event_waiting",
            ),
            models.Index(fields=["integration", "-id"], name="event_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.dedup_key}"
