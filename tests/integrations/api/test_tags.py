"""Tags over the API: made, put on people, teams and policies, and taken off."""

import pytest

from tests import factories
from tests.integrations.api.conftest import errors, key


@pytest.fixture
def tag(api):
    return api.post("/tags", {"tag": {"type": "tag", "label": "Payments"}}).json()


def subjects(acme):
    team = acme.account.teams.create(name="Payments")
    return {
        "users": acme.bob.membership.public_id,
        "teams": team.public_id,
        "escalation_policies": acme.policy.public_id,
    }


def test_a_tag_is_made_shown_and_found_by_its_label(api, tag):
    made = tag["tag"]

    assert made["label"] == made["summary"] == "Payments"
    assert made["html_url"] is None
    assert api.get(f"/tags/{made['id']}").json() == tag
    found = api.get("/tags", query="pay", total="True").json()
    assert [each["id"] for each in found["tags"]] == [made["id"]]
    assert (found["total"], found["more"]) == (1, False)
    assert api.get("/tags", query="nothing").json()["tags"] == []


@pytest.mark.parametrize("label", ["", "   ", "x" * 192])
def test_a_label_has_to_be_one(api, label):
    answer = api.post("/tags", {"tag": {"type": "tag", "label": label}})

    assert answer.status_code == 400
    assert errors(answer)


def test_a_label_is_taken_once(api, tag):
    answer = api.post("/tags", {"tag": {"type": "tag", "label": "Payments"}})

    assert answer.status_code == 400
    assert errors(answer) == ["Label has already been taken"]


def test_two_accounts_may_have_the_same_label(tag, stranger):
    answer = stranger.post("/tags", {"tag": {"type": "tag", "label": "Payments"}})

    assert answer.status_code == 201
    own = answer.json()["tag"]["id"]
    assert [t["id"] for t in stranger.get("/tags").json()["tags"]] == [own]


@pytest.mark.parametrize("kind", ["users", "teams", "escalation_policies"])
def test_tags_are_put_on_and_taken_off(api, acme, tag, kind):
    where, own = f"/{kind}/{subjects(acme)[kind]}", tag["tag"]["id"]

    put = api.post(
        f"{where}/change_tags",
        {
            "add": [
                {"type": "tag_reference", "id": own},
                {"type": "tag", "label": "New"},
                {"type": "tag", "label": "Payments"},
            ]
        },
    )

    assert (put.status_code, put.json()) == (200, {})
    labels = [each["label"] for each in api.get(f"{where}/tags").json()["tags"]]
    assert labels == ["New", "Payments"]
    assert [each["id"] for each in api.get(f"/tags/{own}/{kind}").json()[kind]] == [
        subjects_id(where)
    ]
    off = {"remove": [{"type": "tag_reference", "id": own}]}
    assert api.post(f"{where}/change_tags", off).status_code == 200
    labels = [each["label"] for each in api.get(f"{where}/tags").json()["tags"]]
    assert labels == ["New"]


def subjects_id(where: str) -> str:
    return where.rsplit("/", 1)[1]


def test_taking_off_what_is_not_on_changes_nothing(api, acme, tag):
    where = f"/users/{acme.bob.membership.public_id}"
    off = {"remove": [{"type": "tag_reference", "id": tag["tag"]["id"]}]}

    assert api.post(f"{where}/change_tags", off).status_code == 200
    assert not acme.account.audit_entries.filter(action="changed tags").exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"add": []},
        {"add": ["Payments"]},
        {"add": [{"type": "tag_reference", "id": "PNOTHING"}]},
        {"remove": [{"type": "tag_reference", "id": "PNOTHING"}]},
        {"add": [{"type": "user_reference", "id": "PNOTHING"}]},
        {"add": {"type": "tag"}},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api, acme, tag, body):
    where = f"/users/{acme.bob.membership.public_id}"

    answer = api.post(f"{where}/change_tags", body)

    assert answer.status_code == 400
    assert api.get(f"{where}/tags").json()["tags"] == []


def test_a_tag_of_another_account_cannot_be_put_on(acme, tag, stranger, globex):
    where = f"/users/{globex.mallory.membership.public_id}"
    theirs = {"add": [{"type": "tag_reference", "id": tag["tag"]["id"]}]}

    assert stranger.post(f"{where}/change_tags", theirs).status_code == 400


def test_nothing_has_more_than_a_hundred_tags(api, acme):
    where = f"/users/{acme.bob.membership.public_id}/change_tags"
    many = [{"type": "tag", "label": f"Tag {n}"} for n in range(100)]
    assert api.post(where, {"add": many}).status_code == 200

    answer = api.post(where, {"add": [{"type": "tag", "label": "One more"}]})

    assert answer.status_code == 400
    assert errors(answer) == ["Nothing has more than 100 tags."]
    assert acme.account.tags.count() == 100


def test_deleting_a_tag_takes_it_off_everything(api, acme, tag):
    where = f"/users/{acme.bob.membership.public_id}"
    api.post(f"{where}/change_tags", {"add": [{"type": "tag", "label": "Payments"}]})

    assert api.delete(f"/tags/{tag['tag']['id']}").status_code == 204
    assert api.get(f"{where}/tags").json()["tags"] == []
    assert api.get(f"/tags/{tag['tag']['id']}").status_code == 404


def test_who_only_responds_tags_themselves_alone(acme, api, tag):
    bob = key(acme.account, acme.bob.membership)
    body = {"add": [{"type": "tag", "label": "Payments"}]}

    mine = bob.post(f"/users/{acme.bob.membership.public_id}/change_tags", body)
    other = bob.post(f"/users/{acme.alice.membership.public_id}/change_tags", body)
    policy = bob.post(f"/escalation_policies/{acme.policy.public_id}/change_tags", body)

    assert mine.status_code == 200
    assert other.status_code == policy.status_code == 403
    assert bob.delete(f"/tags/{tag['tag']['id']}").status_code == 403
    assert bob.post("/tags", {"tag": {"label": "Mine"}}).status_code == 403


def test_who_manages_the_policys_team_tags_it(acme):
    team = acme.account.teams.create(name="Payments")
    acme.policy.team = team
    acme.policy.save()
    rita = factories.person(acme.account, "Rita")
    team.places.create(account=acme.account, membership=rita.membership, part="manager")
    caller = key(acme.account, rita.membership)
    body = {"add": [{"type": "tag", "label": "Payments"}]}

    where = f"/escalation_policies/{acme.policy.public_id}/change_tags"
    assert caller.post(where, body).status_code == 200
