"""The list of incidents: tabs, filters, its refresh, and many at once."""

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from tests.incidents.pages import act, fresh, opened, says, written

# The list


def test_a_stranger_is_asked_to_sign_in(client, acme):
    response = client.get("/incidents/")

    assert response.status_code == 302
    assert "/login/" in response["Location"]


def test_the_list_shows_open_incidents_triggered_first(acme, alice):
    older = opened(acme, "Disk is full")
    newer = opened(acme, "Cache is cold")
    actions.acknowledge(
        newer, actor=Actor("web", acme.bob.membership), at=timezone.now()
    )

    text = says(alice.get("/incidents/"))

    assert text.index("Disk is full") < text.index("Cache is cold")
    assert "by Bob" in text
    assert "<title>(2) Incidents" in text
    assert f"Select incident {older.number}" in text


def test_an_account_does_not_see_another_ones_incidents(acme, mallory):
    opened(acme, "Secret of Acme")

    assert "Secret of Acme" not in says(mallory.get("/incidents/?tab=all"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tab=open", {"Disk", "Cache"}),
        ("tab=triggered", {"Disk"}),
        ("tab=acknowledged", {"Cache"}),
        ("tab=resolved", {"Old"}),
        ("tab=all", {"Disk", "Cache", "Old"}),
        ("tab=all&q=cac", {"Cache"}),
        ("tab=all&q=%231", {"Disk"}),
        ("tab=all&urgency=low", {"Old"}),
        ("scope=mine", {"Disk"}),
        ("scope=teams", set()),
        ("tab=nonsense&scope=nonsense&cursor=nonsense", {"Disk", "Cache"}),
        ("tab=all&since=2999-01-01", set()),
        ("tab=all&until=2001-01-01", set()),
        ("tab=all&since=9999-99-99", {"Disk", "Cache", "Old"}),
        ("tab=all&service=PNOSUCHSERVICE", {"Disk", "Cache", "Old"}),
    ],
)
def test_tabs_scopes_and_filters_narrow_the_list(acme, alice, query, expected):
    opened(acme, "Disk")
    cache = opened(acme, "Cache", assignees=[acme.bob.membership])
    by_bob = Actor("web", acme.bob.membership)
    actions.acknowledge(cache, actor=by_bob, at=timezone.now())
    old = opened(acme, "Old", urgency="low", assignees=[acme.bob.membership])
    actions.resolve(old, actor=by_bob, at=timezone.now())

    rows = alice.get(f"/incidents/?{query}").context["rows"]

    assert {incident.title for incident, *_state in rows} == expected


def test_a_filter_is_a_chip_that_removes_it(acme, alice):
    opened(acme)

    text = says(alice.get(f"/incidents/?tab=all&service={acme.service.public_id}"))

    assert "Service: Checkout" in text
    assert 'href="?tab=all"' in text


def test_pages_follow_each_other_by_cursor(acme, alice):
    written(acme, *["triggered"] * 120)

    first = alice.get("/incidents/?tab=all").context["page"]
    second = alice.get(f"/incidents/?tab=all&cursor={first.older}").context["page"]
    third = alice.get(f"/incidents/?tab=all&cursor={second.older}").context["page"]
    back = alice.get(f"/incidents/?tab=all&cursor={third.newer}").context["page"]

    assert [row.number for row in first.rows] == list(range(120, 70, -1))
    assert [row.number for row in third.rows] == list(range(20, 0, -1))
    assert third.older is None
    assert [row.number for row in back.rows] == [row.number for row in second.rows]


def test_the_counts_stop_at_a_thousand(acme, alice):
    written(acme, *["resolved"] * 1001)

    text = says(alice.get("/incidents/"))

    assert '<span class="count">1000+</span>' in text


