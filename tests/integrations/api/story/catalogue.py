"""Services, what reports to them, what they tell others, and when they are silent."""

from tests.integrations.api.story.teller import Teller, refer


def tell(story: Teller) -> None:
    """Make a service with an integration, a webhook and a maintenance window."""
    _services(story)
    _integrations(story)
    _windows(story)
    _grouping(story)
    _webhooks(story)
    _extensions(story)
    _slack(story)
    story.tell("GET /priorities")
    vendors = story.tell("GET /vendors")["vendors"]
    story.tell("GET /vendors/{id}", vendors[0]["id"])


def _services(story: Teller) -> None:
    sent = {
        "type": "service",
        "name": "Search",
        "escalation_policy": refer(story.made["policy"]),
        "acknowledgement_timeout": 1800,
        "auto_resolve_timeout": 14400,
        "incident_urgency_rule": {"type": "constant", "urgency": "high"},
        "alert_creation": "create_alerts_and_incidents",
    }
    made = story.tell("POST /services", body={"service": sent})["service"]
    story.tell("GET /services", query={"query": "sea", "include[]": ["integrations"]})
    story.tell("GET /services/{id}", made["id"])
    told = {"service": {"description": "Finds things"}}
    story.tell("PUT /services/{id}", made["id"], body=told)
    story.tell("GET /services/{id}/audit/records", made["id"])
    draft = {"service": {**sent, "name": "Draft"}}
    gone = story.tell("POST /services", body=draft)["service"]
    story.tell("DELETE /services/{id}", gone["id"])
    story.made["service"] = made


def _integrations(story: Teller) -> None:
    service, path = story.made["service"]["id"], "/services/{id}/integrations"
    kind = "events_api_v2_inbound_integration"
    sent = {"integration": {"type": kind, "name": "Prometheus"}}
    made = story.tell(f"POST {path}", service, body=sent)["integration"]
    story.tell(f"GET {path}/{{id}}", service, made["id"])
    named = {"integration": {"name": "Alertmanager"}}
    story.tell(f"PUT {path}/{{id}}", service, made["id"], body=named)
    other = {"integration": {"type": kind, "name": "Draft"}}
    gone = story.tell(f"POST {path}", service, body=other)["integration"]
    story.tell(f"DELETE {path}/{{id}}", service, gone["id"])


def _windows(story: Teller) -> None:
    path = "/maintenance_windows"
    sent = {
        "type": "maintenance_window",
        "start_time": "2040-03-02T12:00:00Z",
        "end_time": "2040-03-02T14:00:00Z",
        "services": [refer(story.made["service"])],
    }
    made = story.tell(f"POST {path}", body={"maintenance_window": sent})
    one = made["maintenance_window"]["id"]
    story.tell(f"GET {path}", query={"filter": "future"})
    story.tell(f"GET {path}/{{id}}", one)
    told = {"maintenance_window": {**sent, "description": "New database"}}
    story.tell(f"PUT {path}/{{id}}", one, body=told)
    story.tell(f"DELETE {path}/{{id}}", one)


def _grouping(story: Teller) -> None:
    path, root = "/alert_grouping_settings", "alert_grouping_setting"
    sent = {
        "type": "content_based",
        "name": "By host",
        "config": {
            "aggregate": "all",
            "fields": ["summary", "custom_details.host"],
            "time_window": 900,
        },
        "services": [refer(story.made["service"])],
    }
    one = story.tell(f"POST {path}", body={root: sent})[root]["id"]
    story.tell(f"GET {path}")
    story.tell(f"GET {path}/{{id}}", one)
    story.tell(f"PUT {path}/{{id}}", one, body={root: {"name": "By machine"}})
    story.tell(f"DELETE {path}/{{id}}", one)


def _webhooks(story: Teller) -> None:
    path, root = "/webhook_subscriptions", "webhook_subscription"
    url = "https://bus.example/hook"
    sent = {
        "type": root,
        "delivery_method": {"type": "http_delivery_method", "url": url},
        "events": ["incident.triggered", "incident.resolved"],
        "filter": refer(story.made["service"]),
        "description": "To our bus",
    }
    one = story.tell(f"POST {path}", body={root: sent})[root]["id"]
    story.tell(f"GET {path}", query={"filter_type": "service"})
    story.tell(f"GET {path}/{{id}}", one)
    story.tell(f"PUT {path}/{{id}}", one, body={root: {"active": False}})
    story.tell(f"POST {path}/{{id}}/enable", one)
    story.tell(f"POST {path}/{{id}}/ping", one)
    story.tell(f"DELETE {path}/{{id}}", one)


def _extensions(story: Teller) -> None:
    found = story.tell("GET /extension_schemas")["extension_schemas"]
    story.tell("GET /extension_schemas/{id}", found[0]["id"])
    schema = next(each for each in found if each["key"] == "generic_webhook")
    sent = {
        "name": "Our bus",
        "endpoint_url": "https://bus.example/hook",
        "extension_schema": refer(schema, "extension_schema"),
        "extension_objects": [refer(story.made["service"])],
    }
    one = story.tell("POST /extensions", body={"extension": sent})["extension"]["id"]
    story.tell("GET /extensions")
    story.tell("GET /extensions/{id}", one)
    story.tell("PUT /extensions/{id}", one, body={"extension": {"name": "The bus"}})
    story.tell("POST /extensions/{id}/enable", one)
    story.tell("DELETE /extensions/{id}", one)


def _slack(story: Teller) -> None:
    path = "/integration-slack/workspaces/{slack_team_id}/connections"
    sent = {
        "source_id": story.made["service"]["id"],
        "source_type": "service_reference",
        "channel_id": "C0INCIDENTS",
        "notification_type": "responder",
        "config": {
            "events": ["incident.triggered", "incident.resolved"],
            "urgency": "high",
            "priorities": None,
        },
    }
    team, root, own = "T0ACME", "slack_connection", story.own
    made = story.tell(f"POST {path}", team, body={root: sent}, api=own)[root]["id"]
    story.tell(f"GET {path}", team, api=own)
    story.tell(f"GET {path}/{{id}}", team, made, api=own)
    told = {root: {**sent, "notification_type": "stakeholder"}}
    story.tell(f"PUT {path}/{{id}}", team, made, body=told, api=own)
    story.tell(f"DELETE {path}/{{id}}", team, made, api=own)
    incident = story.world.account.incidents.order_by("id")[0].public_id
    path = "/integration-slack/incidents/{id}"
    asked = {"name": "war-room", "slack_team_id": team, "privacy": "private"}
    story.tell(f"POST {path}/dedicated_channel", incident, body={"channel": asked})
    story.tell(f"GET {path}/dedicated_channel", incident)
    story.tell(f"GET {path}/notification_channels", incident)
