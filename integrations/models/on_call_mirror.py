"""What in Slack is kept equal to who is on call."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import ids
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from integrations.models.slack import SlackWorkspace
from oncall.models import EscalationPolicy, Schedule


class OnCallMirror(AccountModel):
    """A channel's topic or a user group that names who is on call; it is the queue."""

    class Kind(models.TextChoices):
        TOPIC = "topic", _("The topic of a channel")
        GROUP = "group", _("The members of a user group")

    account = models.ForeignKey(Account, models.CASCADE, related_name="mirrors")
    public_id = models.CharField(max_length=14, unique=True, default=ids.public_id)
    workspace = TenantKey(SlackWorkspace, models.CASCADE, related_name="mirrors")
    kind = models.CharField(_("what"), max_length=5, choices=Kind.choices)
    # Slack's id of the channel or the user group, and its name without a mark.
    target_id = models.CharField(max_length=20)
    target_name = models.CharField(max_length=100)
    # Either a schedule, or a level of a policy.
    schedule = TenantKey(
        Schedule, models.CASCADE, null=True, blank=True, related_name="mirrors"
    )
    policy = TenantKey(
        EscalationPolicy, models.CASCADE, null=True, blank=True, related_name="mirrors"
    )
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    # What a topic says; {names} stands for the people.
    template = models.CharField(max_length=100, blank=True)
    created_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    # What we have written: our part of the topic, or the ids of the group's members.
    written = models.CharField(max_length=2000, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    # When it was last seen to be as it should.
    checked_at = models.DateTimeField(null=True, blank=True)
    # Who is on call and not linked, by name; and that nobody is on call.
    unlinked: Any = models.JSONField(default=list)
    is_empty = models.BooleanField(default=False)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["target_name", "id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="mirror_due",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "workspace", "kind", "target_id", "template"],
                name="mirror_once",
            ),
            models.CheckConstraint(
                condition=models.Q(schedule__isnull=False, policy=None, level=None)
                | models.Q(schedule=None, policy__isnull=False, level__gte=1),
                name="mirror_of_schedule_or_level",
            ),
        ]

    def __str__(self) -> str:
        mark = "#" if self.kind == self.Kind.TOPIC else "@"
        return f"{mark}{self.target_name}"
