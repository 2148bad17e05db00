"""Any tool that posts JSON, by a mapping that is tried on the last payload."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.inbound import mapped
from integrations.inbound.event import Invalid
from tests.factories import integration as made_integration
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "json"
MAPPING = {
    "summary": "{check.name} on {host}",
    "dedup_key": "check.id",
    "status": "check.state",
    "resolved": "Fine, GREEN",
    "severity": "check.labels.0",
    "source": "host",
    "timestamp": "at",
    "link": "check.page",
}


def payload(state="RED"):
    return {
        "check": {
            "id": 17,
            "name": "Disk",
            "state": state,
            "labels": ["critical", "db"],
            "page": "https://checks.acme.example/17",
        },
        "host": "db-1",
        "at": 1804161600000,
    }


@pytest.fixture
def mapping(acme, tool):
    """The page of the tool's mapping, as Alice sees it."""
    tool.client.force_login(acme.alice.user)
    return f"/integrations/{tool.integration.public_id}/mapping/"


@pytest.mark.django_db
def test_a_mapping_says_what_is_what(tool):
    tool.integration.mapping = MAPPING
    tool.integration.save()

    [event] = tool.says(payload())
    assert event.dedup_key == "17"
    assert event.body["summary"] == "Disk on db-1"
    assert event.body["severity"] == "critical"
    assert event.body["timestamp"] == "2027-03-04T12:00:00+00:00"
    assert event.body["links"][0]["href"] == "https://checks.acme.example/17"
    tool.says(payload("green"))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_without_a_mapping_the_usual_names_are_tried(tool):
    tool.says({"title": "Disk is full", "id": 7, "status": "firing"})
    assert tool.open_incidents == ["Disk is full"]

    tool.says({"title": "Disk is full", "id": 7, "status": "resolved"})
    assert tool.open_incidents == []


def test_one_message_may_have_several():
    found = mapped.read({"all": [payload(), payload()]}, MAPPING | {"items": "all"})
    assert len(found) == 2
    with pytest.raises(Invalid, match="'all' is missing"):
        mapped.read({}, {"items": "all"})


@pytest.mark.django_db
def test_what_the_mapping_does_not_find_still_pages(tool):
    tool.integration.mapping = {"summary": "nowhere"}
    tool.integration.save()

    tool.says({"id": 1})

    [title] = tool.open_incidents
    assert "'nowhere', which is the summary, is missing or blank" in title


@pytest.mark.django_db
def test_a_mapping_is_tried_before_it_is_kept(tool, mapping):
    tool.post(payload())

    page = tool.client.post(mapping, {**MAPPING, "do": "preview"}).content.decode()
    assert "Disk on db-1" in page
    tool.integration.refresh_from_db()
    assert tool.integration.mapping is None

    assert tool.client.post(mapping, MAPPING).status_code == 302
    tool.integration.refresh_from_db()
    assert tool.integration.mapping == MAPPING
    assert "Disk on db-1" in tool.client.get(mapping).content.decode()


@pytest.mark.django_db
def test_the_preview_says_what_is_missing(tool, mapping):
    tool.post(payload())

    tried = {"summary": "check.title", "do": "preview"}
    page = tool.client.post(mapping, tried).content.decode()

    assert "check.title" in page
    assert "is missing or blank" in page


@pytest.mark.django_db
def test_a_responder_maps_nothing(acme, tool, mapping):
    tool.client.force_login(acme.bob.user)

    assert tool.client.post(mapping, MAPPING).status_code == 403


@pytest.mark.django_db
def test_another_accounts_mapping_is_not_there(globex, tool, mapping):
    tool.client.force_login(globex.mallory.user)

    assert tool.client.get(mapping).status_code == 404


@pytest.mark.django_db
def test_only_such_tools_are_mapped(acme, tool, mapping):
    other = made_integration(acme.service, "Zabbix", kind="zabbix")
    url = f"/integrations/{other.public_id}/mapping/"

    assert tool.client.get(url).status_code == 302


PATHS = st.sampled_from(["a", "a.b", "a.0", "{a} {b}", "", "...", "{}", "a[0]"])


@given(
    broken(payload()) | ODD,
    st.just(MAPPING)
    | st.fixed_dictionaries({}, optional=dict.fromkeys(["items", *MAPPING], PATHS)),
)
def test_odd_values_are_read_or_refused_in_words(sent, mapping):
    assert all(words_of(lambda body: mapped.read(body, mapping), sent))
