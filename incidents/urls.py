"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, path, re_path

from accounts.ids import PATTERN
from incidents.views import (
    acting,
    bulk,
    creating,
    incident,
    integrations,
    listing,
    services,
    testing,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", listing.incidents, name="incidents"),
    path("incidents/new/", creating.incident_create, name="incident_create"),
    path(
        "incidents/new/responders/",
        creating.incident_responders,
        name="incident_responders",
    ),
    path("incidents/bulk/<slug:verb>/", bulk.act_on_many, name="incidents_act"),
    path("incidents/<int:number>/", incident.incident, name="incident"),
    path("incidents/<int:number>/<slug:verb>/", acting.act, name="incident_act"),
    re_path(
        rf"^incidents/(?P<public_id>{PATTERN})/?$",
        incident.incident_by_id,
        name="incident_by_id",
    ),
    path("services/", services.services, name="services"),
    path("services/new/", services.service_create, name="service_create"),
    path("services/<slug:public_id>/", services.service, name="service"),
    path("services/<slug:public_id>/edit/", services.service_edit, name="service_edit"),
    path(
        "services/<slug:public_id>/integrations/",
        services.integration_create,
        name="integration_create",
    ),
    path(
        "services/<slug:public_id>/<slug:change>/",
        services.service_change,
        name="service_change",
    ),
    path("integrations/", integrations.integrations, name="integrations"),
    path(
        "integrations/<slug:public_id>/rename/",
        integrations.integration_rename,
        name="integration_rename",
    ),
    path(
        "integrations/<slug:public_id>/test/",
        testing.send_test_event,
        name="send_test_event",
    ),
    path(
        "integrations/<slug:public_id>/<slug:change>/",
        integrations.integration_change,
        name="integration_change",
    ),
]
