"""Channels of Slack that are made for one incident."""

from typing import Any

from django.db import models

from accounts import ids
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from incidents.models import Incident
from integrations.models.chat import Room
from integrations.models.slack import SlackWorkspace


class IncidentChannel(AccountModel):
    """The channel of one incident, with its responders in it; the row is the queue.

    It is due while the channel may not be as it should: not there yet, somebody not
    invited, an old topic. Whoever works it looks at the incident as it is then.
    """

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="incident_channels"
    )
    public_id = models.CharField(max_length=14, unique=True, default=ids.public_id)
    incident = TenantKey(Incident, models.CASCADE, related_name="channels")
    workspace = TenantKey(
        SlackWorkspace, models.CASCADE, related_name="incident_channels"
    )
    # Where the incident is shown; nothing until the channel is there.
    room = TenantKey(Room, models.SET_NULL, null=True, blank=True, related_name="+")
    # The name that is tried, or that it has.
    name = models.CharField(max_length=80)
    # How many names were tried, because others had them.
    tries = models.PositiveSmallIntegerField(default=0)
    # Slack's id of it; until then an attempt may have had no answer.
    channel_id = models.CharField(max_length=20, blank=True)
    url = models.CharField(max_length=300, blank=True)
    is_private = models.BooleanField(default=False)
    # Whether it is archived once the incident is resolved.
    archives = models.BooleanField(default=False)
    # What its topic says, and who was invited or cannot be.
    topic = models.CharField(max_length=250, blank=True)
    invited: Any = models.JSONField(default=list)
    # Who asked for it, by which way, and as whom where no member did.
    asked_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    asked_via = models.CharField(max_length=10)
    asked_as = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    # Slack will never make it so; `last_error` says why.
    failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    # Counts what has happened, so that a worker sees that more did meanwhile.
    wanted = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="incident_channel_due",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "incident"], name="incident_channel_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
