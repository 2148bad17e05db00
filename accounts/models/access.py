"""Ways into an account: invitations, API keys, and the record of who did what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models.account import Account, AccountModel
from accounts.models.people import Membership, Role, Team
from accounts.tenancy import TenantKey


class Invitation(AccountModel):
    """A link, sent by e-mail, that makes its reader a member; stored hashed."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    role = models.CharField(
        _("role"), max_length=10, choices=Role.choices, default=Role.RESPONDER
    )
    team = TenantKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Invitation of {self.email}"


class ApiKey(AccountModel):
    """A key for the REST API: 20 random characters, of which we keep a digest."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_keys")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    name = models.CharField(_("name"), max_length=100)
    # Set for a personal key, which may do what its user may.
    membership = TenantKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="api_keys"
    )
    is_read_only = models.BooleanField(_("read-only"), default=False)
    prefix = models.CharField(max_length=4)
    digest = models.CharField(max_length=64, unique=True)
    created_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AuditEntry(AccountModel):
    """Who changed what in the account's configuration; never edited."""

    append_only = True

    account = models.ForeignKey(Account, models.CASCADE, related_name="audit_entries")
    at = models.DateTimeField()
    membership = TenantKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    via = models.CharField(max_length=20)
    # What was done, such as "created escalation policy".
    action = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=14, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
