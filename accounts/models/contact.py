"""How a member is reached: contact methods, their verification, and rules."""

import json
from datetime import timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models.account import Account, AccountModel
from accounts.models.people import Membership
from accounts.tenancy import TenantKey


class ContactMethod(AccountModel):
    """An address of a member on one channel."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="contact_methods")
    membership = TenantKey(Membership, models.CASCADE, related_name="contact_methods")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    # The kind of a registered channel: email, sms, voice; see accounts.channels.
    kind = models.CharField(_("kind"), max_length=10)
    label = models.CharField(_("label"), max_length=50, blank=True)
    # An e-mail address, a phone number in E.164 form, or a browser with a digest of
    # its subscription, by which people tell their browsers apart.
    address = models.CharField(_("address"), max_length=254)
    # Set when the person has proved that the address is theirs.
    verified_at = models.DateTimeField(null=True, blank=True)
    # Added by an admin or the API for the person: paged at once, within a quota.
    added_by_other = models.BooleanField(default=False)
    # Set when the provider says that the address is no good.
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    last_delivery_at = models.DateTimeField(null=True, blank=True)
    last_tested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "kind", "address"], name="contact_method_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.masked}"

    @property
    def may_be_paged(self) -> bool:
        """Whether pages go there: verified, or vouched for by an admin."""
        known = self.verified_at is not None or self.added_by_other
        return known and self.disabled_at is None

    @property
    def destination(self) -> str:
        """What its channel is handed: the address, or the browser's subscription.

        Reads the prefetched subscriptions.
        """
        found = next(iter(self.push_subscriptions.all()), None)
        return found.destination if found else self.address

    @property
    def masked(self) -> str:
        """The address as others may see it, such as ``+49 … 42``."""
        if self.kind == "email":
            name, _at, domain = self.address.partition("@")
            return f"{name[:1]}…@{domain}"
        return f"{self.address[:3]}…{self.address[-2:]}"


class PushSubscription(AccountModel):
    """Where a browser takes pushes for a contact method of kind push."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="push_subscriptions"
    )
    contact_method = TenantKey(
        ContactMethod, models.CASCADE, related_name="push_subscriptions"
    )
    # The push service's address of this browser, and the browser's keys (base64url).
    endpoint = models.URLField(max_length=1000)
    p256dh = models.CharField(max_length=200)
    auth = models.CharField(max_length=100)
    browser = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact_method"], name="push_subscription_once"
            )
        ]
        indexes = [models.Index(fields=["endpoint"], name="push_subscription_endpoint")]

    def __str__(self) -> str:
        return self.browser or "push"

    @property
    def destination(self) -> str:
        """What a push needs, as the browser itself spells it."""
        keys = {"p256dh": self.p256dh, "auth": self.auth}
        return json.dumps({"endpoint": self.endpoint, "keys": keys})


class Verification(AccountModel):
    """A code that proves that an address belongs to the member; stored hashed."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="verifications")
    contact_method = TenantKey(
        ContactMethod, models.CASCADE, related_name="verifications"
    )
    code_digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    attempts_left = models.PositiveSmallIntegerField(default=5)
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Verification of {self.contact_method}"


class Urgency(models.TextChoices):
    """How soon a person must know."""

    HIGH = "high", _("High")
    LOW = "low", _("Low")


class NotificationRule(AccountModel):
    """A step of a member's own plan: after so long, by this contact method."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="notification_rules"
    )
    membership = TenantKey(
        Membership, models.CASCADE, related_name="notification_rules"
    )
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    contact_method = TenantKey(
        ContactMethod, models.CASCADE, related_name="notification_rules"
    )
    urgency = models.CharField(
        _("urgency"), max_length=4, choices=Urgency.choices, default=Urgency.HIGH
    )
    delay_minutes = models.PositiveSmallIntegerField(
        _("after"), default=0, validators=[MaxValueValidator(1440)]
    )

    class Meta:
        ordering = ["delay_minutes", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "contact_method", "urgency", "delay_minutes"],
                name="notification_rule_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_method} after {self.delay_minutes} min"

    @property
    def delay(self) -> timedelta:
        return timedelta(minutes=self.delay_minutes)
