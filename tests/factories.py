"""Makes what tests start from: accounts with people, policies and services."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import (
    Account,
    ContactMethod,
    Membership,
    NotificationRule,
    Priority,
    User,
)
from incidents.models import Alert, Incident, Integration, Service
from oncall.models import (
    EscalationPolicy,
    EscalationRule,
    EscalationTarget,
    Layer,
    LayerUser,
    Schedule,
)

NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """A member, and what tests want of them at hand."""

    membership: Membership
    email: ContactMethod

    @property
    def user(self) -> User:
        return self.membership.user


def account(name: str, **fields: Any) -> Account:
    """Make an account with its priorities."""
    made = Account.objects.create(name=name, subdomain=name.lower(), **fields)
    Priority.across_accounts.bulk_create(
        Priority(account=made, name=f"P{position}", position=position)
        for position in range(1, 6)
    )
    return made


def person(
    account: Account, name: str, role: str = "responder", **fields: Any
) -> Person:
    """Make a member with a verified e-mail address and an immediate rule for it."""
    email = f"{name.lower()}@{account.subdomain}.example"
    user = User.objects.create_user(email, "correct horse battery", name=name)
    membership = account.memberships.create(user=user, role=role, **fields)
    return Person(membership, contact(membership, "email", email))


def contact(
    membership: Membership,
    kind: str,
    address: str,
    *,
    delays: tuple[int, ...] = (0,),
    verified: bool = True,
) -> ContactMethod:
    """Make a contact method, with a rule of both urgencies for each delay."""
    method = membership.account.contact_methods.create(
        membership=membership,
        kind=kind,
        address=address,
        verified_at=NOON if verified else None,
    )
    # Every test has some, so they are written together.
    NotificationRule.across_accounts.bulk_create(
        _rule(method, delay, urgency) for delay in delays for urgency in ("high", "low")
    )
    return method


def rule(method: ContactMethod, delay: int, urgency: str = "high") -> NotificationRule:
    """Make a rule: after so many minutes, by this method."""
    made = _rule(method, delay, urgency)
    made.save()
    return made


def _rule(method: ContactMethod, delay: int, urgency: str) -> NotificationRule:
    return NotificationRule(
        account=method.account,
        membership=method.membership,
        contact_method=method,
        urgency=urgency,
        delay_minutes=delay,
    )


def policy(
    account: Account,
    *levels: list[Membership | Schedule],
    name: str = "Default",
    delay: int = 30,
    repeats: int = 0,
) -> EscalationPolicy:
    """Make a policy; each level is a list of members and schedules."""
    made = account.escalation_policies.create(name=name, repeats=repeats)
    for number, targets in enumerate(levels, start=1):
        level = account.escalation_rules.create(
            policy=made, level=number, delay_minutes=delay
        )
        for position, target in enumerate(targets):
            _target(level, target, position)
    return made


def _target(
    level: EscalationRule, target: Membership | Schedule, position: int
) -> EscalationTarget:
    kind = "schedule" if isinstance(target, Schedule) else "membership"
    return level.account.escalation_targets.create(
        rule=level, position=position, **{kind: target}
    )


def schedule(
    account: Account, *people: Membership, name: str = "Primary", **fields: Any
) -> Schedule:
    """Make a schedule with one layer of weekly turns from 2027-01-04 on."""
    made = account.schedules.create(name=name, time_zone="UTC", **fields)
    if people:
        layer(made, *people)
    return made


def layer(
    schedule: Schedule, *people: Membership, position: int = 1, **fields: Any
) -> Layer:
    """Make a layer, in which the people take turns of a week."""
    start = datetime(2027, 1, 4, tzinfo=UTC)
    made = schedule.account.schedule_layers.create(
        schedule=schedule,
        position=position,
        **{
            "starts_at": start,
            "rotation_virtual_start": start,
            "turn_length": timedelta(days=7),
            **fields,
        },
    )
    for place, member in enumerate(people):
        LayerUser.across_accounts.create(
            account=schedule.account, layer=made, membership=member, position=place
        )
    return made


def service(
    account: Account, policy: EscalationPolicy, name: str = "Checkout", **fields: Any
) -> Service:
    """Make a service on a policy."""
    return account.services.create(name=name, escalation_policy=policy, **fields)


def integration(
    service: Service, name: str = "Monitoring", **fields: Any
) -> Integration:
    """Make an integration with a key."""
    return service.account.integrations.create(service=service, name=name, **fields)


def alert(
    incident: Incident, dedup_key: str, *, at: datetime = NOON, **fields: Any
) -> Alert:
    """Make an alert of the incident, as if it had come by the service's first key."""
    given: dict[str, Any] = {
        "integration": incident.service.integrations.first(),
        "summary": "Disk full",
        "occurred_at": at,
        "last_event_at": at,
        "created_at": at,
    }
    given |= {"incident": incident, "service": incident.service} | fields
    return incident.account.alerts.create(dedup_key=dedup_key, **given)
