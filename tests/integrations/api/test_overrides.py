"""Overrides through the API: made, listed, edited, removed."""

from datetime import UTC, datetime

import pytest

from oncall import queries, rotations
from tests import factories
from tests.factories import NOON
from tests.integrations.api.conftest import key
from tests.integrations.api.rotas import SPRING, START, final, override, path


def test_overrides_have_an_outcome_each(api, acme, globex, primary, ids):
    good = override(ids["bob"], "2027-03-10T12:00:00+01:00", "2027-03-10T14:00:00Z")
    late = override(ids["bob"], "2027-03-10T13:00", "2027-03-10T13:30")
    backwards = override(ids["bob"], good["end"], good["start"])
    strange = override(globex.mallory.membership.public_id, good["start"], good["end"])

    answer = api.post(
        f"{path(primary)}/overrides", {"overrides": [good, backwards, strange, late]}
    )

    assert answer.status_code == 201
    outcomes = answer.json()
    assert [one["status"] for one in outcomes] == [201, 400, 400, 201]
    assert outcomes[0]["override"]["user"]["summary"] == "Bob"
    assert outcomes[0]["override"]["end"] == "2027-03-10T15:00:00+01:00"
    assert "after the start" in outcomes[1]["errors"][0]
    assert outcomes[1]["override"]["user"]["summary"] == "Bob"
    assert outcomes[3]["override"]["start"] == "2027-03-10T13:00:00+01:00"
    assert acme.account.schedule_overrides.count() == 2


def test_the_later_override_of_a_request_wins(api, primary, ids):
    period = ("2027-03-10T12:00:00+01:00", "2027-03-10T14:00:00+01:00")
    inner = ("2027-03-10T13:00:00+01:00", "2027-03-10T13:30:00+01:00")
    both = [override(ids["bob"], *period), override(ids["alice"], *inner)]

    api.post(f"{path(primary)}/overrides", {"overrides": both})

    shown = final(api, primary, since=period[0], until=period[1])
    assert [name for name, _, _ in shown] == ["Bob", "Alice", "Bob"]


def test_one_override_may_be_sent_in_the_older_form(api, primary, ids):
    one = override(ids["bob"], "2027-03-10T12:00:00Z", "2027-03-10T14:00:00Z")

    answer = api.post(f"{path(primary)}/overrides", {"override": one})

    assert [found["status"] for found in answer.json()] == [201]


@pytest.mark.parametrize("body", [{}, {"overrides": []}, {"overrides": "x"}, []])
def test_a_body_without_overrides_is_refused(api, primary, body):
    assert api.post(f"{path(primary)}/overrides", body).status_code == 400


def test_an_override_that_cannot_be_read_says_so(api, primary):
    sent = override("PNOBODY1", "soon", "later")

    answer = api.post(f"{path(primary)}/overrides", {"overrides": [sent]})

    (outcome,) = answer.json()
    assert outcome["status"] == 400
    assert len(outcome["errors"]) == 3
    assert outcome["override"] == sent


def test_overrides_are_listed_cut_or_whole(api, primary, ids):
    whole = override(
        ids["bob"], "2027-03-09T12:00:00+01:00", "2027-03-10T14:00:00+01:00"
    )
    later = override(
        ids["bob"], "2027-03-12T00:00:00+01:00", "2027-03-12T01:00:00+01:00"
    )
    address = f"{path(primary)}/overrides"
    api.post(address, {"overrides": [whole, later]})

    (cut,) = api.get(address, **SPRING).json()["overrides"]
    (found,) = api.get(address, **SPRING, overflow="true").json()["overrides"]

    assert (cut["start"], cut["end"]) == (SPRING["since"], whole["end"])
    assert (found["start"], found["end"]) == (whole["start"], whole["end"])
    assert api.get(address).status_code == 400


def test_only_future_overrides_can_be_edited(api, primary, ids, time_machine):
    time_machine.move_to(NOON, tick=False)
    address = f"{path(primary)}/overrides"
    running = override(ids["bob"], "2027-03-10T11:00:00Z", "2027-03-10T13:00:00Z")
    future = override(ids["bob"], "2027-03-11T11:00:00Z", "2027-03-11T13:00:00Z")
    made = api.post(address, {"overrides": [running, future]}).json()

    found = api.get(address, **SPRING, editable="true").json()["overrides"]

    assert [one["id"] for one in found] == [made[1]["override"]["id"]]


def test_an_override_is_removed_ended_or_kept_by_its_time(
    api, acme, primary, ids, time_machine
):
    time_machine.move_to(NOON, tick=False)
    address = f"{path(primary)}/overrides"
    periods = [
        ("2027-03-11T11:00:00Z", "2027-03-11T13:00:00Z"),
        ("2027-03-10T11:00:00Z", "2027-03-10T13:00:00Z"),
        ("2027-03-09T11:00:00Z", "2027-03-09T13:00:00Z"),
    ]
    sent = {"overrides": [override(ids["bob"], *period) for period in periods]}
    made = [one["override"]["id"] for one in api.post(address, sent).json()]

    future, running, past = (api.delete(f"{address}/{one}") for one in made)

    assert [future.status_code, running.status_code] == [204, 200]
    assert running.json()["override"]["end"] == "2027-03-10T13:00:00+01:00"
    assert past.status_code == 400
    assert past.json()["error"]["code"] == 4004
    left = acme.account.schedule_overrides.order_by("starts_at")
    assert [row.ends_at for row in left] == [
        datetime(2027, 3, 9, 13, tzinfo=UTC),
        NOON,
    ]


def test_a_responder_overrides_and_an_observer_does_not(acme, primary, ids):
    observer = factories.person(acme.account, "Olive", "observer").membership
    sent = {"overrides": [override(ids["bob"], START, "2027-03-02T00:00:00Z")]}
    address = f"{path(primary)}/overrides"

    refused = key(acme.account, observer).post(address, sent)
    done = key(acme.account, acme.bob.membership).post(address, sent)

    assert refused.status_code == 403
    assert done.json()[0]["status"] == 201
    made = acme.account.schedule_overrides.get()
    assert made.created_by == acme.bob.membership


def test_the_pager_and_the_api_ask_the_same_resolver(api, acme, primary, ids):
    row = acme.account.schedules.get()
    sent = override(ids["alice"], "2027-03-10T10:00:00Z", "2027-03-10T14:00:00Z")
    before = queries.on_call(acme.account, [row.pk], NOON)[row.pk]
    api.post(f"{path(primary)}/overrides", {"overrides": [sent]})

    after = queries.on_call(acme.account, [row.pk], NOON)[row.pk]

    assert [before, after] == [acme.bob.membership, acme.alice.membership]
    assert rotations.draft_of(row).time_zone == "Europe/Berlin"
