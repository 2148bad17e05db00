"""The first-run checklist: steps that each app registers, told with their state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit, channels
from accounts.models import Account, Membership
from accounts.permissions import Actor

Question = Callable[[Account, Membership], bool]


@dataclass(frozen=True)
class Step:
    """Something to do once. `route` is the page where it is done."""

    order: int
    title: str | Promise
    hint: str | Promise
    action: str | Promise
    route: str
    is_done: Question
    # Where on that page, such as "#contact-methods".
    anchor: str = ""

    @property
    def url(self) -> str:
        """Answer the step's address, or nothing while no page has that name."""
        try:
            return reverse(self.route) + self.anchor
        except NoReverseMatch:
            return ""


@dataclass(frozen=True)
class Progress:
    """A step and how far it is: done, current or open."""

    step: Step
    state: str


_steps: list[Step] = []


def register(step: Step) -> None:
    """Add a step; its `order` decides where."""
    _steps.append(step)
    _steps.sort(key=lambda known: known.order)


def progress(account: Account, membership: Membership) -> list[Progress]:
    """Ask every step for its state; the first open one is current."""
    done = [step.is_done(account, membership) for step in _steps]
    first = done.index(False) if False in done else -1
    return [
        Progress(step, "done" if is_done else "current" if i == first else "open")
        for i, (step, is_done) in enumerate(zip(_steps, done, strict=True))
    ]


def dismiss(account: Account, *, actor: Actor, at: datetime) -> None:
    """Put the list away for everybody. Raises NotPermitted."""
    actor.require("configure")
    account.checklist_dismissed_at = at
    account.save(update_fields=["checklist_dismissed_at"])
    audit.record(actor, "dismissed checklist", account, at=at)


def _has_phone(account: Account, membership: Membership) -> bool:
    weak = ["email", *channels.companions()]
    phones = membership.contact_methods.exclude(kind__in=weak)
    return phones.exclude(verified_at=None).exists()


def _has_tested(account: Account, membership: Membership) -> bool:
    return membership.contact_methods.exclude(last_tested_at=None).exists()


def _has_colleague(account: Account, membership: Membership) -> bool:
    return (
        account.invitations.exists()
        or account.memberships.exclude(pk=membership.pk).exists()
    )


register(
    Step(
        10,
        _("Confirm a phone or push"),
        _("Texts, calls and pushes wake people; e-mail seldom does."),
        _("Add a phone"),
        "profile",
        _has_phone,
        "#contact-methods",
    )
)
register(
    Step(
        20,
        _("Send yourself a test"),
        _("See on your own phone what a page looks like."),
        _("Test it"),
        "profile",
        _has_tested,
        "#contact-methods",
    )
)
register(
    Step(
        80,
        _("Invite a colleague"),
        _("Two people on call sleep better than one."),
        _("Invite"),
        "invite",
        _has_colleague,
    )
)
