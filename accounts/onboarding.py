"""Makes accounts and members, complete enough to be paged from the first minute."""

from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from phonenumbers import SUPPORTED_REGIONS

from accounts import audit, subdomains, tenancy
from accounts.models import Account, ContactMethod, Membership, Priority, User
from accounts.models.contact import Urgency
from accounts.models.people import Role
from accounts.permissions import Actor

Callback = Callable[[Account, Membership], None]

PRIORITIES = (
    ("P1", gettext_noop("Critical: the business stands still"), "b42318"),
    ("P2", gettext_noop("High: many customers notice"), "c2570c"),
    ("P3", gettext_noop("Medium: some customers notice"), "8a6100"),
    ("P4", gettext_noop("Low: nobody outside notices"), "1b5fc1"),
    ("P5", gettext_noop("Information"), "525c6b"),
)

_callbacks: list[Callback] = []


class Refused(ValueError):
    """What was asked for cannot be done; the words are fit for a person."""


class Unfit(Refused):
    """No other subdomain would help: the name, the zone or the country is wrong."""


def on_creation(callback: Callback) -> Callback:
    """Have a function of another app called with each new account and its owner.

    It runs in the transaction that makes the account.
    """
    _callbacks.append(callback)
    return callback


@transaction.atomic
def create_account(
    *,
    name: str,
    owner: User,
    subdomain: str | None = None,
    time_zone: str = "UTC",
    country: str = "",
    at: datetime,
    is_confirmed: bool = True,
) -> Account:
    """Make an account with its owner, priorities and what other apps add.

    Asked inside of any scope. Raises Refused when the subdomain is taken or unfit.
    """
    names = {"name": name, "time_zone": time_zone, "country": country.upper()}
    account = _with_subdomain(names, subdomain)
    with tenancy.within(account):
        membership = add_member(
            account,
            owner,
            Role.OWNER,
            at=at,
            time_zone=time_zone,
            is_confirmed=is_confirmed,
        )
        _add_priorities(account)
        for callback in _callbacks:
            callback(account, membership)
        actor = Actor("web", membership) if is_confirmed else Actor("operator")
        audit.record(actor, "created account", account, at=at)
    return account


@transaction.atomic
def add_member(
    account: Account,
    user: User,
    role: str,
    *,
    at: datetime,
    time_zone: str = "",
    is_confirmed: bool = True,
) -> Membership:
    """Make the user a member who is paged by e-mail at once; this will also re-admit.

    Confirmed means that the person has shown that the user's e-mail address is
    theirs; otherwise somebody vouches for it, and it is paged but marked.
    """
    membership, is_new = account.memberships.get_or_create(
        user=user,
        defaults={"role": role, "time_zone": time_zone or account.time_zone},
    )
    if not is_new and membership.deactivated_at is not None:
        membership.role = role
        membership.deactivated_at = None
        membership.save(update_fields=["role", "deactivated_at"])
    if is_confirmed and membership.given_name:
        # They are here themselves, and so is their own name.
        membership.given_name = ""
        membership.save(update_fields=["given_name"])
    _add_email(membership, at=at, is_confirmed=is_confirmed)
    return membership


def _with_subdomain(names: dict[str, str], subdomain: str | None) -> Account:
    if subdomain is not None:
        return _exactly(names, subdomain.strip().lower())
    for candidate in subdomains.candidates(names["name"]):
        try:
            return _exactly(names, candidate)
        except Unfit:
            raise
        except Refused:
            continue
    raise AssertionError("the candidates never end")


def _exactly(names: dict[str, str], subdomain: str) -> Account:
    account = Account(subdomain=subdomain, **names)
    # Its own numbers are texted and called; an admin allows further countries.
    account.allowed_countries = [account.country] if account.country else []
    try:
        account.clean_fields()
    except ValidationError as error:
        raise Unfit(_spelled_out(error)) from None
    if account.country and account.country not in SUPPORTED_REGIONS:
        raise Unfit(_("There is no country %s.") % account.country)
    if subdomains.is_reserved(subdomain):
        raise Refused(_("The subdomain %s is reserved.") % subdomain)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:
        raise Refused(_("The subdomain %s is taken.") % subdomain) from None
    return account


def _spelled_out(error: ValidationError) -> str:
    told = error.message_dict.items()
    return " ".join(f"{name}: {' '.join(words)}" for name, words in told)


def _add_email(membership: Membership, *, at: datetime, is_confirmed: bool) -> None:
    """Have the sign-in address, with the usual rules if it is new."""
    email, is_new = membership.contact_methods.get_or_create(
        account=membership.account,
        kind="email",
        address=membership.user.email,
        defaults={"added_by_other": not is_confirmed},
    )
    if is_confirmed and email.verified_at is None:
        email.verified_at = at
        email.save(update_fields=["verified_at"])
    if is_new:
        _add_default_rules(email)


def _add_default_rules(email: ContactMethod) -> None:
    for urgency in Urgency.values:
        email.account.notification_rules.create(
            membership=email.membership, contact_method=email, urgency=urgency
        )
    email.account.handoff_rules.create(
        membership=email.membership, contact_method=email
    )


def _add_priorities(account: Account) -> None:
    Priority.across_accounts.bulk_create(
        Priority(
            account=account,
            name=name,
            description=_(description),
            color=color,
            position=position,
        )
        for position, (name, description, color) in enumerate(PRIORITIES, start=1)
    )
