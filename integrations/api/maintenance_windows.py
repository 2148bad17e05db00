"""Maintenance windows: while one lasts, its services open no incidents."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from incidents import maintenance
from incidents.models import MaintainedService, MaintenanceWindow, Service
from integrations.api import bodies, errors, lists, references, service_shape, times
from integrations.api import teams as team_resource
from integrations.api import users as user_resource
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from integrations.inbound import values

INCLUDES = {"teams", "services", "users"}
FILTERS = ("past", "future", "ongoing", "open", "all")


class WindowBody(serializers.Serializer[Any]):
    """What a caller says of a window."""

    start_time = serializers.DateTimeField()
    end_time = serializers.DateTimeField()
    description = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, allow_null=True
    )
    services = serializers.ListField(
        child=bodies.ReferenceField({"service": "services"}),
        min_length=1,
        max_length=1000,
    )

    def validate_end_time(self, at: datetime) -> datetime:
        """Refuse an end that no zone can spell."""
        if at > values.LATEST:
            raise serializers.ValidationError("This is too far in the future.")
        return at


class WindowView(ResourceView):
    """What the views of windows have in common."""

    def windows(self) -> QuerySet[MaintenanceWindow]:
        """Return the account's windows with what is shown of them."""
        covered = MaintainedService.across_accounts.select_related("service__team")
        return self.account.maintenance_windows.prefetch_related(
            Prefetch("maintained_services", covered.order_by("service__name")),
            Prefetch("created_by", user_resource.full(self.account.memberships.all())),
        )

    def shown(self, windows: list[MaintenanceWindow]) -> list[dict[str, Any]]:
        """Show windows, and their services in full if `include[]` names them."""
        services = [service for window in windows for service in covered(window)]
        full = {}
        if "services" in lists.values(self.request, "include"):
            full = service_shape.by_id(self.request, services, self.at)
        return [self._represent(window, full) for window in windows]

    def one(self, window: MaintenanceWindow, status: int = 200) -> Response:
        """Answer with one window, as the database has it now."""
        [found] = self.shown([self.windows().get(pk=window.pk)])
        return Response({"maintenance_window": found}, status=status)

    def _represent(
        self, window: MaintenanceWindow, full: dict[int, dict[str, Any]]
    ) -> dict[str, Any]:
        request = self.request
        wanted = set(lists.values(request, "include"))
        services = covered(window)
        teams = {each.team_id: each.team for each in services if each.team}
        maker = window.created_by
        show = user_resource.represent if "users" in wanted else references.reference
        return {
            **references.identity(request, window),
            "sequence_number": window.number,
            "start_time": times.spelled(request, window.starts_at),
            "end_time": times.spelled(request, window.ends_at),
            "description": window.description or None,
            "created_by": show(request, maker) if maker else None,
            "services": [
                full.get(each.pk) or references.reference(request, each)
                for each in services
            ],
            "teams": references.either(
                request, teams.values(), wanted, "teams", team_resource.represent
            ),
        }


class Windows(WindowView):
    """`/maintenance_windows`."""

    def get(self, request: ApiRequest) -> Response:
        """List windows, those that begin first in front."""
        lists.includes(request, INCLUDES)
        state = lists.choice(request, "filter", FILTERS, "all")
        rows = self.windows().filter(_in(state, self.at))
        if words := lists.query(request):
            rows = rows.filter(description__icontains=words)
        covering = self.account.maintained_services.all()
        if services := lists.values(request, "service_ids"):
            found = covering.filter(service__public_id__in=services)
            rows = rows.filter(pk__in=found.values("window"))
        if teams := lists.values(request, "team_ids"):
            found = covering.filter(service__team__public_id__in=teams)
            rows = rows.filter(pk__in=found.values("window"))
        return self.pages("maintenance_windows", rows, self.shown)

    def post(self, request: ApiRequest) -> Response:
        """Plan a window; a start in the past becomes now."""
        sent = self.read(WindowBody, "maintenance_window")
        window = maintenance.plan(
            self.account,
            actor=self.actor,
            at=self.at,
            services=_once(sent["services"]),
            starts_at=sent["start_time"],
            ends_at=sent["end_time"],
            description=sent.get("description") or "",
        )
        return self.one(window, status=201)


class OneWindow(WindowView):
    """`/maintenance_windows/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a window."""
        lists.includes(request, INCLUDES)
        return self.one(self.find(self.windows(), public_id))

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change a window; of one that has begun, its end and its description."""
        window = self.find(self.windows(), public_id)
        sent = self.read(WindowBody, "maintenance_window", partial=True)
        if window.starts_at > self.at:
            return self.one(self._changed(window, sent))
        return self.one(self._extended(window, sent))

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Delete a window to come, or end one that lasts; refuses for one that was."""
        window = self.find(self.windows(), public_id)
        maintenance.require(self.actor, covered(window))
        if window.ends_at <= self.at:
            raise _over()
        if window.starts_at > self.at:
            maintenance.delete(window, actor=self.actor, at=self.at)
        else:
            maintenance.end(window, actor=self.actor, at=self.at)
        return Response(status=204)

    def _changed(
        self, window: MaintenanceWindow, sent: dict[str, Any]
    ) -> MaintenanceWindow:
        return maintenance.change(
            window,
            actor=self.actor,
            at=self.at,
            services=_once(sent.get("services") or covered(window)),
            starts_at=sent.get("start_time", window.starts_at),
            ends_at=sent.get("end_time", window.ends_at),
            description=_description(window, sent),
        )

    def _extended(
        self, window: MaintenanceWindow, sent: dict[str, Any]
    ) -> MaintenanceWindow:
        """Move the end of a window; raises ApiError for what must stay."""
        maintenance.require(self.actor, covered(window))
        if set(sent.get("services", covered(window))) != set(covered(window)):
            raise errors.invalid("The window has begun; its services stay as they are.")
        return maintenance.extend(
            window,
            actor=self.actor,
            at=self.at,
            ends_at=sent.get("end_time", window.ends_at),
            description=_description(window, sent),
        )


def covered(window: MaintenanceWindow) -> list[Service]:
    """Return a window's services, which are loaded."""
    return [each.service for each in window.maintained_services.all()]


def _in(state: str, at: datetime) -> Q:
    match state:
        case "past":
            return Q(ends_at__lte=at)
        case "future":
            return Q(starts_at__gt=at)
        case "ongoing":
            return Q(starts_at__lte=at, ends_at__gt=at)
        case "open":
            return Q(ends_at__gt=at)
    return Q()


def _once(services: list[Service]) -> list[Service]:
    return list(dict.fromkeys(services))


def _description(window: MaintenanceWindow, sent: dict[str, Any]) -> str:
    if "description" not in sent:
        return window.description
    return sent["description"] or ""


def _over() -> errors.ApiError:
    words = "The maintenance window is over, and cannot be deleted."
    return errors.ApiError(405, 5003, "Cannot Cancel Past Maintenance Window", words)
