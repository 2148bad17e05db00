"""Escalation policies, through the API."""

import pytest

from tests import factories
from tests.integrations.api.conftest import errors, key


def user(person) -> dict[str, str]:
    return {"id": person.membership.public_id, "type": "user_reference"}


def body(name: str, *levels: list[dict[str, str]], **more) -> dict:
    rules = [
        {"escalation_delay_in_minutes": 15, "targets": targets} for targets in levels
    ]
    policy = {"type": "escalation_policy", "name": name, "escalation_rules": rules}
    return {"escalation_policy": {**policy, **more}}


def names(answer) -> list[str]:
    return [policy["name"] for policy in answer.json()["escalation_policies"]]


def test_a_policy_is_made_with_people_and_schedules(api, acme):
    schedule = factories.schedule(acme.account, acme.bob.membership)
    team = acme.account.teams.create(name="Payments")
    first = [user(acme.alice), {"id": schedule.public_id, "type": "schedule"}]

    made = api.post(
        "/escalation_policies",
        body(
            "Checkout",
            first,
            [user(acme.bob)],
            num_loops=2,
            teams=[{"id": team.public_id, "type": "team_reference"}],
            description=None,
        ),
    )

    assert made.status_code == 201
    policy = made.json()["escalation_policy"]
    assert (policy["name"], policy["num_loops"]) == ("Checkout", 2)
    assert policy["teams"][0]["summary"] == "Payments"
    rules = policy["escalation_rules"]
    assert [t["type"] for t in rules[0]["targets"]] == [
        "user_reference",
        "schedule_reference",
    ]
    assert rules[1]["escalation_rule_assignment_strategy"] == {
        "type": "assign_to_everyone"
    }
    shown = api.get(f"/escalation_policies/{policy['id']}").json()
    assert shown["escalation_policy"] == policy


def test_policies_are_found_by_name_person_and_team(api, acme):
    team = acme.account.teams.create(name="Payments")
    other = factories.policy(acme.account, [acme.bob.membership], name="Nights")
    acme.account.escalation_policies.filter(pk=other.pk).update(team=team)
    alice, path = acme.alice.membership.public_id, "/escalation_policies"

    assert names(api.get(path)) == ["Default", "Nights"]
    assert names(api.get(path, sort_by="name:desc")) == ["Nights", "Default"]
    assert names(api.get(path, query="nig")) == ["Nights"]
    assert names(api.get(path, **{"user_ids[]": [alice]})) == ["Default"]
    assert names(api.get(path, **{"team_ids[]": [team.public_id]})) == ["Nights"]
    assert api.get(path, sort_by="color").status_code == 400


def test_targets_are_full_when_asked_for(api, acme):
    schedule = factories.schedule(acme.account, acme.bob.membership)
    acme.account.escalation_targets.create(
        rule=acme.policy.rules.first(), schedule=schedule, position=1
    )
    path = f"/escalation_policies/{acme.policy.public_id}"

    [first, _second] = api.get(path, **{"include[]": ["targets", "teams"]}).json()[
        "escalation_policy"
    ]["escalation_rules"]

    assert first["targets"][0]["email"] == acme.alice.user.email
    assert first["targets"][1]["time_zone"] == "UTC"
    assert first["targets"][1]["users"][0]["summary"] == "Bob"
    assert api.get(path, **{"include[]": "secrets"}).status_code == 400


def test_the_number_of_queries_does_not_grow(api, acme, django_assert_max_num_queries):
    people = [acme.alice.membership, acme.bob.membership]
    for number in range(12):
        factories.policy(acme.account, people, people, name=f"Policy {number}")

    with django_assert_max_num_queries(25):
        found = api.get("/escalation_policies")
    assert len(found.json()["escalation_policies"]) == 13


