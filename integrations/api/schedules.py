"""Schedules in the API: their layers, and who is on call in a period."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, overload
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from rest_framework.response import Response

from accounts.models import Membership
from integrations.api import (
    errors,
    lists,
    references,
    rendering,
    schedule_bodies,
    users,
)
from integrations.api.rendering import Period, Renderer
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from oncall import rotations, schedules
from oncall.models import Schedule

PARTS = ("schedule_layers", "overrides_subschedule", "final_schedule")
# Ids are never null, and nothing that is stored has this one.
PREVIEW = "PREVIEW"
SECOND = timedelta(seconds=1)
# How far to look for somebody's next shift, further each time there is none.
REACHES = tuple(timedelta(days=days) for days in (14, 90, 400))


@dataclass(frozen=True)
class Picture:
    """A schedule, stored or not, and what is to be seen of it."""

    draft: rotations.Draft
    # What the maths takes; `layer_ids` are its ids of the draft's layers.
    value: schedules.Schedule
    layer_ids: Sequence[int | None]
    period: Period
    row: Schedule | None = None


def full(found: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Let the schedules bring along what the API shows of them."""
    return rotations.with_layers(found).prefetch_related(
        "escalation_targets__rule__policy"
    )


def represent(
    request: ApiRequest,
    picture: Picture,
    renderer: Renderer,
    parts: Iterable[str] = PARTS,
) -> dict[str, Any]:
    """Show a schedule, with the parts that are wanted."""
    members = [member for layer in picture.draft.layers for member in layer.people]
    shown = {
        **_identity(request, picture),
        "name": picture.draft.name,
        "description": picture.draft.description or None,
        "time_zone": picture.draft.time_zone,
        "escalation_policies": references.references(request, _policies(picture.row)),
        "users": [renderer.reference(member) for member in dict.fromkeys(members)],
        "teams": references.references(
            request, [picture.draft.team] if picture.draft.team else []
        ),
        # Links of calendars are secrets that we show once, to whom they belong.
        "http_cal_url": None,
        "web_cal_url": None,
    }
    makers = {
        "schedule_layers": _layers,
        "overrides_subschedule": _overrides,
        "final_schedule": _final,
    }
    return shown | {name: makers[name](picture, renderer) for name in parts}


def represent_row(request: ApiRequest, row: Schedule) -> dict[str, Any]:
    """Show a schedule that brought its parts along, without any entries."""
    period = Period(lists.zone(request) or ZoneInfo(row.time_zone))
    picture = _picture(row, schedules.Schedule(ZoneInfo(row.time_zone)), period)
    return represent(request, picture, Renderer(request, []))


class Schedules(ResourceView):
    """`/schedules`."""

    def get(self, request: ApiRequest) -> Response:
        """List schedules by name."""
        rows = self.account.schedules.all()
        if words := request.query_params.get("query"):
            rows = rows.filter(name__icontains=words)
        if teams := lists.values(request, "team_ids"):
            rows = rows.filter(team__public_id__in=teams)
        parts = [part for part in PARTS if part in lists.includes(request, PARTS)]
        member = _next_for(request)
        gallery = _Gallery(request, rows.order_by("name", "id"))
        return self.page(
            "schedules",
            gallery,
            lambda request, picture: {
                **represent(request, picture, gallery.renderer, parts),
                **_next(picture, member, gallery.renderer, self.at),
            },
        )

    def post(self, request: ApiRequest) -> Response:
        """Create a schedule."""
        sent = self.read(schedule_bodies.ScheduleBody, "schedule")
        made = rotations.create(
            self.account,
            actor=self.actor,
            at=self.at,
            draft=schedule_bodies.draft(self.account, sent),
        )
        return Response({"schedule": _show(request, made)}, status=201)