def test_the_list_takes_as_many_queries_for_fifty_rows_as_for_two(
    acme, alice, django_assert_max_num_queries
):
    opened(acme)
    act(alice, opened(acme), "acknowledge")
    with django_assert_max_num_queries(20) as few:
        alice.get("/incidents/")
    most = len(few)
    for _number in range(15):
        opened(acme)
        act(alice, opened(acme), "acknowledge", follow=False)

    with django_assert_max_num_queries(most):
        alice.get("/incidents/")


# The refresh of the list


def refresh(client, response, query=""):
    region = response.context
    values = f"version={region['version']}&shown={region['shown']}&fresh=0"
    return client.get(f"/incidents/?{query}&{values}", headers={"hx-request": "true"})


def test_a_refresh_without_news_is_empty(acme, alice):
    opened(acme)
    before = alice.get("/incidents/")

    assert refresh(alice, before).status_code == 204


def test_new_incidents_are_announced_and_move_no_row(acme, alice):
    opened(acme, "First")
    before = alice.get("/incidents/")
    opened(acme, "Second")

    response = refresh(alice, before)

    assert [row.title for row, *_state in response.context["rows"]] == ["First"]
    assert "1 new - show" in says(response)
    assert "1 new incident" in response["HX-Trigger"]


def test_a_resolved_incident_stays_in_its_row_until_the_page_is_loaded(acme, alice):
    incident = opened(acme, "First")
    before = alice.get("/incidents/")
    actions.resolve(
        incident, actor=Actor("web", acme.bob.membership), at=timezone.now()
    )

    rows = refresh(alice, before).context["rows"]

    assert [(row.title, state) for row, state, _detail in rows] == [
        ("First", "resolved")
    ]


# Many at once


def test_many_are_acknowledged_and_each_is_reported(acme, alice):
    first, second = opened(acme, "First"), opened(acme, "Second")
    actions.resolve(second, actor=Actor("web", acme.bob.membership), at=timezone.now())

    response = alice.post(
        "/incidents/bulk/acknowledge/?tab=all",
        {"id": [first.number, second.number]},
        follow=True,
    )

    assert fresh(first).status == "acknowledged"
    assert fresh(second).status == "resolved"
    assert "done for 1 incident (#1)" in says(response)
    assert "#2: unchanged" in says(response)
    assert response.request["QUERY_STRING"] == "tab=all"


def test_a_question_is_asked_once_for_many_and_says_what_is_skipped(acme, alice):
    first, second = opened(acme, "First"), opened(acme, "Second")
    actions.resolve(second, actor=Actor("web", acme.bob.membership), at=timezone.now())
    ticked = {"id": [first.number, second.number]}

    question = alice.post("/incidents/bulk/snooze/", ticked)
    assert "1 of them does not allow this" in says(question)
    assert fresh(first).status == "triggered"

    alice.post("/incidents/bulk/snooze/", ticked | {"answered": "1", "length": "1h"})
    assert fresh(first).snoozed_until is not None


def test_many_are_merged_into_one(acme, alice):
    first, second = opened(acme, "First"), opened(acme, "Second")

    alice.post(
        "/incidents/bulk/merge/",
        {"id": [first.number, second.number], "answered": "1", "into": first.number},
    )

    assert fresh(second).merged_into == first
    assert fresh(first).status == "triggered"


def test_an_observer_cannot_act_on_many(acme, olga):
    incident = opened(acme)

    response = olga.post("/incidents/bulk/resolve/", {"id": [incident.number]})

    assert response.status_code == 403
    assert fresh(incident).status == "triggered"


def test_all_that_match_can_be_resolved(acme, alice):
    written(acme, *["triggered"] * 60)

    alice.post("/incidents/bulk/resolve/?tab=open", {"matching": "1"})

    assert not acme.account.incidents.exclude(status="resolved").exists()


def test_another_accounts_numbers_are_not_touched(acme, globex, mallory):
    incident = opened(acme)

    mallory.post("/incidents/bulk/resolve/", {"id": [incident.number]})

    assert fresh(incident).status == "triggered"
