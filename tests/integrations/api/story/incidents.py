"""Incidents from their opening to their end, and what people do around them."""

from datetime import timedelta

from django.utils import timezone

from tests.integrations.api.story.teller import Row, Teller, refer


def tell(story: Teller) -> None:
    """Open, talk, ask for help, rest, merge and resolve."""
    _open(story)
    _talk(story)
    _ask(story)
    _update(story)
    _subscribe(story)
    _context(story)
    _log(story)
    _alerts(story)
    _end(story)


def _open(story: Teller) -> None:
    path = "/incidents"
    sent = {
        "type": "incident",
        "title": "Search is slow",
        "service": refer(story.made["service"]),
        "urgency": "high",
        "body": {"type": "incident_body", "details": "p99 4 s"},
    }
    for name in ("slow", "down", "odd"):
        body = {"incident": {**sent, "title": f"Search is {name}"}}
        story.made[name] = story.tell(f"POST {path}", body=body)["incident"]
    one = story.made["slow"]["id"]
    query = {"statuses[]": ["triggered"], "sort_by": "created_at:desc"}
    story.tell(f"GET {path}", query=query)
    story.tell(f"GET {path}/{{id}}", one, query={"include[]": ["services"]})
    taken = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    story.tell(f"PUT {path}/{{id}}", one, body=taken)
    story.tell(f"POST {path}/{{id}}/snooze", one, body={"duration": 3600})


def _talk(story: Teller) -> None:
    one, path = story.made["slow"]["id"], "/incidents/{id}/notes"
    note = story.tell(f"POST {path}", one, body={"note": {"content": "Disk replaced"}})
    story.tell(f"GET {path}", one)
    told = {"note": {"content": "Both disks replaced"}}
    story.tell(f"PUT {path}/{{id}}", one, note["note"]["id"], body=told)
    story.tell(f"DELETE {path}/{{id}}", one, note["note"]["id"])


def _ask(story: Teller) -> None:
    one, path = story.made["slow"]["id"], "/incidents/{id}/responder_requests"
    target = refer(story.made["carol"])
    sent: Row = {
        "requester_id": story.world.alice.membership.public_id,
        "message": "Please join",
        "responder_request_targets": [{"responder_request_target": target}],
    }
    story.tell(f"POST {path}", one, body=sent)
    sent = {**sent, "responder_request_targets": [target]}
    story.tell(f"PUT {path}/cancel", one, body=sent)


def _update(story: Teller) -> None:
    one, path = story.made["slow"]["id"], "/incidents/{id}/status_updates"
    carol = {"subscriber_id": story.made["carol"]["id"], "subscriber_type": "user"}
    who = {"subscribers": [carol]}
    story.tell(f"POST {path}/subscribers", one, body=who)
    story.tell(f"GET {path}/subscribers", one)
    story.tell(f"POST {path}", one, body={"message": "We are on it"})
    story.tell(f"POST {path}/unsubscribe", one, body=who)


def _subscribe(story: Teller) -> None:
    what = {"subscribable_id": story.made["slow"]["id"]}
    body = {"subscribables": [{**what, "subscribable_type": "incident"}]}
    for kind, who in (("users", "carol"), ("teams", "team")):
        one, path = story.made[who]["id"], f"/{kind}/{{id}}/notification_subscriptions"
        story.tell(f"POST {path}", one, body=body)
        story.tell(f"GET {path}", one)
        story.tell(f"POST {path}/unsubscribe", one, body=body)


def _context(story: Teller) -> None:
    one, service = story.made["slow"]["id"], story.world.service.public_id
    for what in ("past_incidents", "related_incidents", "related_change_events"):
        story.tell(f"GET /incidents/{{id}}/{what}", one)
    found = story.tell("GET /change_events")["change_events"]
    story.tell("GET /change_events/{id}", found[0]["id"])
    told = {"change_event": {"summary": "Deployed 1.2 to all"}}
    story.tell("PUT /change_events/{id}", found[0]["id"], body=told)
    story.tell("GET /services/{id}/change_events", service)


def _log(story: Teller) -> None:
    entries = story.tell("GET /incidents/{id}/log_entries", story.made["slow"]["id"])
    story.tell("GET /log_entries", query={"time_zone": "UTC"})
    first = entries["log_entries"][0]["id"]
    story.tell("GET /log_entries/{id}", first, query={"include[]": ["channels"]})
    by_hand = story.world.account.incidents.get(title="Checkout is down")
    entry = by_hand.timeline.get(verb="trigger").public_id
    told = {"channel": {"type": "web_trigger", "details": "Nobody can pay"}}
    story.tell("PUT /log_entries/{id}/channel", entry, body=told)
    story.tell("GET /users/{id}/log_entries", story.world.alice.membership.public_id)
    now, week = timezone.now(), timedelta(days=7)
    period = {"since": now - week, "until": now + week}
    query = {name: at.isoformat() for name, at in period.items()}
    story.tell("GET /notifications", query=query)
    story.tell("GET /audit/records", query={"limit": "2"})


def _alerts(story: Teller) -> None:
    path = "/incidents/{id}/alerts"
    incident = story.world.account.incidents.get(alerts__dedup_key="disk-1").public_id
    first, second = story.tell(f"GET {path}", incident)["alerts"]
    story.tell(f"GET {path}/{{id}}", incident, first["id"])
    ended = {"id": first["id"], "type": "alert", "status": "resolved"}
    story.tell(f"PUT {path}", incident, body={"alerts": [ended]})
    other = {"alert": {**ended, "id": second["id"]}}
    story.tell(f"PUT {path}/{{id}}", incident, second["id"], body=other)


def _end(story: Teller) -> None:
    source = {"source_incidents": [refer(story.made["down"])]}
    story.tell("PUT /incidents/{id}/merge", story.made["slow"]["id"], body=source)
    ended = {**refer(story.made["odd"]), "status": "resolved", "resolution": "Rebooted"}
    story.tell("PUT /incidents", body={"incidents": [ended]})
