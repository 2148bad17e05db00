"""Labels by which people, teams and policies are found again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership, Team
from accounts.tenancy import TenantKey
from oncall.models.policy import EscalationPolicy

LONGEST_LABEL = 191


class Tag(AccountModel):
    """A label of the account's own."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tags")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    label = models.CharField(_("label"), max_length=LONGEST_LABEL)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["label", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "label"], name="tag_label_once")
        ]

    def __str__(self) -> str:
        return self.label


class Tagging(AccountModel):
    """That something has a tag."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="taggings")
    tag = TenantKey(Tag, models.CASCADE, related_name="taggings")
    membership = TenantKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="taggings"
    )
    team = TenantKey(
        Team, models.CASCADE, null=True, blank=True, related_name="taggings"
    )
    policy = TenantKey(
        EscalationPolicy, models.CASCADE, null=True, blank=True, related_name="taggings"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(membership=None, team=None, policy__isnull=False)
                | Q(membership=None, team__isnull=False, policy=None)
                | Q(membership__isnull=False, team=None, policy=None),
                name="tagging_of_one",
            ),
            *(
                models.UniqueConstraint(fields=["tag", name], name=f"tagging_{name}")
                for name in ("membership", "team", "policy")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag}: {self.membership or self.team or self.policy}"