class OneSchedule(ResourceView):
    """`/schedules/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a schedule, and who is on call in a period."""
        row = self.find(self.account.schedules.all(), public_id)
        return Response({"schedule": _show(request, row, self.at)})

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change what was sent; what was on call until now stays."""
        row = self.find(self.account.schedules.all(), public_id)
        sent = self.read(schedule_bodies.ScheduleBody, "schedule", partial=True)
        old = rotations.draft_of(row)
        changed = rotations.update(
            row,
            actor=self.actor,
            at=self.at,
            draft=schedule_bodies.changed(self.account, old, sent, self.at),
        )
        return Response({"schedule": _show(request, changed)})

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Delete a schedule that no policy pages."""
        row = self.find(self.account.schedules.all(), public_id)
        rotations.delete(row, actor=self.actor, at=self.at)
        return Response(status=204)


class Preview(ResourceView):
    """`/schedules/preview`."""

    def post(self, request: ApiRequest) -> Response:
        """Show what a schedule would be; nothing is kept."""
        sent = self.read(schedule_bodies.ScheduleBody, "schedule")
        draft = schedule_bodies.draft(self.account, sent)
        rotations.check(draft)
        value = _of_draft(draft)
        picture = Picture(
            draft,
            value,
            [layer.id for layer in value.layers],
            rendering.asked_for(request, value.zone),
        )
        shown = represent(request, picture, Renderer(request, [value]))
        return Response({"schedule": shown})


