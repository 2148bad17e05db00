"""In which accounts a person may let an app act."""

from accounts.models import Membership, User
from integrations.models import App


def of(user: User, app: App) -> list[Membership]:
    """List them; asked in `all_accounts()`. A private app is for its account alone."""
    mine = (
        Membership.across_accounts.filter(
            user=user, deactivated_at=None, account__suspended_at=None
        )
        .select_related("account", "user")
        .order_by("account__name", "id")
    )
    if app.account_id is not None:
        mine = mine.filter(account=app.account_id)
    return list(mine) if user.is_active else []
