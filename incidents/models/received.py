"""What tools sent besides events: changes that were made, and bodies as they came."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel
from accounts.tenancy import TenantKey
from incidents.models.service import Integration, Service


class ChangeEvent(AccountModel):
    """Something that was changed in a service, such as a deployment; pages nobody."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="change_events")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    service = TenantKey(Service, models.CASCADE, related_name="change_events")
    integration = TenantKey(
        Integration, models.SET_NULL, null=True, related_name="change_events"
    )
    summary = models.CharField(max_length=1024)
    source = models.TextField(blank=True)
    details = models.JSONField(null=True, blank=True)
    # As those of alerts.
    links = models.JSONField(default=list, blank=True)
    images = models.JSONField(default=list, blank=True)
    # When the tool says that it happened.
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-occurred_at", "-id"]
        indexes = [
            models.Index(fields=["account", "-occurred_at"], name="change_of_account"),
            models.Index(fields=["service", "-occurred_at"], name="change_of_service"),
            models.Index(fields=["service", "received_at"], name="change_age"),
        ]

    def __str__(self) -> str:
        return self.summary


class Payload(AccountModel):
    """The body of a tool's message as it came; the last few of each integration."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        UNREADABLE = "unreadable", _("Not understood; an alert says so")
        REFUSED = "refused", _("Refused")

    account = models.ForeignKey(Account, models.CASCADE, related_name="payloads")
    integration = TenantKey(Integration, models.CASCADE, related_name="payloads")
    received_at = models.DateTimeField()
    # Null where it was no JSON, or larger than we keep.
    body = models.JSONField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # Why it was refused or not understood; blank otherwise.
    reason = models.TextField(blank=True)
    # How many events were made of it.
    event_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["integration", "-id"], name="payload_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.received_at:%Y-%m-%d %H:%M:%S}"
