"""Change events: what tools said was changed."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from incidents import change_events
from incidents.models import ChangeEvent
from integrations.api import lists, references, times
from integrations.api.requests import ApiRequest, address
from integrations.api.views import ResourceView


class ChangeBody(serializers.Serializer[Any]):
    """What may be said of a change afterwards: the rest is what the tool sent."""

    summary = serializers.CharField(max_length=1024, required=False)
    custom_details = serializers.DictField(required=False, allow_null=True)


def with_rows(rows: QuerySet[ChangeEvent]) -> QuerySet[ChangeEvent]:
    """Let changes bring along the rows that are shown of them."""
    return rows.select_related("service", "integration__service")


def represent(request: ApiRequest, change: ChangeEvent) -> dict[str, Any]:
    """Show a change; the key by which it came is the integration's business."""
    details = change.details
    return {
        "id": change.public_id,
        "type": "change_event",
        "summary": change.summary,
        "self": address(request, f"change_events/{change.public_id}"),
        "html_url": None,
        "timestamp": times.spelled(request, change.occurred_at),
        "services": [references.reference(request, change.service)],
        "integration": references.maybe(request, change.integration),
        "routing_key": None,
        "source": change.source,
        "links": change.links,
        "images": change.images,
        "custom_details": details if isinstance(details, dict) else {},
    }


class ChangeView(ResourceView):
    """What the views of changes have in common."""

    def changes(self) -> QuerySet[ChangeEvent]:
        """Return the changes that are kept still."""
        since: datetime = self.at - change_events.KEPT
        return with_rows(self.account.change_events.filter(received_at__gte=since))

    def listed(self, rows: QuerySet[ChangeEvent]) -> Response:
        """Answer a page of changes, by the filters of the address."""
        request = self.request
        if since := lists.moment(request, "since"):
            rows = rows.filter(occurred_at__gte=since)
        if until := lists.moment(request, "until"):
            rows = rows.filter(occurred_at__lt=until)
        if teams := lists.values(request, "team_ids"):
            rows = rows.filter(service__team__public_id__in=teams)
        if integrations := lists.values(request, "integration_ids"):
            rows = rows.filter(integration__public_id__in=integrations)
        rows = rows.order_by("-occurred_at", "-id")
        return self.page("change_events", rows, represent)


class ChangeEvents(ChangeView):
    """`/change_events`."""

    def get(self, request: ApiRequest) -> Response:
        """List changes, the newest first."""
        return self.listed(self.changes())


class OneChangeEvent(ChangeView):
    """`/change_events/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a change."""
        found = self.find(self.changes(), public_id)
        return Response({"change_event": represent(request, found)})

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Say better what was changed."""
        found = self.find(self.changes(), public_id)
        sent = self.read(ChangeBody, "change_event", partial=True)
        found = change_events.describe(
            found,
            actor=self.actor,
            at=self.at,
            summary=sent.get("summary", found.summary),
            details=sent.get("custom_details", found.details),
        )
        return Response({"change_event": represent(request, found)})


class ChangeEventsOf(ChangeView):
    """`/services/{id}/change_events`."""

    def get(self, request: ApiRequest, service_id: str) -> Response:
        """List the changes of a service, the newest first."""
        service = self.find(self.account.services.all(), service_id)
        return self.listed(self.changes().filter(service=service))
