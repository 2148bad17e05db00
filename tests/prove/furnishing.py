"""Makes the accounts that are paged; runs inside of `manage.py shell`.

PROVE_PUSH is the address at which browsers take their pushes; with PROVE_CHAT all
incidents are shown in a chat as well.
"""

import json
import os
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts import tenancy
from accounts.models import Account, ContactMethod, Membership, User
from accounts.permissions import Actor
from incidents import maintenance
from incidents.models import Service
from oncall.models import Schedule
from tests import factories
from tests.prove import chatting
from tests.prove.push_service import PATH, Browser, encoded
from tests.prove.world import MINUTE

# What is proved is not the throttle.
EVENTS_PER_MINUTE = 100_000_000
ACCOUNTS = ("Acme", "Globex", "Initech")
TURN = timedelta(hours=1)
STARTS_AT = datetime(2026, 1, 5, tzinfo=UTC)
# Each person's contact methods: kind and minutes after which they are used.
PEOPLE: dict[str, tuple[str, tuple[tuple[str, tuple[int, ...]], ...]]] = {
    "Alice": ("owner", (("email", (0,)),)),
    "Bob": ("responder", (("sms", (0,)), ("email", (1,)))),
    "Carol": ("responder", (("push", (0,)), ("voice", (1,)))),
    "Dave": ("responder", (("sms", (0,)), ("voice", (1,)))),
    "Erin": ("responder", (("email", (0, 1)),)),
    # Her number is no good, so that her mail comes at once.
    "Frank": ("responder", (("sms", (0,)), ("email", (1,)))),
}
HOPELESS = "Frank"
# A service's urgency, repeats, and levels: minutes, people, people who take turns.
Levels = Sequence[tuple[int, tuple[str, ...], tuple[str, ...]]]
SERVICES: dict[str, tuple[str, int, Levels]] = {
    "Checkout": ("high", 0, [(2, ("Bob",), ()), (1, ("Carol", "Dave"), ())]),
    "Search": ("high", 1, [(1, (), ("Carol", "Erin")), (1, ("Alice",), ("Bob",))]),
    "Batch": ("low", 0, [(1, ("Erin",), ()), (1, ("Alice",), ())]),
    "Billing": ("severity_based", 0, [(2, ("Frank",), ()), (1, ("Dave",), ())]),
    "Logs": ("high", 0, [(1, ("Erin",), ()), (1, ("Bob",), ())]),
    "Reports": ("high", 0, [(1, ("Erin",), ()), (1, ("Alice",), ())]),
}
# Its alerts meet on one incident while they come close after each other.
GROUPED, TOGETHER = "Logs", timedelta(seconds=5)
# It is in maintenance when the run begins, for so long.
MAINTAINED, MAINTENANCE = "Reports", timedelta(seconds=60)


