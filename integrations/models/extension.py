"""Extensions: where a service's news goes besides its people."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership, Team
from accounts.models.contact import Urgency
from accounts.tenancy import TenantKey
from incidents.models import Service
from integrations.models.chat import Room


def every_update() -> list[str]:
    """Return what an extension tells of an incident that it has shown before."""
    return [str(update) for update in Extension.Update]


class Extension(AccountModel):
    """A receiver of some incidents of the account, of a kind that `schema` names.

    What delivers to it belongs to it: a webhook's rows are webhook subscriptions, one
    for each service; a chat's are messages in its room.
    """

    class Scope(models.TextChoices):
        SERVICES = "services", _("Some services")
        TEAM = "team", _("Every service of a team")
        ACCOUNT = "account", _("The whole account")

    class Update(models.TextChoices):
        """What may be told of an incident after its beginning."""

        ACKNOWLEDGED = "acknowledged", _("Acknowledgements")
        RESOLVED = "resolved", _("Resolves")
        ASSIGNED = "assigned", _("Assignment changes and escalations")
        ANNOTATED = "annotated", _("Notes")
        RESPONDERS = "responders", _("Requests for help and their answers")
        OTHER = "other", _("Priority, urgency, title and status updates")

    account = models.ForeignKey(Account, models.CASCADE, related_name="extensions")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    # A key of `integrations.extensions.schemas`.
    schema = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=100)
    endpoint_url = models.CharField(_("address"), max_length=1000, blank=True)
    # What the schema needs besides; never a secret.
    config = models.JSONField(default=dict, blank=True)
    # Whose incidents, and which of them.
    scope = models.CharField(
        _("whose incidents"),
        max_length=8,
        choices=Scope.choices,
        default=Scope.SERVICES,
    )
    team = TenantKey(
        Team, models.CASCADE, null=True, blank=True, related_name="extensions"
    )
    urgency = models.CharField(
        _("urgency"), max_length=4, choices=Urgency.choices, blank=True
    )
    # Public ids of priorities; null for any, empty for incidents without one.
    priorities: Any = models.JSONField(_("priorities"), null=True, blank=True)
    updates: Any = models.JSONField(_("updates"), default=every_update)
    # Where a chat shows the incidents; null for what is no chat.
    room = TenantKey(
        Room, models.PROTECT, null=True, blank=True, related_name="extensions"
    )
    # Whether anybody in the room may act, or only people whom the account knows.
    anybody_may_act = models.BooleanField(_("who may act"), default=False)
    # Whether its messages have buttons at all; without, they only inform.
    has_buttons = models.BooleanField(_("buttons"), default=True)
    # Whether the timeline goes into a thread, and what is written there into notes.
    has_thread = models.BooleanField(_("thread"), default=True)
    takes_notes = models.BooleanField(_("notes"), default=False)
    # Nothing new is told while it is paused.
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="team", team__isnull=False)
                | (~models.Q(scope="team") & models.Q(team=None)),
                name="extension_team_with_scope",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


class ExtendedService(AccountModel):
    """A service whose incidents an extension hears of."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="extended_services"
    )
    extension = TenantKey(Extension, models.CASCADE, related_name="extended_services")
    service = TenantKey(Service, models.CASCADE, related_name="extended_services")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["extension", "service"], name="extended_service_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.extension} of {self.service}"
