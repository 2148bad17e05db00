"""Tells people that a contact method of theirs, or of somebody, works no more."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels, readiness
from accounts.models import ContactMethod, Membership
from accounts.models.people import Role


def tell(method: ContactMethod, *, at: datetime) -> None:
    """Tell the person by what is left, and the owners if no page reaches them now.

    Asked inside the account's scope, after the method was switched off.
    """
    people = method.account.memberships.select_related("user", "account")
    person = people.get(pk=method.membership_id)
    if not person.is_active:
        return
    facts = {"address": method.masked, "reason": method.disabled_reason}
    _send(
        person,
        subject=_("%(address)s is not paged any more") % facts,
        lines=[
            str(method.disabled_reason),
            _("Confirm it again, or add another way to reach you."),
        ],
        link=reverse("profile"),
        at=at,
    )
    if not readiness.is_reachable(person, at):
        _tell_owners(person, people.filter(role=Role.OWNER).exclude(pk=person.pk), at)


def _tell_owners(
    person: Membership, owners: Iterable[Membership], at: datetime
) -> None:
    for owner in owners:
        _send(
            owner,
            subject=_("No page reaches %s any more") % person.name,
            lines=[
                finding.words
                for finding in readiness.findings(person, at)
                if finding.tone != "info"
            ],
            link=reverse("person", args=[person.public_id]),
            at=at,
        )


def _send(
    person: Membership, *, subject: str, lines: list[str], link: str, at: datetime
) -> None:
    """Write to the person's best address for reading: e-mail, if it works."""
    usable = [method for method in person.contact_methods.all() if method.may_be_paged]
    usable.sort(key=lambda method: (method.kind != "email", method.pk))
    for method in usable[:1]:
        channels.post(
            person.account,
            purpose="notice",
            at=at,
            contact_method=method,
            content={
                "subject": subject,
                "lines": lines,
                "link": f"{settings.SITE_URL}{link}",
                "action": _("Look at it"),
            },
        )
