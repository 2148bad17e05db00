"""Deletes codes and tokens that have been over for long."""

from datetime import datetime, timedelta

from accounts import tenancy
from integrations.models import AccessToken, Grant, RefreshToken

# A code that comes twice ends what was made from it; nobody tries for longer.
CODES_ARE_KEPT = timedelta(days=1)
# So that an app's maker still finds out why it stopped working.
TOKENS_ARE_KEPT = timedelta(days=7)
# A transaction that deletes more holds others up.
MOST = 10_000


def sweep(at: datetime) -> int:
    """Delete what is over; this will return how many rows those were.

    A renewed refresh token stays until its own time is over: whoever shows it again
    has stolen it, and that must be found out.
    """
    deleted = 0
    for model, over in (
        (Grant, {"expires__lt": at - CODES_ARE_KEPT}),
        (AccessToken, {"expires__lt": at - TOKENS_ARE_KEPT}),
        (RefreshToken, {"expires_at__lt": at - TOKENS_ARE_KEPT}),
    ):
        with tenancy.all_accounts():
            ids = model.objects.filter(**over).values_list("pk", flat=True)[:MOST]
            deleted += model.objects.filter(pk__in=list(ids)).delete()[0]
    return deleted
