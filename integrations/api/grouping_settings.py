"""Alert grouping settings: how services group alerts, as resources of their own.

Each service has its own here, and the service's id is the setting's. One setting for
several services would put their alerts into one incident, which we do not do.
"""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from incidents import catalogue
from incidents.models import Service
from integrations.api import bodies, errors, groupings, lists, references, times
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

ROOT = "alert_grouping_setting"
LONGEST_TIMEOUT = 86_400
MINUTE = 60


class ServicesField(serializers.ListField):
    """The services of a setting: exactly one."""

    child = bodies.ReferenceField({"service": "services"})

    def to_internal_value(self, data: Any) -> Any:
        """Find the service; raises ValidationError for none and for several."""
        found = super().to_internal_value(data)
        if len({service.pk for service in found}) != 1:
            raise serializers.ValidationError(
                "A setting groups the alerts of one service here;"
                " make a setting for each."
            )
        return found


class SettingBody(serializers.Serializer[Any]):
    """What a caller says of a setting."""

    name = serializers.CharField(
        max_length=255, required=False, allow_blank=True, allow_null=True
    )
    description = serializers.CharField(
        max_length=4096, required=False, allow_blank=True, allow_null=True
    )
    type = serializers.ChoiceField(
        ["time", "content_based"],
        error_messages={
            "invalid_choice": "Alerts are grouped by time or content_based,"
            " not by {input}."
        },
    )
    config = serializers.DictField(required=False, allow_null=True)
    services = ServicesField()


def represent(request: ApiRequest, service: Service) -> dict[str, Any]:
    """Show the setting of a service."""
    return {
        "id": service.public_id,
        "type": service.grouping,
        "name": service.grouping_name or None,
        "description": service.grouping_description or None,
        "config": _config(service),
        "services": [{**references.reference(request, service), "name": service.name}],
        "created_at": times.spelled(request, service.created_at),
        "updated_at": times.spelled(
            request, service.grouping_changed_at or service.created_at
        ),
    }


class SettingView(ResourceView):
    """What the views of settings have in common."""

    def settings_(self) -> QuerySet[Service]:
        """Return the services that group their alerts."""
        return self.account.services.exclude(grouping=Service.Grouping.OFF)

    def setting(self, public_id: str) -> Service:
        """Find the service whose setting it is; raises Http404."""
        return self.find(self.settings_(), public_id)

    def save(self, service: Service, sent: dict[str, Any]) -> Service:
        """Set what was sent, and the name by which callers know it."""
        values: dict[str, Any] = {"grouping_changed_at": self.at}
        for name in ("name", "description"):
            if name in sent:
                values[f"grouping_{name}"] = sent[name] or ""
        if "type" in sent or "config" in sent:
            kind = sent.get("type", service.grouping)
            if "config" in sent or kind != service.grouping:
                values |= _grouping(kind, sent.get("config") or {})
        return catalogue.update_service(service, actor=self.actor, at=self.at, **values)

    def one(self, service: Service, status: int = 200) -> Response:
        """Answer with one setting."""
        return Response({ROOT: represent(self.request, service)}, status=status)


class Settings(SettingView):
    """`/alert_grouping_settings`."""

    def get(self, request: ApiRequest) -> Response:
        """List settings; cursors lead to those after a page, and before it."""
        limit = lists.number(request, "limit", lists.USUAL_LIMIT) or lists.USUAL_LIMIT
        limit = min(limit, lists.LARGEST_LIMIT)
        rows = self.settings_()
        if services := lists.values(request, "service_ids"):
            rows = rows.filter(public_id__in=services)
        found, is_first, is_last = _leaf(request, rows, limit)
        return Response(
            {
                f"{ROOT}s": [represent(request, row) for row in found],
                "limit": limit,
                "total": rows.count() if lists.flag(request, "total") else None,
                "after": None if is_last else str(found[-1].pk),
                "before": None if is_first else str(found[0].pk),
            }
        )

    def post(self, request: ApiRequest) -> Response:
        """Let a service group its alerts, which it did not."""
        sent = self.read(SettingBody, ROOT)
        [service] = sent["services"][:1]
        if service.grouping:
            raise errors.invalid(
                f"Services: {service.name} has an alert grouping setting already."
            )
        return self.one(self.save(service, sent), status=201)


class OneSetting(SettingView):
    """`/alert_grouping_settings/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a setting."""
        return self.one(self.setting(public_id))

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change the members that are present; the service stays."""
        service = self.setting(public_id)
        sent = self.read(SettingBody, ROOT, partial=True)
        if service not in sent.get("services", [service]):
            raise errors.invalid("Services: A setting stays with its service.")
        return self.one(self.save(service, sent))

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Let the service group nothing any more."""
        catalogue.update_service(
            self.setting(public_id),
            actor=self.actor,
            at=self.at,
            grouping=Service.Grouping.OFF.value,
            grouping_name="",
            grouping_description="",
            grouping_changed_at=None,
        )
        return Response(status=204)


def _leaf(
    request: ApiRequest, rows: QuerySet[Service], limit: int
) -> tuple[list[Service], bool, bool]:
    """Take a page, and say whether it is the first and the last one."""
    after, before = _cursor(request, "after"), _cursor(request, "before")
    if before is not None:
        found = list(rows.filter(pk__lt=before).order_by("-pk")[: limit + 1])
        return found[:limit][::-1], len(found) <= limit, not found
    window = rows.filter(pk__gt=after) if after is not None else rows
    found = list(window.order_by("pk")[: limit + 1])
    return found[:limit], after is None or not found, len(found) <= limit


def _cursor(request: ApiRequest, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise errors.invalid(f"{name.capitalize()} is not a cursor of ours.")
    return int(text)


def _config(service: Service) -> dict[str, Any]:
    window = service.grouping_window
    seconds = int(window.total_seconds()) if window else 0
    if service.grouping == Service.Grouping.TIME:
        return {"timeout": seconds}
    return {
        "aggregate": service.grouping_match,
        "fields": service.grouping_fields,
        "time_window": seconds,
    }


def _grouping(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    """Say what the service is set to; raises ValidationError."""
    if kind == Service.Grouping.CONTENT:
        return groupings.by_content(config)
    seconds = config.get("timeout") or 0
    if type(seconds) is not int or not (
        seconds == 0 or MINUTE <= seconds <= LONGEST_TIMEOUT
    ):
        raise errors.invalid(
            f"Timeout: Send seconds from {MINUTE} to {LONGEST_TIMEOUT},"
            " or 0 for until the incident is resolved."
        )
    return groupings.for_seconds(seconds)
