"""Makes a crowd of accounts, and work that is due for them at a chosen instant.

Runs inside of `manage.py shell`, as `seed` does. Its rows are as the product writes
them; only so many at once are made in bulk. What is to be due stands FAR ahead, until
`due` moves it to its instant: making the rows takes longer than anything waits.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts import tenancy
from accounts.models import Account, ContactMethod, Membership, NotificationRule, User
from incidents import engine
from incidents.models import Incident, Integration, Notification, Service
from oncall.escalation import Level, Plan, Target
from oncall.models import EscalationPolicy, EscalationRule, EscalationTarget
from tests.bench import events
from tests.bench.seed import EVENTS_PER_MINUTE

EACH = 10
# Of the first account, the one that makes noise.
NOISY = 2000
LATER = 30
DELAY = timedelta(hours=1)
FAR = timedelta(days=2)
# Accounts that have the escalations.
ESCALATING = 100
# Of an account, among whose incidents the escalations are.
POLICIES = 3
CHUNK = 5000


def make(accounts: int) -> None:
    """Make accounts with members; print the integration keys of their services."""
    with tenancy.all_accounts():
        made = Account.objects.bulk_create(
            Account(
                name=f"Crowd {number}",
                subdomain=f"crowd-{number}",
                events_per_minute=EVENTS_PER_MINUTE,
            )
            for number in range(accounts)
        )
        for place, account in enumerate(made):
            _members(account, EACH if place else NOISY)
        policies = EscalationPolicy.across_accounts.bulk_create(
            EscalationPolicy(account=account, name="Default") for account in made
        )
        rules = EscalationRule.across_accounts.bulk_create(
            EscalationRule(
                account=policy.account, policy=policy, level=1, delay_minutes=60
            )
            for policy in policies
        )
        first = _first_members(made)
        EscalationTarget.across_accounts.bulk_create(
            EscalationTarget(
                account=rule.account, rule=rule, membership_id=first[rule.account_id]
            )
            for rule in rules
        )
        services = Service.across_accounts.bulk_create(
            Service(
                account=policy.account,
                name="Service",
                escalation_policy=policy,
                storm_limit=None,
            )
            for policy in policies
        )
        keys = Integration.across_accounts.bulk_create(
            Integration(account=service.account, service=service, name="Tool")
            for service in services
        )
    _print([integration.key for integration in keys])


def pages(run: str, wanted: Sequence[tuple[int, int]]) -> None:
    """Plan pages; print when they are due, in seconds of the epoch.

    `wanted` has for each account, from the first on, how many of its members are told
    and after how many more seconds. The marks of the run count through all of them.
    """
    at = engine.now()
    due = at + FAR
    with tenancy.all_accounts():
        incidents = list(_incidents(run, wanted, at, at + DELAY))
        Incident.across_accounts.bulk_create(incidents, batch_size=CHUNK)
        methods = _methods({incident.account_id for incident in incidents})
        Notification.across_accounts.bulk_create(
            (
                _page(incident, methods[incident.account_id], due, wanted)
                for incident in incidents
            ),
            batch_size=CHUNK,
        )
        _number(incidents)
    _print(due.timestamp())


def escalations(run: str, pending: int, due: int, over: float = 0.0) -> None:
    """Plan escalations: `due` of them within `over` seconds, the others in an hour.

    Print when the first is due, and of each its mark's number and its id. Each tells
    one other member, by the incident's plan.
    """
    at = engine.now()
    begins = at + FAR
    with tenancy.all_accounts():
        wanted = [(pending // ESCALATING, 0)] * ESCALATING
        incidents = list(_incidents(run, wanted, at, at + DELAY))
        step = max(1, len(incidents) // due)
        soon = incidents[::step][:due]
        for place, incident in enumerate(soon):
            incident.escalate_at = begins + timedelta(seconds=over) * (place / due)
        members = _members_of({incident.account_id for incident in incidents})
        for place, incident in enumerate(incidents):
            incident.plan = _plan(members[incident.account_id], place).as_json()
        Incident.across_accounts.bulk_create(incidents, batch_size=CHUNK)
        _number(incidents)
    _print([begins.timestamp(), [(_place(each), each.pk) for each in soon]])


def forget() -> None:
    """End what is open, so that the next measure starts with nothing due."""
    with tenancy.all_accounts():
        Incident.across_accounts.exclude(status="resolved").update(
            status="resolved",
            resolved_at=engine.now(),
            escalate_at=None,
            acknowledgement_expires_at=None,
        )
        Notification.across_accounts.filter(status="planned").update(status="cancelled")
    _print(None)


def _members(account: Account, count: int) -> None:
    users = User.objects.bulk_create(
        User(email=f"p{number}@{account.subdomain}.example", name=f"P{number}")
        for number in range(count)
    )
    members = Membership.across_accounts.bulk_create(
        Membership(account=account, user=user, role="responder") for user in users
    )
    methods = ContactMethod.across_accounts.bulk_create(
        ContactMethod(
            account=account,
            membership=member,
            kind="email",
            address=member.user.email,
            verified_at=engine.now(),
        )
        for member in members
    )
    NotificationRule.across_accounts.bulk_create(
        NotificationRule(
            account=account,
            membership=method.membership,
            contact_method=method,
            urgency="high",
            # By a policy the first is told in half an hour, by a plan at once.
            delay_minutes=0 if place else LATER,
        )
        for place, method in enumerate(methods)
    )


def _first_members(accounts: Iterable[Account]) -> dict[int, int]:
    members = Membership.across_accounts.filter(account__in=accounts).order_by("-id")
    return dict(members.values_list("account_id", "pk"))


def _members_of(accounts: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = Membership.across_accounts.filter(account__in=accounts).order_by("id")
    for account, pk in rows.values_list("account_id", "pk"):
        found.setdefault(account, []).append(pk)
    return found


def _methods(accounts: Iterable[int]) -> dict[int, list[ContactMethod]]:
    found: dict[int, list[ContactMethod]] = {}
    rows = ContactMethod.across_accounts.filter(account__in=accounts).order_by("id")
    for method in rows:
        found.setdefault(method.account_id, []).append(method)
    return found


def _incidents(
    run: str, wanted: Sequence[tuple[int, int]], at: datetime, escalate_at: datetime
) -> Iterator[Incident]:
    accounts = Account.objects.filter(subdomain__startswith="crowd-").order_by("id")
    services = Service.across_accounts.filter(account__in=accounts)
    of_account = {service.account_id: service for service in services}
    place = 0
    for account, (count, _wait) in zip(accounts, wanted, strict=False):
        for number in range(1, count + 1):
            yield Incident(
                account=account,
                number=account.last_incident_number + number,
                title=f"Disk full {events.mark(run, place)}",
                service=of_account[account.pk],
                level=1,
                episode=1,
                created_at=at,
                changed_at=at,
                escalate_at=escalate_at,
            )
            place += 1


def _page(
    incident: Incident,
    methods: Sequence[ContactMethod],
    due: datetime,
    wanted: Sequence[tuple[int, int]],
) -> Notification:
    place = incident.number % len(methods)
    number = int(incident.account.subdomain.partition("-")[2])
    send_at = due + timedelta(seconds=wanted[number][1])
    return Notification(
        account_id=incident.account_id,
        purpose="page",
        incident=incident,
        membership_id=methods[place].membership_id,
        contact_method=methods[place],
        kind="email",
        episode=1,
        level=1,
        planned_for=send_at,
        send_at=send_at,
        created_at=incident.created_at,
    )


def _plan(members: Sequence[int], place: int) -> Plan:
    others = members[1:]
    return Plan(
        policy_id=None,
        name="Default",
        levels=(
            Level(DELAY, (Target("user", members[0]),)),
            Level(DELAY, (Target("user", others[place % POLICIES]),)),
        ),
    )


def _number(incidents: Iterable[Incident]) -> None:
    last: dict[int, int] = {}
    for incident in incidents:
        last[incident.account_id] = incident.number
    for account, number in last.items():
        Account.objects.filter(pk=account).update(last_incident_number=number)


def _place(incident: Incident) -> int:
    return int(incident.title.rstrip("-").rpartition("-")[2])


def _print(found: Any) -> None:
    sys.stdout.write(f"\n{json.dumps(found)}\n")
