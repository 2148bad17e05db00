"""Makes the account that the bench sends to; runs inside of `manage.py shell`."""

import json
import sys

from accounts import tenancy
from accounts.models import Account, User
from incidents.models import Service
from tests import factories

# The throttle is not what is measured here.
EVENTS_PER_MINUTE = 100_000_000
# Several tools, as an account has them; the events of one are worked in order.
TOOLS = 4
LATER = 30


def main() -> None:
    """Print the integration keys: `later` pages in half an hour, `at_once` at once."""
    with tenancy.all_accounts():
        account = factories.account("Bench", events_per_minute=EVENTS_PER_MINUTE)
        keys = {
            "later": [_key(_service(account, n, LATER)) for n in range(TOOLS)],
            "at_once": [_key(_service(account, TOOLS, 0))],
        }
    sys.stdout.write(f"\n{json.dumps(keys)}\n")


def _service(account: Account, number: int, delay: int) -> Service:
    """Make a service whose one responder is mailed after so many minutes."""
    email = f"responder{number}@bench.example"
    user = User.objects.create_user(email, name=f"Responder {number}")
    member = account.memberships.create(user=user, role="responder")
    factories.contact(member, "email", email, delays=(delay,))
    policy = factories.policy(account, [member], name=f"Policy {number}", delay=60)
    # A storm would make one incident of most of what is counted here.
    return factories.service(
        account, policy, name=f"Service {number}", storm_limit=None
    )


def _key(service: Service) -> str:
    return factories.integration(service).key