class Furnished:
    """One account, while it is made."""

    def __init__(self, number: int, name: str) -> None:
        self.name = name
        self.account: Account = factories.account(
            name,
            events_per_minute=EVENTS_PER_MINUTE,
            country="US",
            allowed_countries=["US"],
        )
        self.people: list[dict[str, Any]] = []
        self.services: list[dict[str, Any]] = []
        self.hopeless: list[str] = []
        self.browsers: list[dict[str, str]] = []
        self.members: dict[str, Membership] = {}
        for place, person in enumerate(PEOPLE):
            self._employ(person, f"+1415555{2000 + number * 100 + place}")
        for service in SERVICES:
            self._serve(service)

    def _employ(self, name: str, phone: str) -> None:
        role, methods = PEOPLE[name]
        email = f"{name.lower()}@{self.account.subdomain}.example"
        user = User.objects.create_user(email, name=name)
        member = self.account.memberships.create(user=user, role=role)
        self.members[name] = member
        rules = []
        for kind, delays in methods:
            address = {"email": email, "push": f"Browser of {email}"}.get(kind, phone)
            method = factories.contact(member, kind, address, delays=delays)
            if kind == "push":
                self._subscribe(method)
            rules += [
                {"kind": kind, "address": address, "urgency": urgency, "minutes": delay}
                for urgency in ("high", "low")
                for delay in delays
            ]
        if name == HOPELESS:
            self.hopeless.append(phone)
        self.people.append(
            {
                "id": member.pk,
                "name": name,
                "account": self.name,
                "is_owner": role == "owner",
                "rules": rules,
            }
        )

    def _subscribe(self, method: ContactMethod) -> None:
        """Let the person's browser take pushes."""
        secrets_of = Browser(
            method.address, secrets.randbits(200) + 1, secrets.token_bytes(16)
        )
        path = f"{PATH}{len(self.browsers)}-{method.pk}"
        method.push_subscriptions.create(
            account=self.account,
            endpoint=f"{os.environ['PROVE_PUSH']}{path}",
            p256dh=secrets_of.p256dh,
            auth=encoded(secrets_of.auth),
        )
        self.browsers.append(
            {
                "path": path.removeprefix(PATH),
                "address": method.address,
                "private": str(secrets_of.private),
                "auth": encoded(secrets_of.auth),
            }
        )

    def _serve(self, name: str) -> None:
        urgency, repeats, levels = SERVICES[name]
        policy = self.account.escalation_policies.create(name=name, repeats=repeats)
        written = []
        for number, (minutes, people, turns) in enumerate(levels, start=1):
            rule = self.account.escalation_rules.create(
                policy=policy, level=number, delay_minutes=minutes
            )
            rotas = [self._schedule(f"{name} {number}", turns)] if turns else []
            for place, person in enumerate(people):
                rule.targets.create(
                    account=self.account,
                    membership=self.members[person],
                    position=place,
                )
            for rota in rotas:
                rule.targets.create(account=self.account, schedule=rota, position=9)
            written.append(
                {
                    "delay": minutes * MINUTE,
                    "people": [self.members[person].pk for person in people],
                    "rotas": [self._rota(turns) for _rota in rotas],
                }
            )
        service: Service = factories.service(
            self.account, policy, name=name, urgency_rule=urgency, storm_limit=None
        )
        if name == GROUPED:
            service.grouping, service.grouping_window = "time", TOGETHER
            service.save()
        self.services.append(
            {
                "id": service.pk,
                "account": self.name,
                "name": name,
                "key": factories.integration(service).key,
                "urgency": urgency,
                "levels": written,
                "repeats": repeats,
                "held_until": self._maintain(service) if name == MAINTAINED else 0.0,
            }
        )

    def _maintain(self, service: Service) -> float:
        """Plan a window that begins now; this will say when it ends."""
        now = timezone.now()
        ends_at = now + MAINTENANCE
        maintenance.plan(
            self.account,
            actor=Actor("web", self.members["Alice"]),
            at=now,
            services=[service],
            starts_at=now,
            ends_at=ends_at,
        )
        return ends_at.timestamp()

    def _schedule(self, name: str, turns: Sequence[str]) -> Schedule:
        schedule = factories.schedule(self.account, name=name)
        factories.layer(
            schedule,
            *(self.members[person] for person in turns),
            starts_at=STARTS_AT,
            rotation_virtual_start=STARTS_AT,
            turn_length=TURN,
        )
        return schedule

    def _rota(self, turns: Sequence[str]) -> dict[str, Any]:
        return {
            "people": [self.members[person].pk for person in turns],
            "starts_at": STARTS_AT.timestamp(),
            "turn": TURN.total_seconds(),
        }


def main() -> None:
    """Make everything, and print what `World.from_json` reads."""
    with tenancy.all_accounts():
        made = [Furnished(number, name) for number, name in enumerate(ACCOUNTS)]
        for each in made if os.environ.get("PROVE_CHAT") else ():
            chatting.show_all(each.account)
    world = {
        name: [row for each in made for row in getattr(each, name)]
        for name in ("people", "services", "hopeless", "browsers")
    }
    sys.stdout.write(f"\n{json.dumps(world)}\n")
