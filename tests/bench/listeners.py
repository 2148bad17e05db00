"""Makes and ends the webhook subscriptions of the bench; runs in `manage.py shell`."""

import json
import sys

from django.utils import timezone

from accounts import tenancy
from accounts.models import Account
from accounts.permissions import Actor
from integrations.webhooks import subscriptions

ENGINE = Actor("engine")


def listen(url: str, count: int) -> None:
    """Let so many subscriptions of the account of the bench hear of new incidents."""
    account = Account.objects.get(subdomain="bench")
    with tenancy.scope(account):
        for _number in range(count):
            subscriptions.create(
                account,
                actor=ENGINE,
                at=timezone.now(),
                values={"url": url, "events": ["incident.triggered"]},
            )
    sys.stdout.write(f"\n{json.dumps(count)}\n")


def forget() -> None:
    """End all subscriptions of the account of the bench."""
    account = Account.objects.get(subdomain="bench")
    with tenancy.scope(account):
        rows = list(account.webhook_subscriptions.select_related("account"))
        for row in rows:
            subscriptions.delete(row, actor=ENGINE, at=timezone.now())
    sys.stdout.write(f"\n{json.dumps(len(rows))}\n")
