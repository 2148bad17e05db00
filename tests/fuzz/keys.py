"""Makes the keys of a run; runs inside of `manage.py shell`."""

import json
import sys

from django.utils import timezone

from accounts import keys, tenancy
from accounts.models import Account

# A minute of one would end the run; people's own keys are limited by person.
OF_THE_ACCOUNT = 24


def main() -> None:
    """Say the keys as JSON on the last line, those of people at the end."""
    now = timezone.now()
    with tenancy.all_accounts():
        account = Account.objects.get(is_demo=True)
        owners = [None] * OF_THE_ACCOUNT + list(account.memberships.all())
        made = [keys.create(account, "Fuzz", who, False, now)[1] for who in owners]
    sys.stdout.write(f"{json.dumps(made)}\n")
