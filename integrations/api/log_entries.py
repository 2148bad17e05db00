"""Log entries: what happened to incidents."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from incidents import actions
from incidents.models import TimelineEntry
from integrations.api import (
    errors,
    incident_rendering,
    lists,
    log_entry_rendering,
    service_shape,
)
from integrations.api.incident_bodies import require_sender
from integrations.api.incidents import IncidentView
from integrations.api.requests import ApiRequest


class ChannelBody(serializers.Serializer[Any]):
    """What a caller says of the channel by which an incident was opened."""

    type = serializers.ChoiceField([log_entry_rendering.WEB_TRIGGER, "mobile"])
    details = serializers.CharField(max_length=65_536, allow_blank=True)


class LogEntryView(IncidentView):
    """What the views of log entries have in common."""

    def entries(self, rows: QuerySet[TimelineEntry]) -> Response:
        """Answer a page of entries, by the filters of the address."""
        request = self.request
        lists.includes(request, log_entry_rendering.INCLUDES)
        if since := lists.moment(request, "since"):
            rows = rows.filter(at__gte=since)
        if until := lists.moment(request, "until"):
            rows = rows.filter(at__lt=until)
        if lists.flag(request, "is_overview"):
            rows = rows.exclude(verb__in=log_entry_rendering.DETAILS)
        rows = log_entry_rendering.with_rows(rows)
        return self.pages("log_entries", rows, self.shown_entries)

    def shown_entries(self, entries: list[TimelineEntry]) -> list[dict[str, Any]]:
        """Show entries, their incidents in full where that is asked for."""
        found = log_entry_rendering.shown(self.request, entries)
        wanted = set(lists.values(self.request, "include"))
        if "services" in wanted:
            named = [entry.incident.service for entry in entries]
            services = service_shape.by_id(self.request, named, self.at)
            for entry, one in zip(entries, found, strict=True):
                one["service"] = services[entry.incident.service_id]
        if "incidents" in wanted:
            full = self._incidents({entry.incident_id for entry in entries})
            for entry, one in zip(entries, found, strict=True):
                one["incident"] = full[entry.incident_id]
        return found

    def found(self, rows: QuerySet[TimelineEntry]) -> TimelineEntry:
        """Take the one entry; raises Http404."""
        entry = log_entry_rendering.with_rows(rows).first()
        if entry is None:
            raise Http404
        return entry

    def _incidents(self, ids: set[int]) -> dict[int, dict[str, Any]]:
        rows = list(
            incident_rendering.with_rows(self.account.incidents.filter(pk__in=ids))
        )
        full = incident_rendering.shown(self.request, rows)
        return {row.pk: found for row, found in zip(rows, full, strict=True)}


class LogEntries(LogEntryView):
    """`/log_entries`."""

    def get(self, request: ApiRequest) -> Response:
        """List what happened in the account, the newest first."""
        rows = self.account.timeline_entries.order_by("-at", "-id")
        if teams := lists.values(request, "team_ids"):
            rows = rows.filter(incident__service__team__public_id__in=teams)
        return self.entries(rows)


class OneLogEntry(LogEntryView):
    """`/log_entries/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show one entry; its incident, where it is named, makes the search short."""
        lists.includes(request, log_entry_rendering.INCLUDES)
        rows = self.account.timeline_entries.filter(public_id=public_id)
        if incident := request.query_params.get("incident_id"):
            rows = rows.filter(incident=self.incident(incident))
        entry = self.found(rows)
        [found] = self.shown_entries([entry])
        return Response({"log_entry": found})


class Channel(LogEntryView):
    """`/log_entries/{id}/channel`."""

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Say better what an incident is about that somebody opened by hand.

        That is all that may be changed: what a tool said stays as it was said.
        """
        entry = self.found(self.account.timeline_entries.filter(public_id=public_id))
        sent = self.read(ChannelBody, "channel")
        require_sender(request)
        alert = entry.incident.alerts.first()
        if not log_entry_rendering.is_by_hand(entry, alert):
            raise errors.invalid(
                "Channel: Only the details of a web_trigger or mobile channel change."
            )
        text = sent["details"]
        actions.describe(entry.incident, actor=self.actor, at=self.at, text=text)
        return Response(status=202)


class UserLogEntries(LogEntryView):
    """`/users/{id}/log_entries`, which is not in the schema but is asked for."""

    def get(self, request: ApiRequest, user_id: str) -> Response:
        """List what a user did and was told, the newest first."""
        member = self.find(self.account.memberships.all(), user_id)
        rows = self.account.timeline_entries.filter(membership=member)
        return self.entries(rows.order_by("-at", "-id"))


class IncidentLogEntries(LogEntryView):
    """`/incidents/{id}/log_entries`."""

    def get(self, request: ApiRequest, incident_id: str) -> Response:
        """List what happened to an incident; first of all, how it began."""
        return self.entries(self.incident(incident_id).timeline.order_by("id"))
