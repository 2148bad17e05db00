"""The places of the product: what the bars and the create menu link to."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """A page that navigation may lead to, by the name of its route."""

    route: str
    label: str | Promise
    icon: str
    # What the member must be able to do there; see accounts.permissions.
    ability: str = "view"


@dataclass(frozen=True)
class Link:
    """A place that exists in this installation."""

    place: Place
    url: str
    is_current: bool = False


MAIN = (
    Place("incidents", _("Incidents"), "incident"),
    Place("on_call", _("On-call now"), "on-call"),
    Place("services", _("Services"), "service"),
    Place("maintenance", _("Maintenance"), "maintenance"),
    Place("schedules", _("Schedules"), "schedule"),
    Place("escalation_policies", _("Escalation policies"), "escalation"),
    Place("teams", _("Teams"), "team"),
    Place("people", _("People"), "people"),
    Place("integrations", _("Integrations"), "integration"),
    Place("analytics", _("Analytics"), "analytics"),
    Place("settings", _("Settings"), "settings"),
)
END = (Place("outbox", _("Local outbox"), "outbox"),)
BOTTOM = (
    Place("incidents", _("Incidents"), "incident"),
    Place("on_call", _("On-call"), "on-call"),
    Place("schedules", _("Schedules"), "schedule"),
)
CREATE = (
    Place("incident_create", _("Incident"), "incident", "respond"),
    Place("service_create", _("Service"), "service", "configure"),
    Place("schedule_create", _("Schedule"), "schedule", "configure"),
    Place(
        "escalation_policy_create", _("Escalation policy"), "escalation", "configure"
    ),
)


def links(places: tuple[Place, ...], path: str) -> list[Link]:
    """Link the places that have a route; this will mark the one that holds the path."""
    urls = {place: url for place in places if (url := address(place.route))}
    holding = [url for url in urls.values() if holds(url, path)]
    current = max(holding, key=len, default=None)
    return [Link(place, url, url == current) for place, url in urls.items()]


def address(route: str) -> str | None:
    """Find a route's address; this will answer None while no page has that name."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return None


def holds(url: str, path: str) -> bool:
    """Is the path this address or below it?"""
    return path == url or path.startswith(url.rstrip("/") + "/")
