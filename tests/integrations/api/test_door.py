"""Who gets in, and how every answer of the API looks whatever was asked."""

import pytest
from django.db.models.signals import post_save
from django.test import Client

from accounts.models import Team
from integrations import counting
from tests import factories
from tests.integrations.api import contract
from tests.integrations.api.conftest import errors, key


def test_the_published_schema_is_at_hand():
    if not contract.PUBLISHED.exists():
        pytest.skip("The contract's folder is not beside the project: shapes unchecked")
    assert contract._specification()["paths"]


@pytest.mark.parametrize("spelling", ["Token token={}", 'Token token="{}"'])
@pytest.mark.parametrize(
    "path", ["/api/abilities", "/api/abilities/", "/abilities", "/abilities/"]
)
def test_a_key_opens_every_spelling_of_an_address(api, spelling, path):
    header = spelling.format(api.secret)

    answer = Client().get(path, headers={"authorization": header})

    assert answer.status_code == 200
    assert "teams" in answer.json()["abilities"]
    assert not answer.cookies
    assert answer["x-request-id"]


@pytest.mark.parametrize(
    "header", ["", "Token token=", "Token token=" + "x" * 20, "Bearer " + "x" * 20]
)
def test_anything_else_is_401_in_json(acme, header):
    headers = {"authorization": header} if header else {}

    answer = Client().get("/api/users", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 2006
    assert answer["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    "path", ["/incidents?team_ids[]=a%00", "/schedules?query=%00b", "/tags?%00=c"]
)
def test_a_character_that_no_text_holds_is_refused(api, path):
    answer = api.get(path)

    assert answer.status_code == 400
    assert "NUL" in errors(answer)[0]
    assert api.get("/users/P%00").status_code == 404


def test_a_page_without_a_credential_stays_a_page(client, acme):
    assert client.get("/schedules/").status_code == 302
    assert client.get("/").status_code == 200


def test_the_events_door_ignores_a_credential(client, acme):
    answer = client.post(
        "/v2/enqueue",
        {},
        content_type="application/json",
        headers={"authorization": "Token token=none"},
    )

    assert answer.json()["status"] == "invalid event"


def test_an_unknown_address_is_404_in_json(api):
    answer = Client().get(
        "/nowhere", headers={"authorization": f"Token token={api.secret}"}
    )

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == 2100


def test_another_method_is_405_in_json(api):
    answer = api.call("delete", "/abilities", {})

    assert answer.status_code == 405
    assert answer["Allow"]
    assert errors(answer) == ['Method "DELETE" not allowed.']


def test_the_limit_is_told_and_kept(api, settings):
    settings.API_LIMITS = {"requests": 2}

    answers = [api.get("/abilities") for _ in range(3)]

    assert [a.status_code for a in answers] == [200, 200, 429]
    assert [a["ratelimit-remaining"] for a in answers] == ["1", "0", "0"]
    assert 0 < int(answers[2]["ratelimit-reset"]) <= 60


def test_what_costs_more_has_a_limit_of_its_own_and_the_nearest_is_told(api, settings):
    settings.API_LIMITS = {"requests": 8, "GET oncalls": 1}

    first, second = (api.get("/oncalls") for _ in range(2))
    other = api.get("/abilities")

    assert (first.status_code, first["ratelimit-limit"]) == (200, "1")
    assert first["ratelimit-remaining"] == "0"
    assert (second.status_code, second["ratelimit-limit"]) == (429, "1")
    assert (other.status_code, other["ratelimit-limit"]) == (200, "8")
    assert other["ratelimit-remaining"] == "5"


def test_incidents_are_created_at_most_so_often(settings):
    assert settings.API_LIMITS["POST incidents"] == 300
    assert settings.API_LIMITS["PUT incidents"] == 300


def test_without_redis_nobody_is_refused(api, settings):
    settings.REDIS_URL = "redis://localhost:1"
    counting.forget()

    assert api.get("/abilities").status_code == 200
    counting.forget()


def test_priorities_are_listed_by_pages(api):
    first = api.get("/priorities", limit=2, total="True")
    past = api.get("/priorities", offset=90)

    assert [p["name"] for p in first.json()["priorities"]] == ["P1", "P2"]
    assert first.json()["more"] is True
    assert first.json()["total"] == 5
    assert past.json()["priorities"] == []
    assert past.json()["more"] is False
    assert past.json()["total"] is None


@pytest.mark.parametrize("query", [{"limit": "x"}, {"offset": -1}, {"offset": 9999}])
def test_a_page_that_cannot_be_is_refused(api, query):
    answer = api.get("/priorities", **query)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 2001


def test_a_deactivated_members_key_is_dead(acme):
    mine = key(acme.account, acme.bob.membership)
    assert mine.get("/abilities").status_code == 200

    acme.account.memberships.filter(pk=acme.bob.membership.pk).update(
        deactivated_at="2027-01-01T00:00Z"
    )

    assert mine.get("/abilities").status_code == 401


def test_a_failure_of_ours_is_500_in_json_and_leaves_nothing(api, acme):
    def fail(**_event):
        raise RuntimeError("a secret that must not be told")

    # After the team was made, and before the answer.
    post_save.connect(fail, sender=Team)
    try:
        answer = api.post("/teams", {"team": {"name": "Half done"}})
    finally:
        post_save.disconnect(fail, sender=Team)

    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == 2000
    assert "secret" not in answer.content.decode()
    assert not acme.account.teams.exists()


@pytest.mark.parametrize(
    ("prefix", "thing"),
    [
        ("users", lambda w: w.bob.membership),
        ("teams", lambda w: w.account.teams.get()),
        ("schedules", lambda w: w.account.schedules.get()),
        ("escalation_policies", lambda w: w.policy),
        ("service-directory", lambda w: w.service),
    ],
)
def test_the_address_for_people_leads_them_to_a_page(
    client, acme, globex, prefix, thing
):
    for world in (acme, globex):
        world.account.teams.create(name="Payments")
        factories.schedule(world.account)
    client.force_login(acme.alice.user)

    answer = client.get(f"/{prefix}/{thing(acme).public_id}", follow=True)

    assert answer.status_code == 200
    assert str(thing(acme)) in answer.content.decode()
    theirs = factories.person(globex.account, "Bob") if prefix == "users" else None
    row = theirs.membership if theirs else thing(globex)
    assert client.get(f"/{prefix}/{row.public_id}").status_code == 404
