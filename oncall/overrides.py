"""The verbs of overrides: somebody takes a period of a schedule, or gives it back."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Membership
from accounts.permissions import Actor
from oncall import changes
from oncall.models import Override, Schedule
from oncall.refusals import NotAllowed


@transaction.atomic
def create(
    schedule: Schedule,
    *,
    actor: Actor,
    at: datetime,
    membership: Membership,
    starts_at: datetime,
    ends_at: datetime,
) -> Override:
    """Put the member on call for the period, over layers and older overrides.

    Raises ValidationError for a period that does not end after its start or a member
    who left, and NotPermitted.
    """
    actor.require("respond", of=schedule)
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end must be after the start.")})
    if not membership.is_active:
        raise ValidationError({"membership": _("This person has left the account.")})
    override = schedule.overrides.create(
        account=schedule.account,
        membership=membership,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=actor.user,
    )
    changes.note(schedule, at=at)
    audit.record(actor, "created override", schedule, at=at, details=_summary(override))
    return override


@transaction.atomic
def remove(override: Override, *, actor: Actor, at: datetime) -> Override | None:
    """Take a future override away, or end a running one now, which is then returned.

    Raises NotAllowed for a past one, because the past is never changed.
    """
    locked = override.account.schedule_overrides.select_for_update()
    override = locked.select_related("membership__user", "schedule").get(pk=override.pk)
    actor.require("respond", of=override.schedule)
    if override.ends_at <= at:
        raise NotAllowed(_("This override is over; the past is not changed."))
    changes.note(override.schedule, at=at)
    if override.starts_at >= at:
        audit.record(
            actor,
            "removed override",
            override.schedule,
            at=at,
            details=_summary(override),
        )
        override.delete()
        return None
    override.ends_at = at
    override.save(update_fields=["ends_at"])
    audit.record(
        actor, "ended override", override.schedule, at=at, details=_summary(override)
    )
    return override


def _summary(override: Override) -> dict[str, str]:
    return {
        "person": str(override.membership),
        "starts_at": override.starts_at.isoformat(),
        "ends_at": override.ends_at.isoformat(),
    }
