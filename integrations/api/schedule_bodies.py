"""What a caller says of a schedule, turned into a draft."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Account, Membership
from accounts.models.account import validate_zone
from integrations.api import bodies, errors, rendering
from oncall import rotations, schedules

Sent = dict[str, Any]
SECOND = timedelta(seconds=1)
SHORTEST_TURN, LONGEST_TURN = 3600, 31_536_000
LONGEST_WINDOW = {"daily_restriction": 86_399, "weekly_restriction": 604_799}
TIME_OF_DAY = re.compile(r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")
MOST_LAYERS = 100


class MomentField(serializers.CharField):
    """An instant, which is read once the schedule's zone is known."""

    def to_internal_value(self, data: Any) -> str:
        """Take whatever can be read in some zone."""
        text = super().to_internal_value(data)
        if rendering.read(text, ZoneInfo("UTC")) is None:
            raise serializers.ValidationError(
                _("This is no date and time of ISO 8601.")
            )
        return text


class RestrictionBody(serializers.Serializer[Any]):
    """When a layer is open."""

    type = serializers.ChoiceField(choices=list(LONGEST_WINDOW))
    start_time_of_day = serializers.RegexField(
        TIME_OF_DAY, error_messages={"invalid": "Write the time as HH:MM:SS."}
    )
    duration_seconds = serializers.IntegerField(min_value=1)
    start_day_of_week = serializers.IntegerField(
        min_value=1, max_value=7, required=False, allow_null=True
    )

    def validate(self, attrs: Sent) -> Sent:
        """Check what depends on the type."""
        most = LONGEST_WINDOW[attrs["type"]]
        if attrs["duration_seconds"] > most:
            raise serializers.ValidationError(
                {"duration_seconds": f"A {attrs['type']} has at most {most}."}
            )
        is_weekly = attrs["type"] == "weekly_restriction"
        if is_weekly and attrs.get("start_day_of_week") is None:
            raise serializers.ValidationError(
                {"start_day_of_week": "A weekly_restriction needs a day, 1 to 7."}
            )
        return attrs


