"""Teams, their members and their policies, through the API."""

import pytest

from tests import factories
from tests.integrations.api.conftest import errors, key


@pytest.fixture
def team(acme):
    return acme.account.teams.create(name="Payments")


def members(api, team, **query) -> list[tuple[str, str]]:
    found = api.get(f"/teams/{team.public_id}/members", **query).json()["members"]
    return [(each["user"]["summary"], each["role"]) for each in found]


def place(team, person) -> str:
    return f"/teams/{team.public_id}/users/{person.membership.public_id}"


def test_a_team_is_made_changed_and_deleted(api, acme):
    sent = {"type": "team", "name": "Search", "description": "They find things"}

    made = api.post("/teams", {"team": sent})

    assert made.status_code == 201
    team = made.json()["team"]
    assert (team["name"], team["description"]) == ("Search", "They find things")
    path = f"/teams/{team['id']}"
    changed = api.put(path, {"team": {**team, "name": "Find"}})
    assert changed.json()["team"] == {**team, "name": "Find", "summary": "Find"}
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    done = [entry.action for entry in acme.account.audit_entries.all()[:3]]
    assert done == ["deleted team", "changed team", "created team"]


def test_a_change_keeps_the_members(api, acme, team):
    team.places.create(account=acme.account, membership=acme.bob.membership)

    api.put(f"/teams/{team.public_id}", {"team": {"name": "Money"}})

    assert members(api, team) == [("Bob", "observer")]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": ""}, "Name"),
        ({"name": "Payments"}, "already a team"),
        ({"name": "Secret", "default_role": "none"}, "Teams are public"),
        ({"name": "Inner", "parent": {"id": "PTEAM01"}}, "no parent"),
        ({"description": "Nameless"}, "Name is required."),
    ],
)
def test_an_unfit_team_is_refused(api, acme, team, sent, words):
    answer = api.post("/teams", {"team": sent})

    assert answer.status_code == 400
    assert words in errors(answer)[0]
    assert acme.account.teams.count() == 1


def test_a_user_joins_changes_their_part_and_leaves(api, acme, team):
    path = place(team, acme.bob)

    assert api.put(path, "").status_code == 204
    assert members(api, team) == [("Bob", "responder")]
    assert api.put(path, {"role": "observer"}).status_code == 204
    # To say nothing of the part leaves it alone.
    assert api.put(path, {}).status_code == 204
    assert members(api, team) == [("Bob", "observer")]
    assert api.delete(path).status_code == 204
    assert members(api, team) == []
    assert api.delete(path).status_code == 204
    done = [entry.action for entry in acme.account.audit_entries.all()]
    assert done.count("added to team") == 2
    assert done.count("removed from team") == 1


@pytest.mark.parametrize("role", ["read_only_user", "owner", 7])
def test_an_unknown_part_is_refused(api, acme, team, role):
    answer = api.put(place(team, acme.bob), {"role": role})

    assert answer.status_code == 400
    assert errors(answer)[0].startswith("Role")
    assert not team.places.exists()


def test_members_may_be_full_and_take_few_queries(
    api, acme, team, django_assert_max_num_queries, django_assert_num_queries
):
    path = f"/teams/{team.public_id}/members"
    wanted = {"include[]": "users"}
    team.places.create(account=acme.account, membership=acme.bob.membership)
    api.get(path, **wanted)
    with django_assert_max_num_queries(30) as few:
        (only,) = api.get(path, **wanted).json()["members"]
    assert only["user"]["email"] == "bob@acme.example"
    for name in ("Carol", "Dan", "Erin"):
        person = factories.person(acme.account, name)
        team.places.create(account=acme.account, membership=person.membership)

    with django_assert_num_queries(len(few)):
        assert len(api.get(path, **wanted).json()["members"]) == 4
    assert api.get(path, **{"include[]": "teams"}).status_code == 400


def test_who_has_left_is_no_member(api, acme, team):
    team.places.create(account=acme.account, membership=acme.bob.membership)
    acme.bob.membership.deactivated_at = factories.NOON
    acme.bob.membership.save()

    assert members(api, team) == []
    assert api.put(place(team, acme.bob)).status_code == 404


def test_a_policy_is_given_to_a_team_and_taken_away(api, acme, team):
    path = f"/teams/{team.public_id}/escalation_policies/{acme.policy.public_id}"
    other = acme.account.teams.create(name="Search")
    elsewhere = f"/teams/{other.public_id}/escalation_policies/{acme.policy.public_id}"

    def owners() -> list[str]:
        answer = api.get(f"/escalation_policies/{acme.policy.public_id}")
        return [t["summary"] for t in answer.json()["escalation_policy"]["teams"]]

    assert api.put(path).status_code == 204
    assert owners() == ["Payments"]
    assert api.delete(elsewhere).status_code == 204
    assert owners() == ["Payments"]
    assert api.delete(path).status_code == 204
    assert owners() == []


def test_a_team_takes_nobody_and_nothing_of_another_account(api, acme, globex, team):
    policy = globex.policy.public_id

    assert api.put(place(team, globex.mallory)).status_code == 404
    path = f"/teams/{team.public_id}/escalation_policies/{policy}"
    assert api.put(path).status_code == 404


def test_a_responder_changes_no_team(acme, team):
    mine = key(acme.account, acme.bob.membership)
    path = f"/teams/{team.public_id}"
    policy = f"{path}/escalation_policies/{acme.policy.public_id}"

    assert mine.get(path).status_code == 200
    assert mine.post("/teams", {"team": {"name": "x"}}).status_code == 403
    assert mine.put(path, {"team": {"name": "x"}}).status_code == 403
    assert mine.delete(path).status_code == 403
    assert mine.put(place(team, acme.bob), {}).status_code == 403
    assert mine.delete(place(team, acme.bob)).status_code == 403
    assert mine.put(policy).status_code == 403
    assert mine.delete(policy).status_code == 403


def test_a_policy_shows_its_services_in_full(api, acme):
    path = "/escalation_policies"
    wanted = {"include[]": "services"}

    (policy,) = api.get(path, **wanted).json()["escalation_policies"]

    (service,) = policy["services"]
    assert service["type"] == "service"
    assert service["status"] == "active"
    alone = api.get(f"{path}/{policy['id']}", **wanted).json()["escalation_policy"]
    assert alone == policy


def test_whom_a_policy_of_the_team_pages_cannot_leave_it(api, acme, team):
    team.places.create(account=acme.account, membership=acme.bob.membership)
    acme.policy.team = team
    acme.policy.save()

    refused = api.delete(place(team, acme.bob))

    assert refused.status_code == 400
    assert errors(refused) == [
        "User cannot be removed as they belong to an escalation policy on this team"
    ]
    assert team.places.exists()
    acme.policy.team = None
    acme.policy.save()
    assert api.delete(place(team, acme.bob)).status_code == 204


@pytest.mark.parametrize("kind", ["service", "policy", "schedule"])
def test_a_team_that_owns_something_cannot_be_deleted(api, acme, team, kind):
    schedule = factories.schedule(acme.account, acme.bob.membership)
    rows = {"service": acme.service, "policy": acme.policy, "schedule": schedule}
    rows[kind].team = team
    rows[kind].save()

    refused = api.delete(f"/teams/{team.public_id}")

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 6006)
    assert "still owns" in errors(refused)[0]
    rows[kind].team = None
    rows[kind].save()
    assert api.delete(f"/teams/{team.public_id}").status_code == 204
