"""Makes the demo account Acme: three people, a schedule, policies and services."""

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress

from accounts import keys, notification_rules, onboarding
from accounts.models import Account, ContactMethod, Membership, User
from accounts.models.contact import Urgency
from accounts.models.people import Role
from accounts.permissions import Actor
from incidents import catalogue, heartbeats
from incidents.models import Integration, Service
from integrations import partners
from integrations.models import App
from oncall import policies, rotations
from oncall.layers import Restriction
from oncall.models import EscalationPolicy, Schedule

NAME = "Acme"
# Reserved for the installation, so nobody can have taken it.
SUBDOMAIN = "demo"
TIME_ZONE = "Europe/Berlin"
PARTNER = "Lighthouse"
PARTNER_ADDRESS = "http://localhost:9000/callback"
PARTNER_VALUES = {
    "name": PARTNER,
    "description": "The tiny monitoring tool that comes with OnCall.",
    "redirect_uris": PARTNER_ADDRESS,
}
BY_OPERATOR = Actor("operator")
USUAL = next(p for p in notification_rules.PRESETS if p.name == "usual")
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented; number and domain are reserved for fiction and examples."""

    name: str
    role: str
    time_zone: str
    phone: str
    job_title: str

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@example.com"


OWNER = Person(
    "Alice Martin", Role.OWNER, TIME_ZONE, "+12025550101", "Head of operations"
)
OTHERS = (
    Person(
        "Bob Tanaka", Role.RESPONDER, "America/New_York", "+12025550102", "Engineer"
    ),
    Person("Priya Nair", Role.ADMIN, "Asia/Kolkata", "+12025550103", "Team lead"),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made, and the secrets that are told once."""

    account: Account
    people: list[Membership]
    services: list[Service]
    integration: Integration
    password: str
    api_key: str


def find() -> Account | None:
    """Return the demo account if there is one."""
    return Account.objects.filter(is_demo=True).first()


def make(at: datetime) -> Demo:
    """Make the account with all that is in it; asked in `all_accounts()`."""
    password = new_password()
    account = _account(password, at)
    people = [account.memberships.get(role=Role.OWNER)]
    people += [_join(account, person, password, at) for person in OTHERS]
    for member, person in zip(people, (OWNER, *OTHERS), strict=True):
        _dress(member, person, at)
    schedule = _schedule(account, people, at)
    services = _services(account, schedule, people[2], at)
    integrations = [
        catalogue.add_integration(service, actor=BY_OPERATOR, at=at, name=name)
        for service, name in zip(services, ("Prometheus", "Uptime checks"), strict=True)
    ]
    heartbeats.create(
        services[0],
        actor=BY_OPERATOR,
        at=at,
        name="Nightly backup",
        interval=timedelta(days=1),
        grace=timedelta(hours=1),
    )
    register_partner(account, at)
    _key, api_key = keys.create(account, "Demo", None, False, at)
    return Demo(account, people, services, integrations[0], password, api_key)


def reset_password(account: Account) -> str:
    """Give everybody of the demo one new password; this will return it."""
    password = new_password()
    for member in account.memberships.select_related("user"):
        member.user.set_password(password)
        member.user.save(update_fields=["password"])
    return password


def register_partner(account: Account, at: datetime) -> App:
    """Register the demo partner, so that people of the account may connect it."""
    return partners.register(account, actor=BY_OPERATOR, at=at, values=PARTNER_VALUES)


def new_password() -> str:
    """Make a password that a person can type from the screen."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _account(password: str, at: datetime) -> Account:
    account = onboarding.create_account(
        name=NAME,
        owner=_user(OWNER, password),
        subdomain=f"{SUBDOMAIN}-{secrets.token_hex(4)}",
        time_zone=TIME_ZONE,
        country="US",
        at=at,
    )
    account.subdomain = SUBDOMAIN
    account.is_demo = True
    account.save(update_fields=["subdomain", "is_demo"])
    return account


def _join(account: Account, person: Person, password: str, at: datetime) -> Membership:
    return onboarding.add_member(
        account,
        _user(person, password),
        person.role,
        at=at,
        time_zone=person.time_zone,
    )


def _user(person: Person, password: str) -> User:
    user = User.objects.create_user(person.email, password, name=person.name)
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


def _dress(member: Membership, person: Person, at: datetime) -> None:
    """Give a member a phone, and the usual rules: e-mail and text, then a call."""
    member.job_title = person.job_title
    member.save(update_fields=["job_title"])
    ContactMethod.across_accounts.bulk_create(
        ContactMethod(
            account=member.account,
            membership=member,
            kind=kind,
            label="Mobile",
            address=person.phone,
            verified_at=at,
        )
        for kind in ("sms", "voice")
    )
    notification_rules.apply(
        USUAL, member, urgency=Urgency.HIGH, actor=Actor("operator"), at=at
    )


def _schedule(account: Account, people: list[Membership], at: datetime) -> Schedule:
    """Make a rotation by weeks, this one the owner's, and one of weekends."""
    zone = ZoneInfo(TIME_ZONE)
    today = at.astimezone(zone).date()
    monday = datetime.combine(today - timedelta(today.weekday()), time(9), zone)
    if monday > at:
        monday -= WEEK
    weekly = _layer("Weekly", monday, people)
    weekend = _layer(
        "Weekends",
        monday,
        [people[0], people[2]],
        Restriction("weekly", time(9), timedelta(days=1), weekday=6),
        Restriction("weekly", time(9), timedelta(days=1), weekday=7),
    )
    draft = rotations.Draft(
        name="Primary on-call", time_zone=TIME_ZONE, layers=(weekly, weekend)
    )
    return rotations.create(account, actor=BY_OPERATOR, at=at, draft=draft)


def _layer(
    name: str, monday: datetime, people: list[Membership], *restrictions: Restriction
) -> rotations.Layer:
    """Make a rotation that began two rounds ago, so that the first has this week."""
    start = monday - 2 * len(people) * WEEK
    return rotations.Layer(
        name=name,
        starts_at=start,
        rotation_virtual_start=start,
        turn_length=WEEK,
        people=tuple(people),
        restrictions=restrictions,
    )


def _services(
    account: Account, schedule: Schedule, lead: Membership, at: datetime
) -> list[Service]:
    default = account.escalation_policies.get()
    _rewrite(default, schedule, at)
    two_levels = policies.Draft(
        name="Shop",
        description="Whoever is on call, then the team lead.",
        levels=(policies.Level(30, (schedule,)), policies.Level(30, (lead,))),
        repeats=2,
    )
    shop = policies.create(account, actor=BY_OPERATOR, at=at, draft=two_levels)
    wanted = (
        ("Checkout", "Takes the customers' money.", shop),
        ("Website", "What everybody sees.", default),
    )
    return [
        catalogue.create_service(
            account,
            actor=BY_OPERATOR,
            at=at,
            name=name,
            description=description,
            escalation_policy=policy,
        )
        for name, description, policy in wanted
    ]


def _rewrite(default: EscalationPolicy, schedule: Schedule, at: datetime) -> None:
    """Have the Default policy page whoever is on call."""
    draft = policies.Draft(
        name=default.name,
        description="Whoever is on call.",
        levels=(policies.Level(30, (schedule,)),),
    )
    policies.update(default, actor=BY_OPERATOR, at=at, draft=draft)
