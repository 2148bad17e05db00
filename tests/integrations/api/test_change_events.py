"""Change events over the REST API: listed, shown, and described better."""

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents import change_events
from tests import factories
from tests.integrations.api.conftest import errors, key


def change(service, integration, summary, ago=timedelta(hours=1)):
    now = timezone.now()
    return service.change_events.create(
        account=service.account,
        integration=integration,
        summary=summary,
        source="ci-7",
        details={"commit": "1d0e2c"},
        links=[{"href": "https://ci.acme.example/7", "text": "Build 7"}],
        occurred_at=now - ago,
        received_at=now - ago,
    )


@pytest.fixture
def deployed(acme):
    return change(acme.service, acme.integration, "Deployed shop 1.2")


def summaries(answer) -> list[str]:
    return [each["summary"] for each in answer.json()["change_events"]]


def test_changes_are_listed_the_newest_first(api, acme, deployed):
    change(acme.service, acme.integration, "Flag on", ago=timedelta(minutes=1))

    answer = api.get("/change_events", total="true", limit=1)

    assert summaries(answer) == ["Flag on"]
    assert answer.json()["more"] is True
    assert answer.json()["total"] == 2
    assert summaries(api.get("/change_events", offset=1)) == ["Deployed shop 1.2"]


def test_a_change_shows_what_the_tool_said(api, acme, deployed):
    path = f"/change_events/{deployed.public_id}"

    found = api.get(path, time_zone="UTC").json()["change_event"]

    assert found["self"].endswith(f"/api{path}")
    assert found["timestamp"].endswith("Z")
    assert found["services"][0]["id"] == acme.service.public_id
    assert found["integration"]["id"] == acme.integration.public_id
    assert found["custom_details"] == {"commit": "1d0e2c"}
    assert found["links"] == [{"href": "https://ci.acme.example/7", "text": "Build 7"}]
    # Whoever may look is not given the key with it.
    assert acme.integration.key not in str(found)


def test_filters_keep_what_they_say(api, acme, deployed):
    team = acme.account.teams.create(name="Search")
    other = factories.service(acme.account, acme.policy, "Search", team=team)
    tool = factories.integration(other)
    change(other, tool, "Reindexed", ago=timedelta(days=2))
    day_ago = (timezone.now() - timedelta(days=1)).isoformat()

    def found(**query):
        return summaries(api.get("/change_events", **query))

    assert found(since=day_ago) == ["Deployed shop 1.2"]
    assert found(until=day_ago) == ["Reindexed"]
    assert found(**{"team_ids[]": [team.public_id]}) == ["Reindexed"]
    assert found(team_ids=[team.public_id]) == ["Reindexed"]
    assert found(**{"integration_ids[]": [tool.public_id]}) == ["Reindexed"]
    of_service = api.get(f"/services/{other.public_id}/change_events")
    assert summaries(of_service) == ["Reindexed"]
    assert api.get("/change_events", since="yesterday").status_code == 400


def test_what_is_older_than_it_is_kept_is_not_there(api, acme):
    old = change(
        acme.service,
        acme.integration,
        "Long ago",
        ago=change_events.KEPT + timedelta(hours=1),
    )

    assert summaries(api.get("/change_events")) == []
    assert api.get(f"/change_events/{old.public_id}").status_code == 404


def test_a_change_is_described_better_and_the_rest_stays(api, acme, deployed):
    path = f"/change_events/{deployed.public_id}"
    sent = {"summary": "Deployed shop 1.3", "source": "elsewhere", "unknown": 1}

    answer = api.put(path, {"change_event": sent})

    found = answer.json()["change_event"]
    assert found["summary"] == "Deployed shop 1.3"
    assert (found["source"], found["custom_details"]) == ("ci-7", {"commit": "1d0e2c"})
    assert api.get(path).json() == answer.json()


@pytest.mark.parametrize(
    "sent", [{"summary": ""}, {"summary": "x" * 1025}, {"custom_details": "text"}]
)
def test_a_bad_description_is_refused(api, deployed, sent):
    answer = api.put(f"/change_events/{deployed.public_id}", {"change_event": sent})

    assert answer.status_code == 400
    assert errors(answer)
    deployed.refresh_from_db()
    assert deployed.summary == "Deployed shop 1.2"


def test_an_observer_describes_nothing(acme, deployed):
    olga = factories.person(acme.account, "Olga", "observer").membership
    path = f"/change_events/{deployed.public_id}"

    answer = key(acme.account, olga).put(path, {"change_event": {"summary": "Mine"}})

    assert answer.status_code == 403


def test_a_stranger_finds_no_change(stranger, acme, deployed):
    assert stranger.get(f"/change_events/{deployed.public_id}").status_code == 404
    path = f"/services/{acme.service.public_id}/change_events"
    assert stranger.get(path).status_code == 404
    assert summaries(stranger.get("/change_events")) == []
