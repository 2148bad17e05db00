"""Schedules with overrides, escalation policies, and who is on call."""

from tests.integrations.api.story.teller import Teller, refer

DAY = {"since": "2027-03-02T00:00:00+01:00", "until": "2027-03-03T00:00:00+01:00"}


def tell(story: Teller) -> None:
    """Make a schedule of Carol's, and a policy that asks it."""
    _schedules(story)
    _overrides(story)
    _policies(story)
    query = {"user_ids[]": [story.made["carol"]["id"]], "include[]": ["users"]}
    story.tell("GET /oncalls", query=query)
    story.tell("GET /oncalls", query={"schedule_ids[]": [story.made["schedule"]["id"]]})


def _schedules(story: Teller) -> None:
    weekly = {
        "name": "Weekly",
        "start": "2027-03-01T09:00:00+01:00",
        "rotation_virtual_start": "2027-03-01T09:00:00+01:00",
        "rotation_turn_length_seconds": 604800,
        "users": [{"user": refer(story.made["carol"])}],
        "restrictions": [
            {
                "type": "daily_restriction",
                "start_time_of_day": "09:00:00",
                "duration_seconds": 32400,
            }
        ],
    }
    sent = {
        "type": "schedule",
        "name": "Primary",
        "time_zone": "Europe/Berlin",
        "schedule_layers": [weekly],
    }
    made = story.tell("POST /schedules", body={"schedule": sent})["schedule"]
    story.tell("POST /schedules/preview", body={"schedule": sent})
    story.tell("GET /schedules", query={"query": "prim"})
    story.tell("GET /schedules/{id}", made["id"], query=DAY)
    story.tell("GET /schedules/{id}/users", made["id"], query=DAY)
    second = {"schedule": {**sent, "description": "By week"}}
    story.tell("PUT /schedules/{id}", made["id"], body=second)
    draft = {"schedule": {**sent, "name": "Draft"}}
    gone = story.tell("POST /schedules", body=draft)["schedule"]
    story.tell("DELETE /schedules/{id}", gone["id"])
    story.tell("GET /schedules/{id}/audit/records", made["id"])
    story.made["schedule"] = made


def _overrides(story: Teller) -> None:
    one, path = story.made["schedule"]["id"], "/schedules/{id}/overrides"
    evening = {
        "start": "2027-03-02T18:00:00+01:00",
        "end": "2027-03-02T19:30:00+01:00",
        "user": refer(story.made["carol"]),
    }
    (made,) = story.tell(f"POST {path}", one, body={"overrides": [evening]})
    story.tell(f"GET {path}", one, query=DAY)
    story.tell(f"DELETE {path}/{{id}}", one, made["override"]["id"])


def _policies(story: Teller) -> None:
    path = "/escalation_policies"
    targets = [refer(story.made["schedule"]), refer(story.made["carol"])]
    sent = {
        "type": "escalation_policy",
        "name": "Checkout on-call",
        "escalation_rules": [
            {"escalation_delay_in_minutes": 15, "targets": [target]}
            for target in targets
        ],
        "num_loops": 2,
    }
    made = story.tell(f"POST {path}", body={"escalation_policy": sent})
    one = made["escalation_policy"]["id"]
    story.tell(f"GET {path}", query={"query": "check", "sort_by": "name"})
    full = {"include[]": ["services", "teams", "targets"]}
    story.tell(f"GET {path}/{{id}}", one, query=full)
    fewer = {"escalation_policy": {"num_loops": 1}}
    story.tell(f"PUT {path}/{{id}}", one, body=fewer)
    draft = {"escalation_policy": {**sent, "name": "Draft"}}
    gone = story.tell(f"POST {path}", body=draft)["escalation_policy"]
    story.tell(f"DELETE {path}/{{id}}", gone["id"])
    story.tell(f"GET {path}/{{id}}/audit/records", one)
    team = story.made["team"]["id"]
    place = "/teams/{id}/escalation_policies/{id}"
    story.tell(f"PUT {place}", team, one)
    story.tell(f"DELETE {place}", team, one)
    story.made["policy"] = made["escalation_policy"]
