"""Notifications: each is one planned delivery to one person by one channel."""

import secrets
from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import (
    Account,
    AccountModel,
    ContactMethod,
    Membership,
    NotificationRule,
)
from accounts.models.contact import Urgency
from accounts.tenancy import TenantKey
from incidents.models.incident import Incident
from incidents.models.responders import Responder

# When it left; what could not leave has the time of its end. No COALESCE: PostgreSQL
# trusts that one with nothing before the walls between accounts have let a row through,
# and so would not look it up in the index.
LEFT_AT = models.Case(
    models.When(sent_at__isnull=False, then="sent_at"), default="failed_at"
)


def attempt_token() -> str:
    """Mint the random name of a delivery in links and callbacks."""
    return secrets.token_hex(16)


class Notification(AccountModel):
    """One planned delivery. The row is its own timer and outbox.

    `send_at` is when it is due, and moves ahead while a sender holds it.
    """

    class Purpose(models.TextChoices):
        PAGE = "page", _("Page")
        ALARM = "alarm", _("Alarm for owners")
        REQUEST = "request", _("Request for help")
        NOTICE = "notice", _("Notice")
        TEST = "test", _("Test")
        CODE = "code", _("Verification code")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        ANSWERED = "answered", _("Answered")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Not needed any more")

    account = models.ForeignKey(Account, models.CASCADE, related_name="notifications")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    purpose = models.CharField(max_length=7, choices=Purpose.choices)
    incident = TenantKey(
        Incident, models.CASCADE, null=True, related_name="notifications"
    )
    membership = TenantKey(
        Membership, models.PROTECT, null=True, related_name="notifications"
    )
    contact_method = TenantKey(
        ContactMethod, models.SET_NULL, null=True, related_name="notifications"
    )
    rule = TenantKey(NotificationRule, models.SET_NULL, null=True, related_name="+")
    # Whom a request asks.
    responder = TenantKey(
        Responder, models.CASCADE, null=True, related_name="notifications"
    )
    # The delivery whose message carried this one as well.
    bundled_into = TenantKey("self", models.SET_NULL, null=True, related_name="bundled")
    # The channel's kind; the address only where no contact method has it.
    kind = models.CharField(max_length=10)
    address = models.CharField(max_length=254, blank=True)
    urgency = models.CharField(
        max_length=4, choices=Urgency.choices, default=Urgency.HIGH
    )
    episode = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=0)
    delay_minutes = models.PositiveSmallIntegerField(default=0)
    # Why this person: {"policy", "level", "schedule", "schedule_id", "rule", ...}.
    reason = models.JSONField(default=dict)
    # What a notice says, or a code; emptied of secrets once it is sent.
    content = models.JSONField(default=dict)

    status = models.CharField(
        max_length=9, choices=Status.choices, default=Status.PLANNED
    )
    planned_for = models.DateTimeField()
    send_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=32, unique=True, default=attempt_token)
    # Who took the last attempt: twilio, smtp ...; an expired lease is asked for there.
    provider = models.CharField(max_length=20, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    # Of a leased row: the others whose incidents its message brings along.
    carried: "Sequence[Notification]" = ()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["send_at"],
                condition=models.Q(status="planned"),
                name="notification_due",
            ),
            # What else waits for an address.
            models.Index(
                fields=["contact_method", "send_at"],
                condition=models.Q(status="planned"),
                name="notification_due_method",
            ),
            # The dead letters, which operators count and retry.
            models.Index(
                fields=["failed_at"],
                condition=models.Q(status="failed"),
                name="notification_failed",
            ),
            models.Index(fields=["incident", "id"], name="notification_incident"),
            models.Index(fields=["provider_id"], name="notification_provider"),
            models.Index(
                models.F("account"),
                LEFT_AT.desc(),
                models.F("id").desc(),
                condition=models.Q(
                    status__in=["sent", "delivered", "answered", "failed"]
                ),
                name="notification_left",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "incident",
                    "purpose",
                    "episode",
                    "membership",
                    "contact_method",
                    "delay_minutes",
                ],
                name="notification_planned_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.kind} to {self.membership or self.address}"
