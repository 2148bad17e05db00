"""Incidents: to list, open, change, snooze and merge."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Account
from incidents import actions, states
from incidents.models import Incident, Service
from incidents.models.incident import Status
from integrations.api import (
    bodies,
    errors,
    incident_bodies,
    incident_changes,
    incident_rendering,
    lists,
    references,
)
from integrations.api.incident_bodies import coded, require_sender
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

MONTH = timedelta(days=30)
# Six months, however long they are.
LONGEST_RANGE = timedelta(days=184)
COLUMNS = {
    "incident_number": "number",
    "created_at": "created_at",
    "resolved_at": "resolved_at",
    "urgency": "urgency",
}
STATUSES = set(Status.values)
URGENCIES = {"high", "low"}


class IncidentView(ResourceView):
    """What the views of incidents have in common."""

    def incident(self, public_id: str) -> Incident:
        """Find an incident by its id or number; raises Http404."""
        found = incident_bodies.find(self.account, public_id)
        if found is None:
            raise Http404
        return found

    def one(self, incident: Incident, status: int = 200) -> Response:
        """Answer with one incident, as the database has it now."""
        rows = incident_rendering.with_rows(self.account.incidents.all())
        [found] = incident_rendering.shown(self.request, [rows.get(pk=incident.pk)])
        return Response({"incident": found}, status=status)

    def shown(self, found: list[Incident]) -> list[dict[str, Any]]:
        """Show incidents together."""
        return incident_rendering.shown(self.request, found)


class Incidents(IncidentView):
    """`/incidents`."""

    def get(self, request: ApiRequest) -> Response:
        """List incidents, by what `filtered` says."""
        lists.includes(request, incident_rendering.INCLUDES)
        rows = _filtered(request, self.account.incidents.all(), self.at)
        rows = lists.ordered(request, rows.order_by("-created_at", "-id"), COLUMNS)
        rows = incident_rendering.with_rows(rows)
        return self.pages("incidents", rows, self.shown)

    def post(self, request: ApiRequest) -> Response:
        """Open an incident."""
        sent = self.read(incident_bodies.NewIncident, "incident")
        sender = require_sender(request)
        people = [each["assignee"] for each in sent.get("assignments") or ()]
        if len(people) > 1:
            raise errors.invalid("Assignments: A new incident goes to one user.")
        key = sent.get("incident_key") or ""
        self.actor.require("respond", of=sent["service"])
        _require_free_key(sent["service"], key)
        incident = actions.open_incident(
            sent["service"],
            actor=self.actor,
            at=self.at,
            title=sent["title"],
            urgency=sent.get("urgency"),
            description=sent.get("body") or "",
            assignees=people,
            policy=sent.get("escalation_policy"),
            priority=sent.get("priority"),
            incident_key=key,
        )
        if people == [sender]:
            # Who takes it on while opening it need not be told.
            actions.acknowledge(incident, actor=self.actor, at=self.at)
        return self.one(incident, status=201)

    def put(self, request: ApiRequest) -> Response:
        """Change several incidents, all of them or none."""
        sent = _many(request)
        require_sender(request)
        rows = self.account.incidents.select_related(
            "account", "service__escalation_policy"
        ).filter(public_id__in={change["id"] for change in sent})
        found = {row.public_id: row for row in rows}
        if missing := sorted({change["id"] for change in sent} - set(found)):
            sentence = f"There is no incident {', '.join(missing)}."
            raise errors.ApiError(400, 1004, "Invalid Id", sentence)
        pairs = [(found[change.pop("id")], change) for change in sent]
        incident_changes.apply(pairs, actor=self.actor, at=self.at)
        return self._several([incident.pk for incident, _change in pairs])

    def _several(self, ids: list[int]) -> Response:
        rows = incident_rendering.with_rows(self.account.incidents.filter(pk__in=ids))
        found = sorted(rows, key=lambda row: ids.index(row.pk))
        return Response({"incidents": self.shown(found)})


class OneIncident(IncidentView):
    """`/incidents/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show an incident."""
        incident = self.incident(public_id)
        allowed = incident_rendering.INCLUDES | incident_rendering.ONLY_FOR_ONE
        lists.includes(request, allowed)
        return self.one(incident)

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change an incident."""
        incident = self.incident(public_id)
        sent = self.read(incident_bodies.IncidentChange, "incident")
        require_sender(request)
        incident_changes.apply([(incident, sent)], actor=self.actor, at=self.at)
        return self.one(incident)


class Snooze(IncidentView):
    """`/incidents/{id}/snooze`."""

    def post(self, request: ApiRequest, public_id: str) -> Response:
        """Let an incident rest for so many seconds; it is acknowledged with it."""
        incident = self.incident(public_id)
        require_sender(request)
        seconds = bodies.unwrapped(request, "duration")
        longest = int(actions.LONGEST_SNOOZE.total_seconds())
        if type(seconds) is not int or not 1 <= seconds <= longest:
            sentence = f"Duration: Send seconds, from 1 to {longest}."
            raise errors.ApiError(400, 1013, "Snooze Duration Invalid", sentence)
        until = self.at + timedelta(seconds=seconds)
        with coded(1001, "Incident Already Resolved"):
            actions.snooze(incident, actor=self.actor, at=self.at, until=until)
        return self.one(incident, status=201)


class Sources(serializers.Serializer[Any]):
    """Which incidents shall become one with another."""

    source_incidents = serializers.ListField(
        child=bodies.ReferenceField({"incident": "incidents"}), allow_empty=False
    )


class Merge(IncidentView):
    """`/incidents/{id}/merge`."""

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Move other incidents' alerts here, and resolve the others."""
        target = self.incident(public_id)
        sent = Sources(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        require_sender(request)
        sources = sent.validated_data["source_incidents"]
        _require_unmerged(target, sources)
        target = actions.merge(target, actor=self.actor, at=self.at, sources=sources)
        return Response({"incident": references.reference(request, target)})


def _filtered(
    request: ApiRequest, rows: QuerySet[Incident], at: datetime
) -> QuerySet[Incident]:
    """Keep what the filters let through; raises ApiError for one of no sense."""
    rows = _in_range(request, rows, at)
    if statuses := known(request, "statuses", STATUSES):
        rows = rows.filter(status__in=statuses)
    if urgencies := known(request, "urgencies", URGENCIES):
        rows = rows.filter(urgency__in=urgencies)
    services = request.account.services
    if ids := lists.values(request, "service_ids"):
        rows = rows.filter(service_id__in=_keys(services.filter(public_id__in=ids)))
    if ids := lists.values(request, "team_ids"):
        of_teams = services.filter(team__public_id__in=ids)
        rows = rows.filter(service_id__in=_keys(of_teams))
    if people := lists.values(request, "user_ids"):
        rows = rows.filter(pk__in=_held_by(request.account, people))
        rows = rows.exclude(status=states.RESOLVED)
    if key := request.query_params.get("incident_key", ""):
        rows = rows.filter(pk__in=_with_key(request.account, key))
    return rows


def _keys(rows: QuerySet[Any]) -> list[int]:
    """Read the keys first: the planner chooses an index by their number."""
    return list(rows.order_by().values_list("pk", flat=True))


def _with_key(account: Account, key: str) -> QuerySet[Any]:
    """Find the incidents of a key: their own, or one of their alerts'."""
    own = account.incidents.filter(incident_key=key).order_by().values("pk")
    alerts = account.alerts.filter(dedup_key=key, incident__isnull=False)
    return own.union(alerts.order_by().values("incident_id"))


def _held_by(account: Account, people: list[str]) -> QuerySet[Any]:
    held = account.assignments.filter(membership__public_id__in=people)
    return held.values("incident_id")


def known(request: ApiRequest, name: str, allowed: set[str]) -> set[str]:
    found = set(lists.values(request, name))
    if strange := sorted(found - allowed):
        raise errors.invalid(
            f"{name}[] cannot be {', '.join(strange)};"
            f" it may be {', '.join(sorted(allowed))}."
        )
    return found


def _in_range(
    request: ApiRequest, rows: QuerySet[Incident], at: datetime
) -> QuerySet[Incident]:
    """Keep what began in the range: the last month, unless the caller says else."""
    lists.zone(request)
    if lists.choice(request, "date_range", {"all", ""}, "") == "all":
        return rows
    since, last = lists.moment(request, "since"), lists.moment(request, "until")
    until = last or at
    since = since or until - MONTH
    if last and last < since:
        raise errors.ApiError(
            400, 2004, "Invalid Date Range", "until must be after since."
        )
    if until - since > LONGEST_RANGE:
        sentence = "The range is six months at the most; date_range=all has no end."
        raise errors.ApiError(400, 2005, "Invalid Date Range", sentence)
    rows = rows.filter(created_at__gte=since)
    return rows.filter(created_at__lt=last) if last else rows


def _require_free_key(service: Service, key: str) -> None:
    """Refuse the key of an open incident; whoever asks at once waits for this one."""
    if not key:
        return
    Service.across_accounts.select_for_update(no_key=True).get(pk=service.pk)
    taken = service.incidents.filter(incident_key=key).exclude(status=states.RESOLVED)
    if taken.exists():
        sentence = (
            "Open incident with matching dedup key already exists on this service"
        )
        raise errors.ApiError(400, 2002, incident_bodies.ARGUMENTS, sentence)


def _many(request: ApiRequest) -> list[dict[str, Any]]:
    """Read changes of several incidents; raises ApiError for too many of them."""
    wanted = bodies.unwrapped(request, "incidents")
    if isinstance(wanted, list) and len(wanted) > incident_changes.MOST:
        sentence = f"Change at most {incident_changes.MOST} incidents at once."
        raise errors.ApiError(413, 2001, "Request Too Large", sentence)
    read = incident_bodies.ManyChanges(data=request.data, context={"request": request})
    read.is_valid(raise_exception=True)
    found = [dict(change) for change in read.validated_data["incidents"]]
    ids = [change["id"] for change in found]
    if len(set(ids)) < len(ids):
        raise errors.invalid("Incidents: Name each incident once.")
    return found


def _require_unmerged(target: Incident, sources: list[Incident]) -> None:
    """Refuse, with the documented codes, what has been merged or has ended."""
    for incident in (target, *sources):
        if incident.merged_into_id:
            sentence = f"#{incident.number} was merged into another incident."
            raise errors.ApiError(400, 1019, "Incident Already Merged", sentence)
    if not target.is_open:
        sentence = f"#{target.number} is resolved; merge into an open incident."
        raise errors.ApiError(400, 1001, "Incident Already Resolved", sentence)
