"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, path, re_path

from accounts.ids import PATTERN
from incidents.views import (
    acting,
    bulk,
    creating,
    heartbeats,
    incident,
    integrations,
    listing,
    maintenance,
    noise,
    responders,
    services,
    silence,
    status_updates,
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
    path(
        "incidents/<int:number>/alerts/", noise.incident_alerts, name="incident_alerts"
    ),
    path("incidents/<int:number>/ask/", responders.ask, name="responders_ask"),
    re_path(
        r"^incidents/(?P<number>\d{1,18})/responders/(?P<public_id>P\w+)"
        r"/(?P<verb>accept|decline|cancel)/$",
        responders.answer,
        name="responder_answer",
    ),
    path(
        "incidents/<int:number>/status-update/",
        status_updates.post,
        name="status_update",
    ),
    path(
        "incidents/<int:number>/subscribers/",
        status_updates.subscribers,
        name="subscribers",
    ),
    path(
        "incidents/<int:number>/subscribe/", status_updates.subscribe, name="subscribe"
    ),
    path(
        "incidents/<int:number>/unsubscribe/",
        status_updates.unsubscribe,
        name="unsubscribe",
    ),
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
        "services/<slug:public_id>/heartbeats/new/",
        heartbeats.heartbeat_create,
        name="heartbeat_create",
    ),
    path("heartbeats/", heartbeats.heartbeats, name="heartbeats"),
    path("heartbeats/<slug:public_id>/", heartbeats.heartbeat, name="heartbeat"),
    path(
        "heartbeats/<slug:public_id>/edit/",
        heartbeats.heartbeat_edit,
        name="heartbeat_edit",
    ),
    path(
        "heartbeats/<slug:public_id>/<slug:change>/",
        heartbeats.heartbeat_change,
        name="heartbeat_change",
    ),
    path("services/<slug:public_id>/noise/", noise.service_noise, name="service_noise"),
    path(
        "services/<slug:public_id>/noise/rules/",
        noise.suppression_rule_create,
        name="suppression_rule_create",
    ),
    path(
        "services/<slug:public_id>/noise/rules/<slug:rule_id>/",
        noise.suppression_rule,
        name="suppression_rule",
    ),
    re_path(
        r"^services/(?P<public_id>[-\w]+)/noise/rules/(?P<rule_id>[-\w]+)"
        r"/(?P<change>disable|enable|delete)/$",
        noise.suppression_rule_change,
        name="suppression_rule_change",
    ),
    path(
        "services/<slug:public_id>/alerts/", noise.service_alerts, name="service_alerts"
    ),
    path(
        "services/<slug:public_id>/let-through/",
        noise.service_let_through,
        name="service_let_through",
    ),
    path(
        "services/<slug:public_id>/<slug:change>/",
        services.service_change,
        name="service_change",
    ),
    path("maintenance/", maintenance.windows, name="maintenance"),
    path("maintenance/new/", maintenance.window_create, name="maintenance_create"),
    path(
        "maintenance/<slug:public_id>/edit/",
        maintenance.window_edit,
        name="maintenance_edit",
    ),
    path(
        "maintenance/<slug:public_id>/<slug:change>/",
        maintenance.window_change,
        name="maintenance_change",
    ),
    path("integrations/", integrations.integrations, name="integrations"),
    path(
        "integrations/<slug:public_id>/",
        integrations.integration,
        name="integration",
    ),
    path(
        "integrations/<slug:public_id>/rename/",
        integrations.integration_rename,
        name="integration_rename",
    ),
    path(
        "integrations/<slug:public_id>/silence/",
        silence.integration_silence,
        name="integration_silence",
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
