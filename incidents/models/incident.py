"""Incidents, who has them, and their timelines."""

from typing import Any

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import incident_public_id, public_id
from accounts.models import Account, AccountModel, Membership, Priority
from accounts.models.contact import Urgency
from accounts.tenancy import TenantKey
from incidents.models.service import Service


class Status(models.TextChoices):
    """Where an incident is; `incidents.states` says which verb leads where."""

    TRIGGERED = "triggered", _("Triggered")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    RESOLVED = "resolved", _("Resolved")


def _due(column: str) -> models.Index:
    """Index a due time over the rows that wait for it, and over no others."""
    return models.Index(
        fields=[column],
        condition=models.Q((f"{column}__isnull", False)),
        name=f"incident_{column}"[:30],
    )


class Incident(AccountModel):
    """What people work on: it pages until somebody acknowledges or resolves it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="incidents")
    public_id = models.CharField(max_length=14, unique=True, default=incident_public_id)
    number = models.BigIntegerField()
    title = models.CharField(_("title"), max_length=1024)
    description = models.TextField(_("description"), blank=True)
    service = TenantKey(Service, models.PROTECT, related_name="incidents")
    status = models.CharField(
        max_length=12, choices=Status.choices, default=Status.TRIGGERED
    )
    urgency = models.CharField(
        max_length=4, choices=Urgency.choices, default=Urgency.HIGH
    )
    priority = TenantKey(
        Priority, models.SET_NULL, null=True, blank=True, related_name="incidents"
    )
    incident_key = models.CharField(max_length=255, blank=True)
    merged_into = TenantKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged"
    )
    # The policy as it was at the trigger: `oncall.escalation.Plan` as JSON.
    plan = models.JSONField(default=dict)
    # Where the escalation stands: level from 1, pass from 0. Level 0: assigned to
    # people directly, outside of any policy.
    level = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=0)
    # Counts each start of paging, so that a plan is made once per start.
    episode = models.PositiveIntegerField(default=0)
    # How many pages this start of paging has planned; the auditor counts them.
    pages = models.PositiveIntegerField(default=0)
    # Set when nobody could be told at all, or the policy came to its end.
    unreached_at = models.DateTimeField(null=True, blank=True)
    exhausted_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    # The timers: what is due is a column.
    escalate_at = models.DateTimeField(null=True, blank=True)
    acknowledgement_expires_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    auto_resolve_at = models.DateTimeField(null=True, blank=True)
    # When a low urgency becomes high, because the support hours begin.
    raise_at = models.DateTimeField(null=True, blank=True)
    # What its alerts have in common: a digest of their fields, "time" or "storm".
    group_key = models.CharField(max_length=64, blank=True)
    # Until when alerts may join it; null with a group_key: until it resolves.
    groups_until = models.DateTimeField(null=True, blank=True)
    # What it is about where we opened it ourselves, such as "quiet:P…"; once open.
    own_key = models.CharField(max_length=100, blank=True)
    # How often a timer failed in a row; see the engine's quarantine.
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            _due("escalate_at"),
            _due("acknowledgement_expires_at"),
            _due("snoozed_until"),
            _due("auto_resolve_at"),
            _due("raise_at"),
            models.Index(
                fields=["service", "group_key"],
                condition=~models.Q(status="resolved") & ~models.Q(group_key=""),
                name="incident_group",
            ),
            models.Index(fields=["account", "status", "-id"], name="incident_list"),
            models.Index(fields=["account", "-id"], name="incident_all"),
            models.Index(fields=["service", "-id"], name="incident_service"),
            # What began in a period, which is how the API lists them.
            models.Index(
                fields=["account", "-created_at", "-id"], name="incident_began"
            ),
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=~models.Q(status="resolved"),
                name="incident_open_began",
            ),
            models.Index(
                fields=["account", "-resolved_at", "-id"], name="incident_ended"
            ),
            models.Index(
                fields=["service", "-created_at", "-id"], name="incident_service_began"
            ),
            # Keys are long and are only asked for whole.
            HashIndex(
                fields=["incident_key"],
                condition=~models.Q(incident_key=""),
                name="incident_key",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(status="triggered"),
                name="incident_triggered",
            ),
            # What the auditor asks: almost always empty.
            models.Index(
                fields=["id"],
                condition=models.Q(
                    status="triggered",
                    urgency="high",
                    escalate_at=None,
                    exhausted_at=None,
                ),
                name="incident_lost",
            ),
            # What rests, waits or is low without an end; seldom more than a few.
            models.Index(
                fields=["changed_at"],
                condition=models.Q(
                    status="acknowledged",
                    snoozed_until=None,
                    acknowledgement_expires_at=None,
                ),
                name="incident_rests",
            ),
            models.Index(
                fields=["service", "changed_at"],
                condition=~models.Q(status="resolved") & models.Q(auto_resolve_at=None),
                name="incident_endless",
            ),
            models.Index(
                fields=["service"],
                condition=~models.Q(status="resolved")
                & models.Q(urgency="low", raise_at=None),
                name="incident_low",
            ),
            models.Index(
                fields=["account", "own_key", "-id"],
                condition=~models.Q(own_key=""),
                name="incident_own",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"], name="incident_number_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="resolved")
                | models.Q(
                    escalate_at=None,
                    snoozed_until=None,
                    acknowledgement_expires_at=None,
                    auto_resolve_at=None,
                    raise_at=None,
                ),
                name="incident_resolved_has_no_timers",
            ),
            models.UniqueConstraint(
                fields=["account", "own_key"],
                condition=~models.Q(status="resolved") & ~models.Q(own_key=""),
                name="incident_own_key_once",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.status != Status.RESOLVED


class Assignment(AccountModel):
    """A member who has the incident now."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="assignments")
    incident = TenantKey(Incident, models.CASCADE, related_name="assignments")
    membership = TenantKey(Membership, models.PROTECT, related_name="assignments")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "membership"], name="assignment_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} to {self.membership}"


class Acknowledgement(AccountModel):
    """A member (or a tool) who took the incident on, until it is given back."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="acknowledgements"
    )
    incident = TenantKey(Incident, models.CASCADE, related_name="acknowledgements")
    membership = TenantKey(
        Membership, models.PROTECT, null=True, related_name="acknowledgements"
    )
    name = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "membership"], name="acknowledgement_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.membership or self.name)


class TimelineEntry(AccountModel):
    """One thing that happened to an incident; never edited."""

    append_only = True

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="timeline_entries"
    )
    incident = TenantKey(Incident, models.CASCADE, related_name="timeline")
    public_id = models.CharField(max_length=14, default=public_id)
    # A verb of `incidents.states`, or what the engine did: level_started,
    # level_skipped, policy_exhausted, notified, notify_failed, repaired.
    verb = models.CharField(max_length=20)
    at = models.DateTimeField()
    via = models.CharField(max_length=20)
    membership = TenantKey(
        Membership, models.PROTECT, null=True, related_name="timeline_entries"
    )
    # Who acted where no member did, such as an integration's name.
    name = models.CharField(max_length=100, blank=True)
    # Facts for the sentence: note, assignees, level, summary, from, to ...
    details: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "timeline entries"
        indexes = [
            models.Index(fields=["account", "-id"], name="timeline_account"),
            models.Index(fields=["account", "-at", "-id"], name="timeline_period"),
            HashIndex(fields=["public_id"], name="timeline_public_id"),
            # What operators look at.
            models.Index(
                fields=["at"],
                condition=models.Q(verb="repaired"),
                name="timeline_repaired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.incident_id}"
