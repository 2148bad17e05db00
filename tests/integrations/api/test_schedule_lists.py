"""Lists of schedules, previews, and the people of a period."""

from tests import factories
from tests.factories import NOON
from tests.integrations.api import rotas
from tests.integrations.api.rotas import SPRING, final, path, primary_body, schedule


def test_a_list_is_searched_and_shows_parts_when_asked(api, primary, ids):
    api.post("/schedules", schedule("Asia/Tokyo", name="Secondary"))

    found = api.get("/schedules", query="prim", total="true").json()
    both = api.get(
        "/schedules",
        **SPRING,
        **{"include[]": ["schedule_layers", "final_schedule"]},
    ).json()["schedules"]

    assert [one["name"] for one in found["schedules"]] == ["Primary"]
    assert (found["total"], found["more"]) == (1, False)
    assert "schedule_layers" not in found["schedules"][0]
    assert [one["name"] for one in both] == ["Primary", "Secondary"]
    assert "overrides_subschedule" not in both[0]
    assert rotas.entries(both[0]["final_schedule"]) == final(api, primary)
    assert api.get("/schedules", **{"include[]": ["users"]}).status_code == 400


def test_a_list_has_pages_and_teams(api, acme):
    team = acme.account.teams.create(name="Payments")
    for name in "ABC":
        api.post("/schedules", {"schedule": {"name": name, "time_zone": "UTC"}})
    acme.account.schedules.filter(name="B").update(team=team)

    page = api.get("/schedules", limit=2, offset=1).json()
    beyond = api.get("/schedules", offset=50).json()
    of_team = api.get("/schedules", **{"team_ids[]": [team.public_id]}).json()

    assert [one["name"] for one in page["schedules"]] == ["B", "C"]
    assert (beyond["schedules"], beyond["more"]) == ([], False)
    assert [one["name"] for one in of_team["schedules"]] == ["B"]


def test_a_longer_list_takes_no_more_queries(api, acme, django_assert_max_num_queries):
    for number in range(12):
        made = factories.schedule(
            acme.account, acme.alice.membership, name=f"Schedule {number}"
        )
        factories.policy(acme.account, [made], name=f"Policy {number}")

    with django_assert_max_num_queries(30):
        answer = api.get("/schedules", **SPRING, **{"include[]": ["final_schedule"]})

    assert len(answer.json()["schedules"]) == 12


def test_a_users_next_shift_comes_along(api, primary, ids, time_machine):
    time_machine.move_to(NOON, tick=False)

    shown = api.get(path(primary), include_next_oncall_for_user=ids["alice"]).json()
    listed = api.get("/schedules", include_next_oncall_for_user=ids["alice"]).json()
    nobody = api.get(path(primary), include_next_oncall_for_user="PNOBODY")

    found = shown["schedule"]["next_oncall_for_user"]
    assert found["start"] == "2027-03-11T09:00:00+01:00"
    assert [user["id"] for user in found["user"]] == [ids["alice"]]
    assert listed["schedules"][0]["next_oncall_for_user"] == found
    assert nobody.status_code == 400
    assert nobody.json()["error"]["code"] == 2013


def test_a_preview_is_no_schedule(api, acme, ids):
    answer = api.post("/schedules/preview", primary_body(ids))

    shown = answer.json()["schedule"]
    assert answer.status_code == 200
    assert (shown["self"], shown["escalation_policies"]) == (None, [])
    assert api.get(f"/schedules/{shown['id']}").status_code == 404
    assert not acme.account.audit_entries.filter(action="created schedule").exists()


def test_the_users_of_a_period_are_there_once(api, primary, time_machine):
    time_machine.move_to(NOON, tick=False)

    both = api.get(f"{path(primary)}/users", since="2027-03-10", until="2027-04-10")
    now = api.get(f"{path(primary)}/users")

    assert [user["name"] for user in both.json()["users"]] == ["Alice", "Bob"]
    assert both.json()["users"][0]["email"] == "alice@acme.example"
    assert [user["name"] for user in now.json()["users"]] == ["Bob"]
