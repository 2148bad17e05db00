"""Contact methods and notification rules of users, through the API."""

import pytest

from tests import factories
from tests.integrations.api.conftest import errors, key

MOBILE = {
    "type": "sms_contact_method",
    "label": "Mobile",
    "country_code": 49,
    "address": "1512345678",
}


@pytest.fixture
def bob(acme) -> str:
    return f"/users/{acme.bob.membership.public_id}"


def test_a_phone_added_for_somebody_is_paged_at_once(api, acme, bob):
    made = api.post(f"{bob}/contact_methods", {"contact_method": MOBILE})

    assert made.status_code == 201
    method = made.json()["contact_method"]
    assert (method["country_code"], method["address"]) == (49, "1512345678")
    assert method["enabled"] is True
    assert method["self"].endswith(f"{bob}/contact_methods/{method['id']}")
    kept = acme.account.contact_methods.get(public_id=method["id"])
    assert (kept.kind, kept.address) == ("sms", "+491512345678")
    shown = api.get(f"{bob}/contact_methods").json()["contact_methods"]
    assert [m["type"] for m in shown] == ["email_contact_method", "sms_contact_method"]


def test_ones_own_phone_waits_for_its_code(acme, bob):
    mine = key(acme.account, acme.bob.membership)

    method = mine.post(f"{bob}/contact_methods", {"contact_method": MOBILE}).json()

    assert method["contact_method"]["enabled"] is False
    assert acme.account.notifications.filter(purpose="code").count() == 1


def test_too_many_codes_are_refused_until_there_is_room(acme, bob, settings):
    settings.CODE_QUOTAS = {**settings.CODE_QUOTAS, "person": 1}
    mine = key(acme.account, acme.bob.membership)
    mine.post(f"{bob}/contact_methods", {"contact_method": MOBILE})

    other = {**MOBILE, "address": "1512345679"}
    refused = mine.post(f"{bob}/contact_methods", {"contact_method": other})

    assert refused.status_code == 429
    assert 3500 < int(refused["Retry-After"]) <= 3600
    assert "Try again at" in errors(refused)[0]
    assert acme.account.contact_methods.filter(kind="sms").count() == 1


def test_a_double_is_refused_in_the_words_that_clients_know(api, bob):
    api.post(f"{bob}/contact_methods", {"contact_method": MOBILE})

    again = api.post(f"{bob}/contact_methods", {"contact_method": MOBILE})

    assert errors(again) == ["User Contact method must be unique"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"address": "12"}, "No phone can have this number"),
        ({"country_code": None}, "Country code is required."),
        ({"country_code": 2000}, "Country code"),
        ({"type": "pigeon"}, "Type"),
        ({"type": "email_contact_method", "address": "bob"}, "valid email"),
    ],
)
def test_an_unfit_contact_method_is_refused(api, bob, sent, words):
    answer = api.post(f"{bob}/contact_methods", {"contact_method": {**MOBILE, **sent}})

    assert answer.status_code == 400
    assert words in errors(answer)[0]


def test_a_browser_is_shown_and_named_but_not_added(api, acme, bob):
    method = factories.contact(
        acme.bob.membership, "push", "Chrome on Android 3f9a1c", delays=()
    )
    path = f"{bob}/contact_methods/{method.public_id}"

    found = api.get(path).json()["contact_method"]
    renamed = api.put(path, {"contact_method": {**found, "label": "My phone"}})
    push = {"type": found["type"], "address": "abc", "label": "Mine"}
    refused = api.post(f"{bob}/contact_methods", {"contact_method": push})
    moved = api.put(path, {"contact_method": push})

    assert found["type"] == "push_notification_contact_method"
    assert (found["device_type"], found["sounds"]) == ("android", [])
    assert renamed.json()["contact_method"]["label"] == "My phone"
    for answer in (refused, moved):
        assert answer.status_code == 400
        assert "in the browser that shows the pushes" in errors(answer)[0]


