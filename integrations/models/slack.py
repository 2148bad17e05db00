"""Workspaces of Slack that have installed us."""

from django.db import models

from accounts import ids, sealing
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey


class SlackWorkspace(AccountModel):
    """A workspace of Slack; while it is connected it belongs to one account."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="slack_workspaces"
    )
    public_id = models.CharField(max_length=14, unique=True, default=ids.public_id)
    # Slack's own id, "T…".
    team_id = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    # Its address there, "https://acme.slack.com/", if Slack has said so.
    url = models.CharField(max_length=300, blank=True)
    app_id = models.CharField(max_length=20, blank=True)
    bot_user_id = models.CharField(max_length=20, blank=True)
    sealed_token = models.TextField(blank=True)
    # The scopes of the token, by comma, as Slack granted them.
    scopes = models.TextField(blank=True)
    installed_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    installed_at = models.DateTimeField()
    # Uninstalled, revoked or disconnected, and why in words; installing ends it.
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_reason = models.CharField(max_length=300, blank=True)
    # Slack asked us to leave the whole workspace alone until then.
    hold_until = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            # Across accounts: what Slack sends names nothing but the workspace.
            models.UniqueConstraint(
                fields=["team_id"],
                condition=models.Q(removed_at=None),
                name="slack_workspace_connected_once",
            ),
            models.UniqueConstraint(
                fields=["account", "team_id"], name="slack_workspace_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_connected(self) -> bool:
        return self.removed_at is None

    @property
    def place(self) -> str:
        """Where its people's ids are unique; see ChatUser."""
        return f"slack {self.team_id}"

    @property
    def token(self) -> str:
        """The bot's token, opened. Never show it."""
        return sealing.unseal(self.sealed_token) if self.sealed_token else ""

    @token.setter
    def token(self, text: str) -> None:
        self.sealed_token = sealing.seal(text) if text else ""
