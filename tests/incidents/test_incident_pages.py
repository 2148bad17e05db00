"""The pages of incidents: the list, one incident, its verbs, and opening one."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from incidents.models import Incident
from tests import factories


def opened(world, title="Checkout is down", **fields) -> Incident:
    """Open an incident as a tool would."""
    return actions.open_incident(
        world.service,
        actor=Actor("event", name="Monitoring"),
        at=timezone.now(),
        title=title,
        **fields,
    )


def fresh(incident: Incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def says(response) -> str:
    return str(response.content.decode())


@pytest.fixture
def alice(acme, client):
    client.force_login(acme.alice.user)
    return client


@pytest.fixture
def olga(acme, client):
    """An observer of Acme."""
    client.force_login(factories.person(acme.account, "Olga", "observer").user)
    return client


@pytest.fixture
def mallory(globex, client):
    client.force_login(globex.mallory.user)
    return client


def act(client, incident, verb, follow=True, **values):
    url = reverse("incident_act", args=[incident.number, verb])
    return client.post(url, values, follow=follow)


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
    many(acme, 120)

    first = alice.get("/incidents/?tab=all").context["page"]
    second = alice.get(f"/incidents/?tab=all&cursor={first.older}").context["page"]
    third = alice.get(f"/incidents/?tab=all&cursor={second.older}").context["page"]
    back = alice.get(f"/incidents/?tab=all&cursor={third.newer}").context["page"]

    assert [row.number for row in first.rows] == list(range(120, 70, -1))
    assert [row.number for row in third.rows] == list(range(20, 0, -1))
    assert third.older is None
    assert [row.number for row in back.rows] == [row.number for row in second.rows]


def test_the_counts_stop_at_a_thousand(acme, alice):
    many(acme, 1001, status="resolved")

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


def many(world, count, status="triggered"):
    """Write incidents as they would lie there after a long time."""
    at = timezone.now()
    Incident.across_accounts.bulk_create(
        Incident(
            account=world.account,
            service=world.service,
            number=number,
            title=f"Incident {number}",
            status=status,
            created_at=at,
            changed_at=at,
        )
        for number in range(1, count + 1)
    )


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
    many(acme, 60)

    alice.post("/incidents/bulk/resolve/?tab=open", {"matching": "1"})

    assert not acme.account.incidents.exclude(status="resolved").exists()


def test_another_accounts_numbers_are_not_touched(acme, globex, mallory):
    incident = opened(acme)

    mallory.post("/incidents/bulk/resolve/", {"id": [incident.number]})

    assert fresh(incident).status == "triggered"


# One incident


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
    now = timezone.now()
    acme.account.alerts.create(
        service=acme.service,
        integration=acme.integration,
        incident=incident,
        dedup_key="disk",
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
        occurred_at=now,
        last_event_at=now,
        created_at=now,
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


# The verbs


def test_reading_changes_nothing(acme, alice):
    incident = opened(acme)

    for verb in ("acknowledge", "resolve", "escalate", "reassign", "snooze", "merge"):
        assert alice.get(f"/incidents/{incident.number}/{verb}/").status_code == 200

    assert fresh(incident).status == "triggered"


def test_acknowledging_twice_is_harmless(acme, alice):
    incident = opened(acme)

    act(alice, incident, "acknowledge")
    response = act(alice, incident, "acknowledge")

    assert "You did this" in says(response)
    assert incident.timeline.filter(verb="acknowledge").count() == 1


def test_who_was_faster_is_named(acme, alice):
    incident = opened(acme)
    actions.acknowledge(
        incident,
        actor=Actor("sms", acme.bob.membership),
        at=timezone.now() - timedelta(seconds=5),
    )

    response = act(alice, incident, "acknowledge")

    assert "Bob acknowledged this 5 s ago" in says(response)
    assert "acknowledged" in says(response)


def test_a_resolved_incident_can_be_undone(acme, alice):
    incident = opened(acme)

    response = act(alice, incident, "resolve", note="It was the cable")

    assert fresh(incident).status == "resolved"
    assert "Undo" in says(response)
    assert "It was the cable" in says(response)
    act(alice, incident, "reopen")
    assert fresh(incident).status == "triggered"


def test_a_verb_that_does_not_apply_says_so(acme, alice):
    incident = opened(acme)
    act(alice, incident, "resolve")

    response = act(alice, incident, "escalate")

    assert "cannot escalate a resolved incident" in says(response)


def test_a_responder_snoozes_until_tomorrow_morning_of_their_own_zone(acme, alice):
    member = acme.alice.membership
    member.time_zone = "Asia/Kathmandu"
    member.save()
    incident = opened(acme)

    act(alice, incident, "snooze", length="tomorrow")

    until = fresh(incident).snoozed_until
    assert until is not None
    assert (until.hour, until.minute) == (3, 15)


@pytest.mark.parametrize("until", ["", "2001-01-01T10:00", "2999-01-01T10:00", "soon"])
def test_a_snooze_until_an_odd_time_is_refused_kindly(acme, alice, until):
    incident = opened(acme)

    response = act(alice, incident, "snooze", length="custom", until=until)

    assert response.status_code == 422
    assert fresh(incident).snoozed_until is None


def test_an_incident_is_reassigned_to_people_or_to_a_policy(acme, alice):
    incident = opened(acme)

    act(alice, incident, "reassign", people=[acme.bob.membership.public_id])
    assert [a.membership.name for a in incident.assignments.all()] == ["Bob"]

    act(alice, incident, "reassign", policy=acme.policy.public_id)
    assert [a.membership.name for a in incident.assignments.all()] == ["Alice"]


def test_nobody_of_another_account_can_be_given_an_incident(acme, globex, alice):
    incident = opened(acme)
    stranger = globex.mallory.membership.public_id

    response = act(alice, incident, "reassign", people=[stranger])

    assert response.status_code == 422
    assert [a.membership.name for a in incident.assignments.all()] == ["Alice"]


def test_priority_urgency_and_title_change(acme, alice):
    incident = opened(acme)
    priority = acme.account.priorities.get(name="P1")

    act(alice, incident, "priority", priority=priority.public_id)
    act(alice, incident, "urgency", urgency="low")
    text = says(act(alice, incident, "title", title="Checkout is slow"))

    changed = fresh(incident)
    assert (changed.priority, changed.urgency) == (priority, "low")
    assert changed.title == "Checkout is slow"
    assert "Alice set the priority to P1" in text
    assert "Alice changed the urgency from High to Low" in text


def test_an_incident_is_merged_into_another(acme, alice):
    first, second = opened(acme, "First"), opened(acme, "Second")

    response = act(alice, second, "merge", into=first.number)

    assert response.redirect_chain[-1][0] == f"/incidents/{first.number}/"
    assert fresh(second).merged_into == first


def test_merging_into_nothing_keeps_what_was_typed(acme, alice):
    incident = opened(acme)

    response = act(alice, incident, "merge", into=999)

    assert response.status_code == 422
    assert "There is no incident #999" in says(response)
    assert 'value="999"' in says(response)


@pytest.mark.parametrize("verb", ["acknowledge", "resolve", "note", "escalate"])
def test_an_observer_cannot_act(acme, olga, verb):
    incident = opened(acme)

    response = act(olga, incident, verb, text="x")

    assert response.status_code == 403
    assert fresh(incident).status == "triggered"


def test_an_observer_sees_no_dead_buttons(acme, olga):
    incident = opened(acme)

    text = says(olga.get(f"/incidents/{incident.number}/"))

    assert "Observers can read, not act" in text
    assert "/acknowledge/" not in text


def test_an_unknown_verb_is_not_there(acme, alice):
    incident = opened(acme)

    assert act(alice, incident, "explode").status_code == 404


def test_an_empty_note_is_refused(acme, alice):
    incident = opened(acme)

    assert act(alice, incident, "note", text="  ").status_code == 422
    assert not incident.timeline.filter(verb="add_note").exists()


# Opening one


def test_the_form_says_who_will_be_paged(acme, alice):
    text = says(alice.get(f"/incidents/new/?service={acme.service.public_id}"))

    assert "Create and page Alice" in text


def test_without_scripts_a_button_says_who_will_be_paged(acme, alice):
    response = alice.post(
        "/incidents/new/",
        {"title": "Slow", "service": acme.service.public_id, "preview": "1"},
    )

    assert "Create and page Alice" in says(response)
    assert 'value="Slow"' in says(response)
    assert not acme.account.incidents.exists()


def test_the_fragment_says_when_nobody_can_be_paged(acme, alice):
    acme.account.contact_methods.all().delete()

    response = alice.get(
        "/incidents/new/responders/", {"service": acme.service.public_id}
    )

    assert "Nobody can be paged right now" in says(response)


def test_an_assignee_is_paged_instead_of_the_policy(acme, alice):
    response = alice.get(
        "/incidents/new/responders/",
        {
            "service": acme.service.public_id,
            "assignee": acme.bob.membership.public_id,
        },
    )

    assert "Create and page Bob" in says(response)


def test_an_incident_is_opened_by_hand(acme, alice):
    response = alice.post(
        "/incidents/new/",
        {"title": "Shop is slow", "service": acme.service.public_id},
        follow=True,
    )

    incident = acme.account.incidents.get()
    assert incident.title == "Shop is slow"
    assert "Alice opened the incident" in says(response)
    assert incident.notifications.count() == 1


def test_a_mistake_loses_nothing_that_was_typed(acme, alice):
    response = alice.post(
        "/incidents/new/", {"title": "", "description": "A long story"}
    )

    assert response.status_code == 422
    assert "A long story" in says(response)
    assert not acme.account.incidents.exists()


def test_another_accounts_service_cannot_have_an_incident_of_ours(acme, globex, alice):
    response = alice.post(
        "/incidents/new/", {"title": "x", "service": globex.service.public_id}
    )

    assert response.status_code == 422
    assert not globex.account.incidents.exists()


def test_an_observer_cannot_open_one(acme, olga):
    assert olga.get("/incidents/new/").status_code == 403
