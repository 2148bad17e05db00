"""What is kept about an app besides the app: its secrets, and its last calls."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from integrations.models.app import App


class AppSecret(AccountModel):
    """What an app proves itself with; we keep its digest and its beginning.

    It is where its app is: in an account, or without one for a public app.
    """

    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="app_secrets"
    )
    app = models.ForeignKey(App, models.CASCADE, related_name="secrets")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    prefix = models.CharField(_("begins with"), max_length=6)
    digest = models.CharField(max_length=64, unique=True)
    created_by = TenantKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.app} ({self.prefix}…)"


class AppCall(AccountModel):
    """One request of an app and how it ended, without what was in it.

    Without an account when nobody can say yet whose business it is.
    """

    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="app_calls"
    )
    app = models.ForeignKey(App, models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    # Which door, such as "token" or "GET /users".
    call = models.CharField(max_length=100)
    # As HTTP has it.
    status = models.PositiveSmallIntegerField()
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["app", "account", "-id"], name="app_call_last")]

    def __str__(self) -> str:
        return f"{self.call}: {self.status}"