class Users(ResourceView):
    """`/schedules/{id}/users`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """List who is on call in a period, or now, each once."""
        row = self.find(self.account.schedules.all(), public_id)
        period = rendering.asked_for(request, ZoneInfo(row.time_zone))
        since, until = period.since or self.at, period.until or self.at + SECOND
        period = replace(period, since=since, until=until, overflow=False)
        value = rendering.load(self.account, [row.pk], period)[row.pk]
        shifts = schedules.final_shifts(value, since, until)
        ids = list(dict.fromkeys(shift.user for shift in shifts))
        people = users.full(self.account.memberships.filter(pk__in=ids))
        found = sorted(people, key=lambda member: ids.index(member.pk))
        return Response({"users": [users.represent(request, one) for one in found]})


class _Gallery(Sequence[Picture]):
    """Pictures of a list of schedules, loaded a page at a time."""

    renderer: Renderer

    def __init__(self, request: ApiRequest, rows: QuerySet[Schedule]) -> None:
        self._request = request
        self._rows = rows

    def __len__(self) -> int:
        return self._rows.count()

    @overload
    def __getitem__(self, index: int) -> Picture: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Picture]: ...
    def __getitem__(self, index: int | slice) -> Picture | Sequence[Picture]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        pictures = _pictures(self._request, list(full(self._rows)[index]))
        self.renderer = Renderer(self._request, [picture.value for picture in pictures])
        return pictures


def _show(
    request: ApiRequest, row: Schedule, at: datetime | None = None
) -> dict[str, Any]:
    """Show a stored schedule as it is now, and who is next if that is asked."""
    (found,) = full(request.account.schedules.filter(pk=row.pk))
    (picture,) = _pictures(request, [found])
    renderer = Renderer(request, [picture.value])
    shown = represent(request, picture, renderer)
    if at is None:
        return shown
    return shown | _next(picture, _next_for(request), renderer, at)


def _pictures(request: ApiRequest, rows: Sequence[Schedule]) -> list[Picture]:
    """Load schedules that brought their layers along, in few queries."""
    periods = {
        row.pk: rendering.asked_for(request, ZoneInfo(row.time_zone)) for row in rows
    }
    if not rows:
        return []
    if request.query_params.get("include_next_oncall_for_user"):
        outer = Period(ZoneInfo("UTC"))
    else:
        # Times without an offset make periods that differ by zone: load the widest.
        outer = _outer(list(periods.values()))
    values = rendering.load(request.account, periods, outer)
    return [_picture(row, values[row.pk], periods[row.pk]) for row in rows]


def _outer(periods: Sequence[Period]) -> Period:
    since = [period.since for period in periods if period.since]
    until = [period.until for period in periods if period.until]
    first = periods[0]
    if not since or not until:
        return first
    return replace(first, since=min(since), until=max(until))


def _picture(row: Schedule, value: schedules.Schedule, period: Period) -> Picture:
    ids = [layer.pk for layer in row.layers.all()]
    return Picture(rotations.brought_draft(row), value, ids, period, row)


def _of_draft(draft: rotations.Draft) -> schedules.Schedule:
    """The value of a draft, whose layers are numbered, for they have no ids yet."""
    value = rotations.as_schedule(draft)
    layers = (replace(layer, id=n) for n, layer in enumerate(value.layers, start=1))
    return replace(value, layers=tuple(layers))


def _identity(request: ApiRequest, picture: Picture) -> dict[str, Any]:
    if picture.row is not None:
        return references.identity(request, picture.row)
    return {
        "id": PREVIEW,
        "type": "schedule",
        "summary": picture.draft.name,
        "self": None,
        "html_url": None,
    }


def _policies(row: Schedule | None) -> list[Any]:
    targets = row.escalation_targets.all() if row is not None else ()
    return list(dict.fromkeys(target.rule.policy for target in targets))


def _layers(picture: Picture, renderer: Renderer) -> list[dict[str, Any]]:
    """The layers from the highest precedence down."""
    numbered = enumerate(zip(picture.draft.layers, picture.layer_ids, strict=True), 1)
    found = [
        _layer(picture, renderer, layer, number, pk) for number, (layer, pk) in numbered
    ]
    return found[::-1]


def _layer(
    picture: Picture,
    renderer: Renderer,
    layer: rotations.Layer,
    number: int,
    pk: int | None,
) -> dict[str, Any]:
    spell = picture.period.spell
    # The layer in every version of the schedule: the past shows what it was then.
    alone = tuple(found for found in picture.value.layers if found.id == pk)
    return {
        "id": layer.public_id or f"{PREVIEW}{number}",
        "name": layer.name or f"Layer {number}",
        "start": spell(layer.starts_at),
        "end": spell(layer.ends_at),
        "rotation_virtual_start": spell(layer.rotation_virtual_start),
        "rotation_turn_length_seconds": layer.turn_length // SECOND,
        "users": [{"user": renderer.reference(member)} for member in layer.people],
        "restrictions": [_restriction(found) for found in layer.restrictions],
        **renderer.rendered(
            replace(picture.value, layers=alone, overrides=()), picture.period
        ),
    }


def _restriction(restriction: schedules.Restriction) -> dict[str, Any]:
    shown = {
        "type": f"{restriction.kind}_restriction",
        "start_time_of_day": restriction.start_time.isoformat(),
        "duration_seconds": restriction.duration // SECOND,
    }
    if restriction.weekday is not None:
        shown["start_day_of_week"] = restriction.weekday
    return shown


def _overrides(picture: Picture, renderer: Renderer) -> dict[str, Any]:
    alone = replace(picture.value, layers=())
    return {"name": "Overrides", **renderer.rendered(alone, picture.period)}


def _final(picture: Picture, renderer: Renderer) -> dict[str, Any]:
    rendered = renderer.rendered(picture.value, picture.period)
    return {"name": "Final Schedule", **rendered}


def _next_for(request: ApiRequest) -> Membership | None:
    """Whose next shift is asked for; raises ApiError for nobody of the account."""
    public_id = request.query_params.get("include_next_oncall_for_user")
    if not public_id:
        return None
    member = request.account.memberships.filter(public_id=public_id).first()
    if member is None:
        raise errors.ApiError(
            400, 2013, "User Not Found", f"There is no user {public_id}."
        )
    return member


def _next(
    picture: Picture, member: Membership | None, renderer: Renderer, at: datetime
) -> dict[str, Any]:
    """The member's next shift, which may run already; null where there is none."""
    if member is None:
        return {}
    for reach in REACHES:
        shifts = schedules.final_shifts(picture.value, at, at + reach, overflow=True)
        mine = [shift for shift in shifts if shift.user == member.pk]
        if mine:
            (entry,) = renderer.entries(mine[:1], picture.period)
            return {"next_oncall_for_user": {**entry, "user": [entry["user"]]}}
    return {"next_oncall_for_user": None}
