"""Hand-off rules, through the API."""

import pytest

from tests import factories
from tests.integrations.api.conftest import errors, key

ROOT = "oncall_handoff_notification_rule"


def path(person, rule: str = "") -> str:
    base = f"/users/{person.membership.public_id}/{ROOT}s"
    return f"{base}/{rule}" if rule else base


def body(person, **more) -> dict:
    method = {"id": person.email.public_id, "type": "email_contact_method_reference"}
    return {ROOT: {"contact_method": method, **more}}


def made(api, person, **more) -> dict:
    return api.post(path(person), body(person, **more)).json()[ROOT]


def listed(api, person) -> list[tuple[str, int]]:
    found = api.get(path(person)).json()[f"{ROOT}s"]
    return [(r["handoff_type"], r["notify_advance_in_minutes"]) for r in found]


def stored(person) -> list[tuple[str, int]]:
    rules = person.membership.handoff_rules.all()
    return [(rule.when, rule.minutes_ahead) for rule in rules]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("both", [("start", 60), ("end", 60)]),
        ("oncall", [("start", 60)]),
        ("offcall", [("end", 60)]),
    ],
)
def test_a_rule_is_made(api, acme, kind, rows):
    sent = body(acme.bob, notify_advance_in_minutes=60, handoff_type=kind)

    answer = api.post(path(acme.bob), sent)

    assert answer.status_code == 201
    rule = answer.json()[ROOT]
    assert (rule["handoff_type"], rule["notify_advance_in_minutes"]) == (kind, 60)
    assert rule["contact_method"]["id"] == acme.bob.email.public_id
    assert stored(acme.bob) == rows
    assert listed(api, acme.bob) == [(kind, 60)]
    assert api.get(path(acme.bob, rule["id"])).json() == answer.json()


def test_a_rule_is_for_both_ends_and_at_the_moment_unless_it_says(api, acme):
    rule = made(api, acme.bob)

    assert (rule["handoff_type"], rule["notify_advance_in_minutes"]) == ("both", 0)


def test_a_changed_rule_keeps_its_id(api, acme):
    rule = made(api, acme.bob, notify_advance_in_minutes=60)
    where = path(acme.bob, rule["id"])

    for kind in ("offcall", "both", "oncall"):
        answer = api.put(where, {ROOT: {"handoff_type": kind}})
        assert answer.json()[ROOT] == {**rule, "handoff_type": kind}
    answer = api.put(where, {ROOT: {"notify_advance_in_minutes": 120}})
    assert answer.json()[ROOT]["id"] == rule["id"]
    assert stored(acme.bob) == [("start", 120)]
    # A rule may be sent back as it was read.
    again = api.put(where, answer.json())
    assert again.json() == answer.json()


def test_a_rule_is_deleted_whole(api, acme):
    rule = made(api, acme.bob)

    assert api.delete(path(acme.bob, rule["id"])).status_code == 204
    assert stored(acme.bob) == []
    assert api.get(path(acme.bob, rule["id"])).status_code == 404


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"notify_advance_in_minutes": 2881}, "Notify advance in minutes"),
        ({"handoff_type": "never"}, "Handoff type"),
        ({"contact_method": {"id": "PNOSUCH"}}, "PNOSUCH"),
    ],
)
def test_an_unfit_rule_is_refused(api, acme, more, words):
    answer = api.post(path(acme.bob), body(acme.bob, **more))

    assert answer.status_code == 400
    assert words in errors(answer)[0]
    assert stored(acme.bob) == []


def test_a_rule_is_made_once_by_email_and_for_ones_own_address(api, acme):
    made(api, acme.bob)
    phone = factories.contact(acme.bob.membership, "sms", "+49151555001", delays=())
    by_text = {"id": phone.public_id, "type": "sms_contact_method"}

    double = api.post(path(acme.bob), body(acme.bob, handoff_type="oncall"))
    text = api.post(path(acme.bob), body(acme.bob, contact_method=by_text))
    others = api.post(path(acme.bob), body(acme.alice))

    assert [a.status_code for a in (double, text, others)] == [400, 400, 400]
    assert "already" in errors(double)[0]
    assert "e-mail only" in errors(text)[0]
    assert "no such contact method" in errors(others)[0]
    assert stored(acme.bob) == [("start", 0), ("end", 0)]


def test_people_change_their_own_rules_only(acme, stranger):
    mine = key(acme.account, acme.bob.membership)
    hers = made(key(acme.account), acme.alice)

    assert made(mine, acme.bob)["handoff_type"] == "both"
    assert mine.post(path(acme.alice), body(acme.alice)).status_code == 403
    where = path(acme.alice, hers["id"])
    assert mine.put(where, {ROOT: {"handoff_type": "oncall"}}).status_code == 403
    assert mine.delete(where).status_code == 403
    assert stranger.get(where).status_code == 404
    assert stranger.delete(where).status_code == 404
