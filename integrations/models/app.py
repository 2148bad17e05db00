"""Apps of partners: what connects to us, and the tokens that they hold.

The OAuth models are ours from the first migration on, so that a token can belong
to one account.
"""

import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from incidents.models import Integration


def vendor_key() -> str:
    """Mint a vendor key, by which the connect flow knows a partner: 20 hex digits."""
    return secrets.token_hex(10)


def client_id() -> str:
    """Mint a client id, which is a UUID."""
    return str(uuid.uuid4())


class App(AbstractApplication):
    """A partner's app. Without an account it is public, and operators keep it.

    `redirect_uris` are the exact addresses, separated by spaces, that the connect
    flow and OAuth may return to.
    """

    class Kind(models.TextChoices):
        """How its OAuth works; without a kind it has none."""

        CLASSIC = "classic", _("Classic: reads, or reads and writes")
        SCOPED = "scoped", _("Scoped: only what each scope names")

        __empty__ = _("No OAuth")

    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="apps"
    )
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    client_id = models.CharField(max_length=100, unique=True, default=client_id)
    vendor_key = models.CharField(max_length=20, unique=True, default=vendor_key)
    description = models.TextField(_("description"), blank=True)
    website = models.URLField(_("website"), blank=True)
    logo_url = models.URLField(_("logo"), blank=True)
    # May use the connect flow to make integrations.
    has_events = models.BooleanField(_("sends events"), default=True)
    kind = models.CharField(
        _("OAuth"), max_length=7, choices=Kind.choices, blank=True, default=""
    )
    # What a scoped app may ask for, separated by spaces; `oauth.scopes` names them.
    scopes = models.TextField(_("scopes"), blank=True, default="")
    is_verified = models.BooleanField(_("verified publisher"), default=False)
    disabled_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractApplication.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return str(self.name)

    def is_usable(self, request: object) -> bool:
        """Say whether its OAuth works now; the OAuth package asks before each use."""
        return bool(self.kind) and self.disabled_at is None

    @property
    def is_scoped(self) -> bool:
        return self.kind == self.Kind.SCOPED

    @property
    def is_public_client(self) -> bool:
        """Whether it runs where a secret cannot be kept."""
        return bool(self.client_type == self.CLIENT_PUBLIC)


class Connection(AccountModel):
    """An integration that a partner made through the connect flow."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="connections")
    app = models.ForeignKey(App, models.CASCADE, related_name="connections")
    integration = TenantKey(Integration, models.CASCADE, related_name="connections")
    connected_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    # Names the form that was sent, so that sending it twice makes one integration.
    token = models.CharField(max_length=32, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "token"], name="connection_token")]

    def __str__(self) -> str:
        return f"{self.app} to {self.integration}"


class Delegation(AccountModel):
    """What somebody lets an app do in the account, until it is revoked.

    With a membership the app acts for that person; without one it acts for itself.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="delegations")
    app = models.ForeignKey(App, models.CASCADE, related_name="delegations")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    membership = TenantKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="delegations"
    )
    granted_by = TenantKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Everything that was ever agreed to; each token has a part of it.
    scope = models.TextField(blank=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "app", "membership"],
                condition=models.Q(revoked_at=None),
                nulls_distinct=False,
                name="delegation_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.app} for {self.membership or self.account}"


class Grant(AbstractGrant):
    """An authorization code, for the account chosen on the consent page.

    It stays for a while after its use: a code that comes twice was stolen.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    delegation = TenantKey(Delegation, models.CASCADE, related_name="codes")
    # Names the tokens that are made from it.
    family = models.UUIDField(default=uuid.uuid4, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractGrant.Meta):
        pass


class AccessToken(AbstractAccessToken):
    """A token that acts in one account; we keep its digest."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    delegation = TenantKey(Delegation, models.CASCADE, related_name="access_tokens")

    class Meta(AbstractAccessToken.Meta):
        pass


class RefreshToken(AbstractRefreshToken):
    """Renews an access token of the same account, once; we keep its digest."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    delegation = TenantKey(Delegation, models.CASCADE, related_name="refresh_tokens")
    scope = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    # However often it is renewed, the person is asked again then.
    window_ends_at = models.DateTimeField()

    class Meta(AbstractRefreshToken.Meta):
        pass


class IDToken(AbstractIDToken):
    """Says who signed in, in which account."""

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")

    class Meta(AbstractIDToken.Meta):
        pass
