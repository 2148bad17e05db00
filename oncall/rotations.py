"""The verbs of schedules: create and change them with their layers, delete them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, Membership, Team
from accounts.permissions import Actor
from oncall import changes, models, queries, schedules, snapshots
from oncall.models import EscalationPolicy, LayerUser, Schedule
from oncall.models.schedule import LONGEST_TURN, SHORTEST_TURN
from oncall.refusals import InUse, NotAllowed


@dataclass(frozen=True, slots=True)
class Layer:
    """What a layer should be; the public id keeps an existing one."""

    starts_at: datetime
    rotation_virtual_start: datetime
    turn_length: timedelta
    people: tuple[Membership, ...]
    ends_at: datetime | None = None
    restrictions: tuple[schedules.Restriction, ...] = ()
    name: str = ""
    public_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a schedule should be; its layers go from low to high precedence."""

    name: str
    time_zone: str
    layers: tuple[Layer, ...] = ()
    description: str = ""
    team: Team | None = None


@transaction.atomic
def create(account: Account, *, actor: Actor, at: datetime, draft: Draft) -> Schedule:
    """Make a schedule with its layers; raises ValidationError or NotPermitted.

    Its layers answer the time before it was made as well.
    """
    actor.require("configure", of=draft.team)
    schedule = Schedule(account=account)
    _write(schedule, draft)
    _remember(schedule, actor.user, at)
    audit.record(actor, "created schedule", schedule, at=at, details=_summary(draft))
    return schedule


@transaction.atomic
def update(
    schedule: Schedule,
    *,
    actor: Actor,
    at: datetime,
    draft: Draft,
    effective_at: datetime | None = None,
    based_on: int | None = None,
) -> Schedule:
    """Make the schedule what the draft says, from now on or from a chosen time on.

    What was on call until then will stay as it was, and so will overrides; a change
    that was planned for later is replaced. Raises ValidationError (a time in the past
    is one), NotPermitted, or NotAllowed if somebody else has edited the schedule since
    the version that the draft is based on.
    """
    locked = schedule.account.schedules.select_for_update()
    schedule = locked.get(pk=schedule.pk)
    actor.require("configure", of=schedule)
    actor.require_move(schedule, draft.team)
    _require_version(schedule, based_on)
    _remember_first(schedule)
    before = _summary(draft_of(schedule))
    schedule.effective_at = _whole_second(at, effective_at)
    schedule.version += 1
    _write(schedule, draft)
    _remember(schedule, actor.user, at)
    changes.note(schedule, at=at)
    details = {"before": before, "after": _summary(draft)}
    audit.record(actor, "changed schedule", schedule, at=at, details=details)
    return schedule


@transaction.atomic
def delete(schedule: Schedule, *, actor: Actor, at: datetime) -> None:
    """Delete a schedule that nothing needs; raises InUse with the policies that do."""
    actor.require("configure", of=schedule)
    if policies := policies_of(schedule):
        raise InUse(
            _("%(schedule)s cannot be deleted: escalation policies page it.")
            % {"schedule": schedule.name},
            policies,
        )
    audit.record(
        actor, "deleted schedule", schedule, at=at, details=_summary(draft_of(schedule))
    )
    schedule.delete()


def policies_of(schedule: Schedule) -> list[EscalationPolicy]:
    """List the policies that page the schedule."""
    policies = schedule.account.escalation_policies
    return list(policies.filter(rules__targets__schedule=schedule).distinct())


def draft_of(schedule: Schedule) -> Draft:
    """Describe the schedule as it is."""
    layers = schedule.layers.prefetch_related("turns__membership__user", "restrictions")
    return _draft(schedule, layers)