def test_a_change_is_partial_and_keeps_the_rules_that_it_names(api, acme):
    path = f"/escalation_policies/{acme.policy.public_id}"
    before = api.get(path).json()["escalation_policy"]

    renamed = api.put(path, {"escalation_policy": {"name": "Days"}})
    assert renamed.json()["escalation_policy"] == {
        **before,
        "name": "Days",
        "summary": "Days",
    }

    swapped = {"escalation_rules": list(reversed(before["escalation_rules"]))}
    after = api.put(path, {"escalation_policy": swapped}).json()["escalation_policy"]
    assert [r["id"] for r in after["escalation_rules"]] == [
        r["id"] for r in reversed(before["escalation_rules"])
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Default"}, "Name has already been taken"),
        ({"name": ""}, "Name may not be blank."),
        ({"escalation_rules": []}, "A policy needs at least one level."),
        ({"num_loops": 10}, "Num loops"),
    ],
)
def test_an_unfit_policy_is_refused_in_sentences(api, acme, change, words):
    sent = body("Nights", [user(acme.bob)])
    sent["escalation_policy"].update(change)

    answer = api.post("/escalation_policies", sent)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 2001
    assert words in errors(answer)[0]
    assert acme.account.escalation_policies.count() == 1


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"escalation_delay_in_minutes": 0}, "Escalation delay in minutes"),
        ({"targets": []}, "Level 1: Choose somebody"),
        ({"targets": "all"}, "Targets"),
        ({"targets": ["PXXXXXX"]}, "reference with an id"),
        ({"targets": [{"id": "PXXXXXX", "type": "user"}]}, "There is no user PXXXXXX."),
        ({"targets": [{"id": "PXXXXXX", "type": "team"}]}, "cannot be team"),
        (
            {"escalation_rule_assignment_strategy": {"type": "by_lot"}},
            "round_robin, not by_lot",
        ),
    ],
)
def test_an_unfit_level_is_refused_in_sentences(api, acme, rule, words):
    sent = body("Nights", [user(acme.bob)])
    sent["escalation_policy"]["escalation_rules"][0].update(rule)

    answer = api.post("/escalation_policies", sent)

    assert answer.status_code == 400
    assert words in errors(answer)[0]


def test_a_level_may_page_its_targets_in_turns(api, acme):
    sent = body("Nights", [user(acme.bob), user(acme.alice)])
    ring = {"type": "round_robin"}
    rule = sent["escalation_policy"]["escalation_rules"][0]
    rule["escalation_rule_assignment_strategy"] = ring

    made = api.post("/escalation_policies", sent).json()["escalation_policy"]
    path = f"/escalation_policies/{made['id']}"
    kept = api.put(path, {"escalation_policy": {"name": "Late"}}).json()

    for policy in (made, kept["escalation_policy"]):
        (shown,) = policy["escalation_rules"]
        assert shown["escalation_rule_assignment_strategy"] == ring


def test_half_a_level_is_refused_in_a_partial_change(api, acme):
    path = f"/escalation_policies/{acme.policy.public_id}"
    half = {"escalation_rules": [{"escalation_delay_in_minutes": 5}]}

    answer = api.put(path, {"escalation_policy": half})

    assert errors(answer) == ["Targets is required."]
    assert acme.policy.rules.count() == 2


def test_a_level_takes_nobody_of_another_account(api, acme, globex):
    theirs = factories.schedule(globex.account, globex.mallory.membership)
    for target in (user(globex.mallory), {"id": theirs.public_id, "type": "schedule"}):
        answer = api.post("/escalation_policies", body("Nights", [target]))
        assert answer.status_code == 400
        assert errors(answer)[0].startswith("Targets: There is no")


def test_a_policy_that_a_service_uses_cannot_be_deleted(api, acme):
    path = f"/escalation_policies/{acme.policy.public_id}"

    refused = api.delete(path)
    assert refused.status_code == 400
    assert "Checkout" in errors(refused)[0]

    other = factories.policy(acme.account, [acme.bob.membership], name="Nights")
    assert api.delete(f"/escalation_policies/{other.public_id}").status_code == 204
    assert api.get(f"/escalation_policies/{other.public_id}").status_code == 404


def test_a_responder_changes_no_policy(acme):
    mine = key(acme.account, acme.bob.membership)
    path = f"/escalation_policies/{acme.policy.public_id}"

    assert mine.get(path).status_code == 200
    made = mine.post("/escalation_policies", body("Nights", [user(acme.bob)]))
    assert made.status_code == 403
    assert mine.put(path, {"escalation_policy": {"name": "x"}}).status_code == 403
    assert mine.delete(path).status_code == 403


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_another_accounts_policy_is_not_found(stranger, acme, method):
    path = f"/escalation_policies/{acme.policy.public_id}"
    sent = {"escalation_policy": {"name": "x"}} if method == "put" else {}

    assert stranger.call(method, path, sent).status_code == 404


def test_teams_are_listed_and_shown(api, acme, stranger):
    team = acme.account.teams.create(name="Payments")
    acme.account.teams.create(name="Search")

    found = api.get("/teams", query="pay").json()["teams"]

    assert [t["name"] for t in found] == ["Payments"]
    path = f"/teams/{team.public_id}"
    assert api.get(path).json()["team"] == found[0]
    assert stranger.get(path).status_code == 404
