"""The verbs of tags: make, delete, and put them on people, teams and policies."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, Membership, Team
from accounts.permissions import Actor, NotPermitted
from oncall.models import EscalationPolicy, Tag
from oncall.models.tag import LONGEST_LABEL
from oncall.refusals import NotAllowed

Subject = Membership | Team | EscalationPolicy

# So that a list of them stays one that a person can read.
MOST_OF_ONE = 100


@transaction.atomic
def create(account: Account, label: str, *, actor: Actor, at: datetime) -> Tag:
    """Make a tag; raises NotAllowed for a label that is taken, or NotPermitted."""
    actor.require_anywhere("configure")
    try:
        with transaction.atomic():
            tag: Tag = account.tags.create(label=_checked(label))
    except IntegrityError:
        raise NotAllowed(_("Label has already been taken")) from None
    audit.record(actor, "created tag", tag, at=at)
    return tag


@transaction.atomic
def delete(tag: Tag, *, actor: Actor, at: datetime) -> None:
    """Delete a tag, and take it off everything; raises NotPermitted."""
    actor.require("configure")
    audit.record(actor, "deleted tag", tag, at=at)
    tag.delete()


@transaction.atomic
def change(
    subject: Subject,
    *,
    actor: Actor,
    at: datetime,
    add: Sequence[Tag] = (),
    labels: Sequence[str] = (),
    remove: Sequence[Tag] = (),
) -> None:
    """Put tags on something and take others off; labels without a tag get one.

    What it has already stays, and what it has not need not be taken off. Raises
    NotAllowed and NotPermitted.
    """
    require(actor, subject)
    before = [tag.label for tag in of(subject)]
    named = [_of_label(subject.account, label, actor, at) for label in labels]
    mine = subject.taggings
    mine.filter(tag__in=remove).delete()
    for tag in {tag.pk: tag for tag in (*add, *named)}.values():
        mine.get_or_create(tag=tag, defaults={"account": subject.account})
    if mine.count() > MOST_OF_ONE:
        raise NotAllowed(
            _("Nothing has more than %(most)d tags.") % {"most": MOST_OF_ONE}
        )
    after = [tag.label for tag in of(subject)]
    if after != before:
        details = {"before": before, "after": after}
        audit.record(actor, "changed tags", subject, at=at, details=details)


def put(subject: Subject, labels: Iterable[str], *, actor: Actor, at: datetime) -> None:
    """Let something have exactly the tags of these labels.

    Raises NotAllowed and NotPermitted.
    """
    wanted = list(dict.fromkeys(label.strip() for label in labels if label.strip()))
    gone = [tag for tag in of(subject) if tag.label not in wanted]
    change(subject, actor=actor, at=at, labels=wanted, remove=gone)


def may(actor: Actor, subject: Subject) -> bool:
    """Say whether the actor may change the tags of something; their own, always."""
    if not isinstance(subject, Membership):
        return actor.may("configure", of=subject)
    is_own = actor.user == subject and actor.may_write
    return is_own or actor.may("people")


def require(actor: Actor, subject: Subject) -> None:
    """Do nothing, or raise NotPermitted."""
    if not may(actor, subject):
        raise NotPermitted(_("Your role does not allow changing these tags."))


def of(subject: Subject) -> QuerySet[Tag]:
    """List the tags of something by their labels."""
    return subject.account.tags.filter(taggings__in=subject.taggings.all())


def _of_label(account: Account, label: str, actor: Actor, at: datetime) -> Tag:
    """Find the tag of a label, or make it."""
    label = _checked(label)
    tag, is_new = account.tags.get_or_create(label=label)
    if is_new:
        audit.record(actor, "created tag", tag, at=at)
    return tag


def _checked(label: str) -> str:
    label = label.strip()
    if not label:
        raise NotAllowed(_("A tag needs a label."))
    if len(label) > LONGEST_LABEL:
        raise NotAllowed(
            _("A label has at most %(most)d characters.") % {"most": LONGEST_LABEL}
        )
    return label
