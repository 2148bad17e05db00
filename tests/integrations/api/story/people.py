"""Users and what belongs to them, teams, tags and abilities."""

from tests.integrations.api.story.teller import Teller, refer


def tell(story: Teller) -> None:
    """Make Carol, reach her, and put her into a team."""
    story.tell("GET /abilities")
    story.tell("GET /abilities/{id}", "teams")
    _users(story)
    _contact_methods(story)
    _rules(story)
    _handoff_rules(story)
    _status_update_rules(story)
    _teams(story)
    _tags(story)


def _users(story: Teller) -> None:
    carol = {
        "type": "user",
        "name": "Carol Adams",
        "email": "carol@acme.example",
        "role": "user",
        "time_zone": "Europe/Berlin",
        "job_title": "Engineer",
    }
    made = story.tell("POST /users", body={"user": carol})["user"]
    story.tell("PUT /users/{id}", made["id"], body={"user": {"job_title": "Lead"}})
    full = {"include[]": ["contact_methods", "notification_rules", "teams"]}
    story.tell("GET /users/{id}", made["id"], query=full)
    story.tell("GET /users", query={"query": "carol", "total": "true"})
    story.tell("GET /users/me", api=story.own)
    draft = {**carol, "email": "dora@acme.example"}
    gone = story.tell("POST /users", body={"user": draft})["user"]
    story.tell("DELETE /users/{id}", gone["id"])
    story.tell("GET /users/{id}/audit/records", made["id"])
    story.made["carol"] = made


def _contact_methods(story: Teller) -> None:
    carol = story.made["carol"]["id"]
    path = "/users/{id}/contact_methods"
    mobile = {
        "type": "sms_contact_method",
        "label": "Mobile",
        "country_code": 49,
        "address": "15123456789",
    }
    made = story.tell(f"POST {path}", carol, body={"contact_method": mobile})
    one = made["contact_method"]["id"]
    story.tell(f"GET {path}", carol)
    story.tell(f"GET {path}/{{id}}", carol, one)
    work = {"contact_method": {**mobile, "label": "Work"}}
    story.tell(f"PUT {path}/{{id}}", carol, one, body=work)
    home = {**mobile, "address": "15123456780", "label": "Home"}
    gone = story.tell(f"POST {path}", carol, body={"contact_method": home})
    story.tell(f"DELETE {path}/{{id}}", carol, gone["contact_method"]["id"])
    story.made["mobile"] = made["contact_method"]


def _rules(story: Teller) -> None:
    carol, mobile = story.made["carol"]["id"], story.made["mobile"]
    path = "/users/{id}/notification_rules"
    rule = {
        "type": "assignment_notification_rule",
        "start_delay_in_minutes": 5,
        "contact_method": {"id": mobile["id"], "type": mobile["type"]},
        "urgency": "high",
    }
    made = story.tell(f"POST {path}", carol, body={"notification_rule": rule})
    one = made["notification_rule"]["id"]
    story.tell(f"GET {path}", carol, query={"urgency": "all"})
    story.tell(f"GET {path}/{{id}}", carol, one)
    later = {"notification_rule": {**rule, "start_delay_in_minutes": 10}}
    story.tell(f"PUT {path}/{{id}}", carol, one, body=later)
    story.tell(f"DELETE {path}/{{id}}", carol, one)


def _handoff_rules(story: Teller) -> None:
    carol = story.made["carol"]
    path = "/users/{id}/oncall_handoff_notification_rules"
    mail = {**refer(carol["contact_methods"][0]), "type": "email_contact_method"}
    rule = {
        "handoff_type": "oncall",
        "notify_advance_in_minutes": 60,
        "contact_method": mail,
    }
    root = "oncall_handoff_notification_rule"
    made = story.tell(f"POST {path}", carol["id"], body={root: rule})
    one = made[root]["id"]
    story.tell(f"GET {path}", carol["id"])
    story.tell(f"GET {path}/{{id}}", carol["id"], one)
    earlier = {root: {**rule, "notify_advance_in_minutes": 120}}
    story.tell(f"PUT {path}/{{id}}", carol["id"], one, body=earlier)
    story.tell(f"DELETE {path}/{{id}}", carol["id"], one)


def _status_update_rules(story: Teller) -> None:
    carol, mobile = story.made["carol"]["id"], story.made["mobile"]
    path = "/users/{id}/status_update_notification_rules"
    root = "status_update_notification_rule"
    method = {"id": mobile["id"], "type": mobile["type"]}
    sent = {root: {"type": root, "contact_method": method}}
    one = story.tell(f"POST {path}", carol, body=sent)[root]["id"]
    story.tell(f"GET {path}", carol)
    story.tell(f"GET {path}/{{id}}", carol, one)
    story.tell(f"PUT {path}/{{id}}", carol, one, body=sent)
    story.tell(f"DELETE {path}/{{id}}", carol, one)


def _teams(story: Teller) -> None:
    carol = story.made["carol"]["id"]
    shop = {"type": "team", "name": "Shop", "description": "Sells things"}
    team = story.tell("POST /teams", body={"team": shop})["team"]
    story.tell("GET /teams", query={"query": "sho"})
    story.tell("GET /teams/{id}", team["id"])
    story.tell("PUT /teams/{id}", team["id"], body={"team": {"name": "Web shop"}})
    place = "/teams/{id}/users/{id}"
    story.tell(f"PUT {place}", team["id"], carol, body={"role": "responder"})
    story.tell("GET /teams/{id}/members", team["id"])
    story.tell(f"DELETE {place}", team["id"], carol)
    story.tell(f"PUT {place}", team["id"], carol, body={"role": "manager"})
    story.tell("GET /teams/{id}/audit/records", team["id"])
    draft = story.tell("POST /teams", body={"team": {"name": "Draft"}})["team"]
    story.tell("DELETE /teams/{id}", draft["id"])
    story.made["team"] = team


def _tags(story: Teller) -> None:
    sent = {"tag": {"type": "tag", "label": "Payments"}}
    tag = story.tell("POST /tags", body=sent)["tag"]
    story.tell("GET /tags", query={"query": "pay"})
    story.tell("GET /tags/{id}", tag["id"])
    subjects = {
        "users": story.made["carol"]["id"],
        "teams": story.made["team"]["id"],
        "escalation_policies": story.world.policy.public_id,
    }
    for kind, one in subjects.items():
        add = {"add": [{"type": "tag_reference", "id": tag["id"]}]}
        story.tell(f"POST /{kind}/{{id}}/change_tags", one, body=add)
        story.tell(f"GET /{kind}/{{id}}/tags", one)
        story.tell(f"GET /tags/{{id}}/{kind}", tag["id"])
    story.tell("DELETE /tags/{id}", tag["id"])