def test_a_contact_method_is_changed_and_removed(api, acme, bob):
    made = api.post(f"{bob}/contact_methods", {"contact_method": MOBILE}).json()
    path = f"{bob}/contact_methods/{made['contact_method']['id']}"

    labelled = api.put(path, {"contact_method": {"label": "Private"}}).json()
    moved = api.put(path, {"contact_method": {"address": "1512345679"}}).json()

    assert labelled["contact_method"]["label"] == "Private"
    assert labelled["contact_method"]["address"] == "1512345678"
    assert moved["contact_method"]["address"] == "1512345679"
    retyped = api.put(path, {"contact_method": {"type": "email_contact_method"}})
    assert retyped.status_code == 400
    assert api.get(path).json() == moved
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_changed_own_number_must_be_confirmed_anew(acme, bob):
    acme.account.contact_methods.create(
        membership=acme.bob.membership,
        kind="sms",
        address="+491512345678",
        verified_at="2027-01-01T00:00Z",
    )
    mine = key(acme.account, acme.bob.membership)
    methods = mine.get(f"{bob}/contact_methods").json()["contact_methods"]
    path = f"{bob}/contact_methods/{methods[1]['id']}"

    moved = mine.put(path, {"contact_method": {"address": "1512345679"}}).json()

    assert methods[1]["enabled"] is True
    assert moved["contact_method"]["enabled"] is False


def test_colleagues_see_no_whole_address_and_change_nothing(acme):
    alice = f"/users/{acme.alice.membership.public_id}/contact_methods"
    mine = key(acme.account, acme.bob.membership)

    [method] = mine.get(alice).json()["contact_methods"]

    assert method["address"] == "a…@acme.example"
    path = f"{alice}/{method['id']}"
    assert mine.put(path, {"contact_method": {"label": "x"}}).status_code == 403
    assert mine.delete(path).status_code == 403
    assert mine.post(alice, {"contact_method": MOBILE}).status_code == 403


def test_rules_are_listed_by_urgency(api, bob):
    path = f"{bob}/notification_rules"

    assert len(api.get(path).json()["notification_rules"]) == 1
    assert len(api.get(path, urgency="all").json()["notification_rules"]) == 2
    low = api.get(path, urgency="low", **{"include[]": "contact_methods"}).json()
    assert low["notification_rules"][0]["contact_method"]["address"]
    assert api.get(path, urgency="medium").status_code == 400


def test_a_rule_is_made_changed_and_removed(api, acme, bob):
    reference = {"id": acme.bob.email.public_id, "type": "email_contact_method"}
    rule = {
        "type": "assignment_notification_rule",
        "start_delay_in_minutes": 10,
        "contact_method": reference,
        "urgency": "high",
    }

    made = api.post(f"{bob}/notification_rules", {"notification_rule": rule})
    assert made.status_code == 201
    again = api.post(f"{bob}/notification_rules", {"notification_rule": rule})
    assert errors(again) == [
        "Channel Start delay must be unique for a given contact method"
    ]

    path = f"{bob}/notification_rules/{made.json()['notification_rule']['id']}"
    later = {"notification_rule": {"start_delay_in_minutes": 20}}
    assert api.put(path, later).json()["notification_rule"] == {
        **made.json()["notification_rule"],
        "start_delay_in_minutes": 20,
        "summary": f"20 minutes: channel {acme.bob.email.public_id}",
    }
    clash = {"notification_rule": {"start_delay_in_minutes": 0}}
    assert api.put(path, clash).status_code == 400
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_rule_takes_no_contact_method_of_somebody_else(api, acme, bob, globex):
    for person in (acme.alice, globex.mallory):
        rule = {
            "start_delay_in_minutes": 10,
            "contact_method": {
                "id": person.email.public_id,
                "type": "email_contact_method_reference",
            },
            "urgency": "high",
        }
        answer = api.post(f"{bob}/notification_rules", {"notification_rule": rule})
        assert answer.status_code == 400
    assert acme.bob.membership.notification_rules.count() == 2


def test_another_accounts_are_not_found(stranger, acme, bob):
    rule = acme.bob.membership.notification_rules.first()
    paths = [
        f"{bob}/contact_methods",
        f"{bob}/contact_methods/{acme.bob.email.public_id}",
        f"{bob}/notification_rules",
        f"{bob}/notification_rules/{rule.public_id}",
    ]

    for path in paths:
        for method in ("get", "put", "post", "delete"):
            assert stranger.call(method, path, {}).status_code in (404, 405)
    assert acme.bob.membership.contact_methods.count() == 1
