"""What a new account has of ours: the Default policy, which pages its owner."""

from django.utils.translation import gettext as _

from accounts import onboarding
from accounts.models import Account, Membership


@onboarding.on_creation
def create_default_policy(account: Account, owner: Membership) -> None:
    """Make the policy that services use until somebody makes a better one."""
    policy = account.escalation_policies.create(
        name=_("Default"), description=_("Pages the owner of the account.")
    )
    level = account.escalation_rules.create(policy=policy, level=1, delay_minutes=30)
    account.escalation_targets.create(rule=level, membership=owner)
