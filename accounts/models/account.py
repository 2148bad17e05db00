"""The account, which is the tenant, and the base of everything it owns."""

import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id

SUBDOMAIN = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
    _("Use lower-case letters, digits and dashes."),
)


def validate_zone(name: str) -> None:
    """Refuse a name that the zone database does not have; raises ValidationError."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


class Account(models.Model):
    """A tenant: a company or a department that keeps its own on-call."""

    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    name = models.CharField(_("name"), max_length=100)
    subdomain = models.CharField(
        _("subdomain"), max_length=63, unique=True, validators=[SUBDOMAIN]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_zone]
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    # Countries whose numbers may be texted and called, as ISO codes.
    allowed_countries = models.JSONField(default=list, blank=True)
    events_per_minute = models.PositiveIntegerField(default=6000)
    # Pages a day to addresses that an admin added and the person has not confirmed.
    unconfirmed_pages_per_day = models.PositiveIntegerField(default=100)
    last_incident_number = models.BigIntegerField(default=0, editable=False)
    checklist_dismissed_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.CharField(max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)
    # Whether somebody outside is told of events; see `incidents.outbox`.
    has_listeners = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = models.Manager["Account"]()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class AccountModel(models.Model):
    """The base of what belongs to one account; walk to it from the account."""

    across_accounts = models.Manager()

    class Meta:
        abstract = True


class Priority(AccountModel):
    """P1 to P5: how much an incident matters to the business."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="priorities")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    name = models.CharField(_("name"), max_length=20)
    description = models.CharField(_("description"), max_length=200, blank=True)
    # 1 is the most important.
    position = models.PositiveSmallIntegerField()
    color = models.CharField(max_length=6, blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "priorities"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], name="priority_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
