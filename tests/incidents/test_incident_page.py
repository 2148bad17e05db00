"""The page of one incident: what it shows, to whom, in how many queries."""

import pytest

from tests import factories
from tests.incidents.pages import act, opened, says


def test_an_incident_shows_its_state_people_and_timeline(acme, alice):
    incident = opened(acme, description="See the graphs")

    text = says(alice.get(f"/incidents/{incident.number}/"))

    assert f"#{incident.number}" in text
    assert "Level 1 of 2" in text
    assert "See the graphs" in text
    assert "Monitoring opened the incident" in text
    assert "Level 1 of Default started: Alice" in text


def test_the_page_says_why_i_was_paged_and_what_was_sent(acme, alice):
    incident = opened(acme)

    text = says(alice.get(f"/incidents/{incident.number}/"))

    assert "Why was I paged?" in text
    assert "Level 1 of Default" in text
    assert "alice@acme.example" in text


def test_the_addresses_of_others_are_masked(acme, client):
    incident = opened(acme)
    client.force_login(acme.bob.user)

    text = says(client.get(f"/incidents/{incident.number}/"))

    assert "alice@acme.example" not in text
    assert "a…@acme.example" in text
    assert "Why was I paged?" not in text


@pytest.mark.parametrize("verb", ["", "acknowledge/", "note/", "merge/"])
def test_another_accounts_incident_is_not_there(acme, mallory, verb):
    incident = opened(acme)

    assert mallory.get(f"/incidents/{incident.number}/{verb}").status_code == 404
    if verb:
        posted = mallory.post(f"/incidents/{incident.number}/{verb}", {"text": "x"})
        assert posted.status_code == 404


def test_a_number_beyond_all_numbers_is_not_there(alice):
    assert alice.get(f"/incidents/{10**30}/").status_code == 404


def test_the_public_id_leads_to_the_page(acme, alice):
    incident = opened(acme)

    response = alice.get(f"/incidents/{incident.public_id}")

    assert response["Location"] == f"/incidents/{incident.number}/"


def test_an_unreached_incident_says_so_in_red(acme, alice):
    acme.account.contact_methods.all().delete()
    incident = opened(acme)

    assert "Nobody could be paged" in says(alice.get(f"/incidents/{incident.number}/"))


def test_only_web_addresses_become_links(acme, alice):
    incident = opened(acme)
    factories.alert(
        incident,
        "disk",
        summary="<script>alert(1)</script>",
        details={"free": "0 %"},
        links=[
            {"href": "javascript:alert(1)", "text": "evil"},
            {"href": "https://graphs.example/1", "text": "graph"},
            "nonsense",
        ],
        images=[{"src": "data:image/png;base64,x"}, {"src": "https://i.example/1.png"}],
        client="Nagios",
        client_url="javascript:alert(2)",
    )

    text = says(alice.get(f"/incidents/{incident.number}/"))

    assert "javascript:" not in text
    assert "<script>alert(1)" not in text
    assert 'href="https://graphs.example/1"' in text
    assert 'src="https://i.example/1.png"' in text
    assert "0 %" in text


def test_the_page_takes_a_constant_number_of_queries(
    acme, alice, django_assert_max_num_queries
):
    incident = opened(acme)
    with django_assert_max_num_queries(24) as few:
        alice.get(f"/incidents/{incident.number}/")
    most = len(few)
    for text in ("one", "two", "three"):
        act(alice, incident, "note", text=text)
    act(alice, incident, "reassign", people=[acme.bob.membership.public_id])

    with django_assert_max_num_queries(most):
        alice.get(f"/incidents/{incident.number}/")


def test_a_refresh_of_the_page_without_news_is_empty(acme, alice):
    incident = opened(acme)
    url = f"/incidents/{incident.number}/"
    version = alice.get(url).context["version"]

    assert alice.get(f"{url}?version={version}").status_code == 204

    act(alice, incident, "note", text="Looking")
    assert alice.get(f"{url}?version={version}").status_code == 200


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("people", {"add_note"}),
        ("system", {"trigger", "level_started"}),
        ("notifications", set()),
        ("nonsense", {"trigger", "level_started", "add_note"}),
    ],
)
def test_the_timeline_can_be_filtered(acme, alice, group, expected):
    incident = opened(acme)
    act(alice, incident, "note", text="Looking")

    page = alice.get(f"/incidents/{incident.number}/?show={group}")

    assert {s.entry.verb for s in page.context["sentences"]} == expected