class RestrictionField(serializers.Field):  # type: ignore[type-arg]
    """A restriction, always whole, even where only parts of its layer are sent."""

    def to_internal_value(self, data: Any) -> schedules.Restriction:
        """Turn it into the value that the maths takes."""
        body = RestrictionBody(data=data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        is_weekly = sent["type"] == "weekly_restriction"
        return schedules.Restriction(
            kind="weekly" if is_weekly else "daily",
            start_time=time.fromisoformat(sent["start_time_of_day"]),
            duration=timedelta(seconds=sent["duration_seconds"]),
            weekday=sent["start_day_of_week"] if is_weekly else None,
        )


class TurnField(serializers.Field):  # type: ignore[type-arg]
    """A user's turn, of which the id counts."""

    def to_internal_value(self, data: Any) -> str:
        """Answer the id; all of them are looked up at once."""
        user = data.get("user") if isinstance(data, dict) else None
        if not isinstance(user, dict) or not isinstance(user.get("id"), str):
            raise serializers.ValidationError(
                _('Each must be like {"user": {"id": …, "type": "user_reference"}}.')
            )
        return str(user["id"])


class LayerBody(serializers.Serializer[Any]):
    """A layer."""

    name = serializers.CharField(
        max_length=255, required=False, allow_blank=True, allow_null=True
    )
    start = MomentField()
    end = MomentField(required=False, allow_null=True)
    rotation_virtual_start = MomentField()
    rotation_turn_length_seconds = serializers.IntegerField(
        min_value=SHORTEST_TURN, max_value=LONGEST_TURN
    )
    users = serializers.ListField(child=TurnField(), min_length=1)
    restrictions = serializers.ListField(
        child=RestrictionField(), required=False, allow_null=True
    )


class ScheduleBody(serializers.Serializer[Any]):
    """A schedule; its layers are read by themselves."""

    name = serializers.CharField(max_length=255, required=False)
    time_zone = serializers.CharField(validators=[validate_zone])
    description = serializers.CharField(
        required=False, allow_blank=True, allow_null=True
    )
    teams = serializers.ListField(
        child=bodies.ReferenceField({"team": "teams"}), required=False, allow_null=True
    )
    schedule_layers = serializers.ListField(
        child=serializers.DictField(), required=False, max_length=MOST_LAYERS
    )


def draft(account: Account, sent: Sent) -> rotations.Draft:
    """Describe a new schedule; raises ApiError or ValidationError.

    Ids of layers are read-only there, and so they are passed over.
    """
    layers = [{**layer, "id": None} for layer in sent.get("schedule_layers", [])]
    empty = rotations.Draft(name=_("New schedule"), time_zone=sent["time_zone"])
    return _with(account, empty, {**sent, "schedule_layers": layers})


def changed(
    account: Account, old: rotations.Draft, sent: Sent, at: datetime
) -> rotations.Draft:
    """Describe a schedule after a change; raises ApiError or ValidationError.

    Members that were not sent stay, and so do layers: they can be ended, not left out.
    One that is ended before it begins has never been.
    """
    draft = _with(account, old, sent)
    if "schedule_layers" not in sent:
        return draft
    named = {layer.public_id for layer in draft.layers}
    stay = [layer for layer in old.layers if layer.public_id not in named]
    go_on = [layer for layer in draft.layers if not _never_begins(layer, at)]
    return replace(draft, layers=(*stay, *go_on))


def _with(account: Account, old: rotations.Draft, sent: Sent) -> rotations.Draft:
    changes: Sent = {
        name: sent[name] or "" for name in ("name", "description") if name in sent
    }
    if "time_zone" in sent:
        changes["time_zone"] = sent["time_zone"]
    if sent.get("teams") is not None:
        # A schedule of ours has one team at most.
        changes["team"] = next(iter(sent["teams"]), None)
    if "schedule_layers" in sent:
        zone = ZoneInfo(changes.get("time_zone", old.time_zone))
        changes["layers"] = _layers(account, old, sent["schedule_layers"], zone)
    return replace(old, **changes)


def _layers(
    account: Account, old: rotations.Draft, layers: list[Sent], zone: ZoneInfo
) -> tuple[rotations.Layer, ...]:
    known = {layer.public_id: layer for layer in old.layers}
    ids = [layer.get("id") for layer in layers]
    _require_known([str(found) for found in ids if found], known)
    bodies = [_read(layer, is_new=not layer.get("id")) for layer in layers]
    people = _people(
        account, (user for sent in bodies for user in sent.get("users", ()))
    )
    return tuple(
        _layer(known.get(str(found)), sent, people, zone)
        for found, sent in zip(ids, bodies, strict=True)
    )


def _require_known(ids: list[str], known: dict[str, rotations.Layer]) -> None:
    for found in ids:
        if found not in known:
            raise errors.invalid(f"This schedule has no layer {found}.")
        if ids.count(found) > 1:
            raise errors.invalid(f"Layer {found} is there more than once.")


def _read(layer: Sent, *, is_new: bool) -> Sent:
    body = LayerBody(data=layer, partial=not is_new)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _people(account: Account, ids: Iterable[str]) -> dict[str, Membership]:
    wanted = set(ids)
    found = account.memberships.select_related("user").filter(public_id__in=wanted)
    people = {member.public_id: member for member in found}
    if missing := sorted(wanted - people.keys()):
        raise errors.invalid(*(f"There is no user {found}." for found in missing))
    return people


def _layer(
    old: rotations.Layer | None,
    sent: Sent,
    people: dict[str, Membership],
    zone: ZoneInfo,
) -> rotations.Layer:
    values: Sent = {}
    if "name" in sent:
        values["name"] = sent["name"] or ""
    for name, column in (
        ("start", "starts_at"),
        ("end", "ends_at"),
        ("rotation_virtual_start", "rotation_virtual_start"),
    ):
        if name in sent:
            values[column] = sent[name] and rendering.certain(sent[name], zone)
    if "rotation_turn_length_seconds" in sent:
        values["turn_length"] = sent["rotation_turn_length_seconds"] * SECOND
    if "users" in sent:
        values["people"] = tuple(people[found] for found in sent["users"])
    if "restrictions" in sent:
        values["restrictions"] = tuple(sent["restrictions"] or ())
    return replace(old, **values) if old else rotations.Layer(**values)


def _never_begins(layer: rotations.Layer, at: datetime) -> bool:
    """Whether a layer that we have is ended before its time."""
    return bool(
        layer.public_id
        and layer.starts_at > at
        and layer.ends_at
        and layer.ends_at <= layer.starts_at
    )
