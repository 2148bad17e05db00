"""Registers an app of the account, as its admins do on their page."""

import json
import sys

from django.utils import timezone

from accounts import tenancy
from accounts.models import Account
from accounts.permissions import Actor
from integrations import app_secrets, partners

COMMAND = "from tests.clients import app; app.register('{subdomain}')"
SCOPES = "users.read teams.read teams.write"


def register(subdomain: str) -> None:
    """Make it, and say its id and its secret as JSON on the last line."""
    now, actor = timezone.now(), Actor("operator")
    with tenancy.all_accounts():
        account = Account.objects.get(subdomain=subdomain)
        values = {
            "name": "Lighthouse",
            "redirect_uris": "https://lighthouse.example/callback",
            "kind": "scoped",
            "scopes": SCOPES,
        }
        made = partners.register(account, actor=actor, at=now, values=values)
        _row, secret = app_secrets.add(made, actor=actor, at=now)
    said = {"client_id": made.client_id, "client_secret": secret}
    sys.stdout.write(f"{json.dumps(said)}\n")
