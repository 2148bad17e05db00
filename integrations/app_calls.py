"""The log of an app's last calls, for those who find out why it does not work."""

from datetime import datetime

from accounts.models import Account
from integrations.models import App, AppCall

# For each app in each account.
KEPT = 100
LONGEST_CALL = 100
LONGEST_DETAIL = 200


def record(
    app: App,
    *,
    account: Account | None,
    at: datetime,
    call: str,
    status: int,
    detail: str,
) -> None:
    """Keep how a call ended; older ones than the last hundred will go.

    `call` names the door, such as "token"; `detail` says in words what was wrong.
    Put no secret, code, token or body in. Asked inside a scope that sees the app.
    """
    account_id = account.pk if account else app.account_id
    AppCall.across_accounts.create(
        app=app,
        account_id=account_id,
        at=at,
        call=_storable(call)[:LONGEST_CALL],
        status=status,
        detail=_storable(detail)[:LONGEST_DETAIL],
    )
    mine = AppCall.across_accounts.filter(app=app, account=account_id).order_by("-id")
    too_old = mine.values_list("id", flat=True)[KEPT : KEPT + 1]
    for oldest in too_old:
        mine.filter(id__lte=oldest).delete()


def _storable(text: str) -> str:
    # PostgreSQL takes no NUL, and what is said here may quote a stranger.
    return text.replace("\0", "")
