"""How a member wants to be told of status updates."""

from django.db import models

from accounts.ids import public_id
from accounts.models.account import Account, AccountModel
from accounts.models.contact import ContactMethod
from accounts.models.people import Membership
from accounts.tenancy import TenantKey


class StatusUpdateRule(AccountModel):
    """By this contact method; who has no rule is told by e-mail."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="status_update_rules"
    )
    membership = TenantKey(
        Membership, models.CASCADE, related_name="status_update_rules"
    )
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    contact_method = TenantKey(
        ContactMethod, models.CASCADE, related_name="status_update_rules"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact_method"], name="status_update_rule_once"
            )
        ]

    def __str__(self) -> str:
        return f"Status updates by {self.contact_method}"