def with_layers(found: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Let the schedules bring their layers along, in four more queries."""
    return found.select_related("team").prefetch_related(
        "layers__turns__membership__user", "layers__restrictions"
    )


def brought_draft(schedule: Schedule) -> Draft:
    """Describe a schedule that brought its layers along, without a query."""
    return _draft(schedule, schedule.layers.all())


def as_schedule(
    draft: Draft, overrides: tuple[schedules.Override, ...] = ()
) -> schedules.Schedule:
    """Turn a draft into the value that the maths takes, to preview it."""
    return schedules.Schedule(
        zone=ZoneInfo(draft.time_zone),
        layers=tuple(as_layer(layer) for layer in draft.layers),
        overrides=overrides,
    )


def as_layer(layer: Layer) -> schedules.Layer:
    """Turn a layer of a draft into the value that the maths takes."""
    return schedules.Layer(
        start=layer.starts_at,
        end=layer.ends_at,
        virtual_start=layer.rotation_virtual_start,
        turn_length=layer.turn_length,
        users=tuple(member.pk for member in layer.people),
        restrictions=layer.restrictions,
        name=layer.name,
    )


def check(draft: Draft) -> None:
    """Do nothing, or raise ValidationError for a layer that makes no sense."""
    for number, layer in enumerate(draft.layers, start=1):
        _check(number, layer)


def turn_problem(length: timedelta) -> str:
    """Say what is wrong with the length of a turn; nothing if it is fine."""
    if length < SHORTEST_TURN:
        return _("A turn lasts at least one hour.")
    if length > LONGEST_TURN:
        return _("A turn lasts at most 365 days.")
    return ""


def _draft(schedule: Schedule, layers: Iterable[models.Layer]) -> Draft:
    return Draft(
        name=schedule.name,
        time_zone=schedule.time_zone,
        description=schedule.description,
        team=schedule.team,
        layers=tuple(_layer_of(layer) for layer in layers),
    )


def _require_version(schedule: Schedule, based_on: int | None) -> None:
    if based_on is None or based_on == schedule.version:
        return
    raise NotAllowed(
        _(
            "Somebody else has changed %(schedule)s in the meantime. Look at what it "
            "is now, then make your change again."
        )
        % {"schedule": schedule.name}
    )


def _whole_second(at: datetime, chosen: datetime | None) -> datetime:
    """From when on an edit counts: the maths knows no fractions of a second."""
    if chosen is not None and chosen < at:
        raise ValidationError(
            {"effective_at": _("The past is not changed: choose now or later.")}
        )
    return (chosen or at).replace(microsecond=0)


def _remember_first(schedule: Schedule) -> None:
    """Keep what the rows say before the first edit, where nobody has done so."""
    if schedule.version == 1 and not schedule.versions.exists():
        _remember(schedule, None, schedule.created_at)


def _remember(schedule: Schedule, by: Membership | None, at: datetime) -> None:
    schedule.versions.create(
        account=schedule.account,
        number=schedule.version,
        effective_at=schedule.effective_at,
        created_at=at,
        created_by=by,
        snapshot=snapshots.take(schedule),
    )


def _layer_of(layer: models.Layer) -> Layer:
    return Layer(
        public_id=layer.public_id,
        name=layer.name,
        starts_at=layer.starts_at,
        ends_at=layer.ends_at,
        rotation_virtual_start=layer.rotation_virtual_start,
        turn_length=layer.turn_length,
        people=tuple(turn.membership for turn in layer.turns.all()),
        restrictions=queries.restrictions_of(layer),
    )


def _write(schedule: Schedule, draft: Draft) -> None:
    check(draft)
    schedule.name = draft.name
    schedule.description = draft.description
    schedule.time_zone = draft.time_zone
    schedule.team = draft.team
    schedule.full_clean()
    schedule.save()
    kept = {layer.public_id for layer in draft.layers}
    schedule.layers.exclude(public_id__in=kept).delete()
    rows = {row.public_id: row for row in schedule.layers.all()}
    for position, layer in enumerate(draft.layers, start=1):
        row = rows.get(layer.public_id) or models.Layer(
            account=schedule.account, schedule=schedule
        )
        _write_layer(row, position, layer)


def _check(number: int, layer: Layer) -> None:
    problem = turn_problem(layer.turn_length)
    if not layer.people:
        problem = _("Choose at least one person.")
    if layer.ends_at is not None and layer.ends_at <= layer.starts_at:
        problem = _("The end must be after the start.")
    if problem:
        raise ValidationError(
            _("Layer %(number)d: %(problem)s"),
            params={"number": number, "problem": problem},
        )


def _write_layer(row: models.Layer, position: int, layer: Layer) -> None:
    row.name = layer.name
    # Layers swap their positions within the transaction; the constraint is deferred.
    row.position = position
    row.starts_at = layer.starts_at
    row.ends_at = layer.ends_at
    row.rotation_virtual_start = layer.rotation_virtual_start
    row.turn_length = layer.turn_length
    row.save()
    _write_turns(row, layer)
    _write_restrictions(row, layer)


def _write_turns(row: models.Layer, layer: Layer) -> None:
    row.turns.all().delete()
    LayerUser.across_accounts.bulk_create(
        LayerUser(account=row.account, layer=row, membership=member, position=place)
        for place, member in enumerate(layer.people)
    )


def _write_restrictions(row: models.Layer, layer: Layer) -> None:
    row.restrictions.all().delete()
    for restriction in layer.restrictions:
        made = models.Restriction(
            account=row.account,
            layer=row,
            kind=restriction.kind,
            start_time=restriction.start_time,
            duration=restriction.duration,
            weekday=restriction.weekday,
        )
        made.full_clean()
        made.save()


def _summary(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "time_zone": draft.time_zone,
        "layers": [
            {
                "name": layer.name,
                "people": [str(member) for member in layer.people],
                "turn_hours": layer.turn_length / timedelta(hours=1),
                "restrictions": len(layer.restrictions),
            }
            for layer in draft.layers
        ],
    }
