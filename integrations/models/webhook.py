"""Webhooks: who wants to hear of what, their secrets, and what is sent to them."""

import json
import uuid
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import ids, sealing
from accounts.models import Account, AccountModel, Membership, Team
from accounts.tenancy import TenantKey
from incidents.models import Service
from integrations.models.extension import Extension


class WebhookSubscription(AccountModel):
    """An address that is told of events of the account, a service or a team."""

    class Filter(models.TextChoices):
        ACCOUNT = "account", _("The whole account")
        SERVICE = "service", _("One service")
        TEAM = "team", _("One team")

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="webhook_subscriptions"
    )
    public_id = models.CharField(max_length=14, unique=True, default=ids.public_id)
    # The way there has a name of its own in the REST API; there is one for each.
    delivery_method_id = models.CharField(
        max_length=14, unique=True, default=ids.public_id, editable=False
    )
    # The extension that it delivers for; it comes and goes with it.
    extension = TenantKey(
        Extension, models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )
    description = models.TextField(_("description"), blank=True)
    url = models.CharField(_("address"), max_length=1000)
    # Types of events, as `integrations.webhooks.event_types` lists them.
    events = models.JSONField(_("events"), default=list)
    filter_type = models.CharField(
        _("of"), max_length=7, choices=Filter.choices, default=Filter.ACCOUNT
    )
    service = TenantKey(
        Service,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="webhook_subscriptions",
    )
    team = TenantKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="webhook_subscriptions",
    )
    # The public id of the service or team, which outlives it: its end is told too.
    filter_id = models.CharField(max_length=14, blank=True)
    # [{"name", "value"}] as JSON, sealed: the values are passwords as often as not.
    sealed_headers = models.TextField(blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # Set when it took too many in a row badly; until then everything for it is held.
    disabled_until = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=300, blank=True)
    # How many in a row were given up, and since when the owners know.
    drops = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["disabled_until"],
                condition=models.Q(disabled_until__isnull=False),
                name="webhook_disabled",
            )
        ]

    def __str__(self) -> str:
        return self.description or self.host

    @property
    def host(self) -> str:
        """Where it leads, without what may be a secret of its path."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_temporarily_disabled(self) -> bool:
        return self.disabled_until is not None

    @property
    def headers(self) -> list[dict[str, str]]:
        """The custom headers, opened: [{"name", "value"}]. Never show the values."""
        if not self.sealed_headers:
            return []
        found: list[dict[str, str]] = json.loads(sealing.unseal(self.sealed_headers))
        return found

    @headers.setter
    def headers(self, headers: list[dict[str, str]]) -> None:
        self.sealed_headers = sealing.seal(json.dumps(headers)) if headers else ""


class WebhookSecret(AccountModel):
    """A key that what we send is signed with; the receiver has it too."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="webhook_secrets")
    subscription = TenantKey(
        WebhookSubscription, models.CASCADE, related_name="secrets"
    )
    public_id = models.CharField(max_length=14, unique=True, default=ids.public_id)
    # Shown once; sealed because each signature needs it.
    sealed = models.TextField()
    # How it begins, by which people tell theirs apart.
    prefix = models.CharField(max_length=4)
    created_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class WebhookDelivery(AccountModel):
    """One event for one subscription. The row is the queue, and later the log.

    What waits is sent in the order of the ids for each subscription and resource.
    """

    class State(models.TextChoices):
        # To be sent, or sent again, when it is due.
        WAITING = "waiting", _("Waiting")
        # For a subscription that is disabled for a while.
        HELD = "held", _("Held")
        DELIVERED = "delivered", _("Delivered")
        # Given up.
        DROPPED = "dropped", _("Given up")

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="webhook_deliveries"
    )
    subscription = TenantKey(
        WebhookSubscription, models.CASCADE, related_name="deliveries"
    )
    # What receivers see as X-Webhook-Id, the same in each attempt.
    public_id = models.CharField(max_length=14, unique=True, default=ids.public_id)
    # The event's own id, the same for every subscription, and in a replay.
    event_id = models.UUIDField(default=uuid.uuid4)
    event_type = models.CharField(max_length=50)
    # What it is about, such as "incident Q…": its events arrive in order.
    resource = models.CharField(max_length=40)
    # Exactly what is sent, byte for byte.
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField()
    # When to send it next; a lease moves it ahead. Null unless it waits.
    due_at = models.DateTimeField(null=True, blank=True)
    # The attempt that has it now, and until when nobody else takes it.
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    # After this it is given up.
    expires_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    # When it was delivered or given up.
    ended_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    # How long the last attempt took.
    last_took = models.DurationField(null=True, blank=True)
    # Why it failed, in words.
    last_error = models.CharField(max_length=300, blank=True)
    # The beginning of what the receiver answered.
    last_answer = models.TextField(blank=True)
    replay_of = TenantKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replays"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(
                fields=["subscription", "due_at", "id"],
                condition=models.Q(state="waiting"),
                name="webhook_due",
            ),
            # What is being sent just now.
            models.Index(
                fields=["subscription", "leased_until"],
                condition=models.Q(lease__isnull=False),
                name="webhook_leased",
            ),
            models.Index(
                fields=["subscription", "resource", "id"],
                condition=models.Q(state__in=["waiting", "held"]),
                name="webhook_order",
            ),
            models.Index(fields=["subscription", "-id"], name="webhook_log"),
            models.Index(
                fields=["ended_at"],
                condition=models.Q(ended_at__isnull=False),
                name="webhook_ended",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="waiting", due_at__isnull=False)
                | (~models.Q(state="waiting") & models.Q(due_at=None)),
                name="webhook_due_only_if_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.public_id}"

    @property
    def is_ended(self) -> bool:
        return self.ended_at is not None
