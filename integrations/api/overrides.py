"""Overrides of a schedule in the API."""

from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Membership
from integrations.api import bodies, errors, lists, references, rendering
from integrations.api.rendering import Period
from integrations.api.requests import ApiRequest
from integrations.api.schedule_bodies import MomentField
from integrations.api.views import ResourceView
from oncall import overrides
from oncall.models import Override, Schedule
from oncall.refusals import NotAllowed


class OverrideBody(serializers.Serializer[Any]):
    """Who takes over when."""

    start = MomentField()
    end = MomentField()
    user = bodies.ReferenceField({"user": "memberships"})


def represent(
    request: ApiRequest, override: Override, period: Period
) -> dict[str, Any]:
    """Show an override, cut to the period unless whole ones are asked for."""
    start, end = override.starts_at, override.ends_at
    if not period.overflow and period.since and period.until:
        start, end = max(start, period.since), min(end, period.until)
    return {
        "id": override.public_id,
        "start": period.spell(start),
        "end": period.spell(end),
        "user": references.reference(request, override.membership),
    }


class Overrides(ResourceView):
    """`/schedules/{id}/overrides`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """List the overrides of a period, or of it those that are still to come."""
        schedule = self.find(self.account.schedules.all(), public_id)
        period = rendering.asked_for(request, ZoneInfo(schedule.time_zone))
        if period.since is None or period.until is None:
            raise errors.ApiError(
                400, 2003, "Missing Arguments", "Say since and until."
            )
        rows = schedule.overrides.filter(
            ends_at__gt=period.since, starts_at__lt=period.until
        )
        if lists.flag(request, "editable"):
            rows = rows.filter(starts_at__gte=self.at)
        found = rows.select_related("membership__user").order_by("starts_at", "id")
        shown = [represent(request, override, period) for override in found]
        return Response(
            {
                "overrides": shown,
                "limit": len(shown),
                "offset": 0,
                "more": False,
                "total": len(shown) if lists.flag(request, "total") else None,
            }
        )

    def post(self, request: ApiRequest, public_id: str) -> Response:
        """Create overrides, of which each has an outcome of its own."""
        schedule = self.find(self.account.schedules.all(), public_id)
        self.actor.require("respond", of=schedule)
        outcomes = [self._create(schedule, sent) for sent in _sent(request)]
        return Response(outcomes, status=201)

    def _create(self, schedule: Schedule, sent: Any) -> dict[str, Any]:
        zone = ZoneInfo(schedule.time_zone)
        body = OverrideBody(data=sent, context={"request": self.request})
        try:
            body.is_valid(raise_exception=True)
            made = overrides.create(
                schedule,
                actor=self.actor,
                at=self.at,
                membership=body.validated_data["user"],
                starts_at=rendering.certain(body.validated_data["start"], zone),
                ends_at=rendering.certain(body.validated_data["end"], zone),
            )
        except (ValidationError, serializers.ValidationError) as refusal:
            sentences = errors.of(refusal).errors
            return {"status": 400, "errors": sentences, "override": self._said(sent)}
        return {"status": 201, "override": represent(self.request, made, Period(zone))}

    def _said(self, sent: Any) -> dict[str, Any]:
        """What was sent, with its user's name where that is one of the account."""
        sent = sent if isinstance(sent, dict) else {}
        said = {name: sent.get(name) for name in ("start", "end", "user")}
        user = said["user"]
        public_id = user.get("id") if isinstance(user, dict) else None
        member = self._member(public_id) if isinstance(public_id, str) else None
        if member is not None:
            said["user"] = references.reference(self.request, member)
        return said

    def _member(self, public_id: str) -> Membership | None:
        rows = self.account.memberships.select_related("user")
        return rows.filter(public_id=public_id).first()


class OneOverride(ResourceView):
    """`/schedules/{id}/overrides/{override}`."""

    def delete(self, request: ApiRequest, public_id: str, override_id: str) -> Response:
        """Take a future override away, or end a running one now."""
        schedule = self.find(self.account.schedules.all(), public_id)
        override = self.find(schedule.overrides.all(), override_id)
        try:
            ended = overrides.remove(override, actor=self.actor, at=self.at)
        except NotAllowed as refusal:
            raise errors.ApiError(
                400, 4004, "Invalid Override", str(refusal)
            ) from refusal
        if ended is None:
            return Response(status=204)
        period = Period(ZoneInfo(schedule.time_zone))
        return Response({"override": represent(request, ended, period)})


def _sent(request: ApiRequest) -> list[Any]:
    """The overrides of a body, also of the older form that has only one."""
    data = request.data
    if isinstance(data, dict) and isinstance(data.get("override"), dict):
        return [data["override"]]
    found = bodies.unwrapped(request, "overrides")
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list) or not found:
        raise errors.invalid("overrides must be a list with at least one override.")
    return found
