"""More people on an incident: asked to respond, or kept informed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership, Team
from accounts.tenancy import TenantKey
from incidents.models.incident import Incident
from oncall.models import EscalationPolicy


class ResponderRequest(AccountModel):
    """A member asks others to help with an incident."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="responder_requests"
    )
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    incident = TenantKey(Incident, models.CASCADE, related_name="responder_requests")
    requester = TenantKey(
        Membership, models.SET_NULL, null=True, related_name="responder_requests"
    )
    message = models.CharField(_("message"), max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.message or f"Request for {self.incident_id}"


class Responder(AccountModel):
    """A member who was asked, and what they answered."""

    class State(models.TextChoices):
        PENDING = "pending", _("Asked")
        JOINED = "joined", _("Accepted")
        DECLINED = "declined", _("Declined")
        CANCELLED = "user_cancelled", _("Not needed any more")

    account = models.ForeignKey(Account, models.CASCADE, related_name="responders")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    request = TenantKey(ResponderRequest, models.CASCADE, related_name="responders")
    incident = TenantKey(Incident, models.CASCADE, related_name="responders")
    membership = TenantKey(Membership, models.PROTECT, related_name="responses")
    # The policy that was asked, where the person was not asked by name.
    policy = TenantKey(
        EscalationPolicy, models.SET_NULL, null=True, related_name="responders"
    )
    state = models.CharField(
        max_length=14, choices=State.choices, default=State.PENDING
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "membership"],
                condition=models.Q(state__in=("pending", "joined")),
                name="responder_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} on {self.incident_id}"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING


class Subscriber(AccountModel):
    """A member or a team that status updates of an incident go to."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="subscribers")
    incident = TenantKey(Incident, models.CASCADE, related_name="subscribers")
    membership = TenantKey(
        Membership, models.CASCADE, null=True, related_name="subscriptions"
    )
    team = TenantKey(Team, models.CASCADE, null=True, related_name="subscriptions")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(membership=None, team__isnull=False)
                | models.Q(membership__isnull=False, team=None),
                name="subscriber_is_one_thing",
            ),
            models.UniqueConstraint(
                fields=["incident", "membership"], name="subscriber_member_once"
            ),
            models.UniqueConstraint(
                fields=["incident", "team"], name="subscriber_team_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership or self.team)


class StatusUpdate(AccountModel):
    """What those who are not working on an incident are told of it."""

    append_only = True

    account = models.ForeignKey(Account, models.CASCADE, related_name="status_updates")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    incident = TenantKey(Incident, models.CASCADE, related_name="status_updates")
    sender = TenantKey(
        Membership, models.PROTECT, null=True, related_name="status_updates"
    )
    message = models.TextField(_("message"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    html_message = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.message
