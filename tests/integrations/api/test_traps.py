"""What real clients force on the server, at every address of the API (W1 to W26)."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.conftest import World
from tests.integrations.api.conftest import Api, key
from tests.integrations.api.test_walls import TEMPLATES, filled, furnished, ids

__all__ = ["furnished"]

# Lists that the schema publishes without pages, or with cursors.
WITHOUT_PAGES = re.compile(
    r"/(abilities|audit/records|notes|(oncall_handoff|status_update)_notification_rules"
    r"|sessions"
    r"|users/me|past_incidents|related_\w+|oauth_delegations|alert_grouping_settings"
    r"|schedules/\w+/users|revocation_requests/status)"
)
# What a list cannot be asked for without.
ASKED_WITH = {
    "/notifications": {"since": "2027-03-01", "until": "2027-03-12"},
    "/oncalls": {},
}
# Secrets are shown there, or it is a word and no resource's id, or one of Slack's.
NO_IDS = re.compile(r"^(PV|PREVIEW|C0)|^\d+$")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
# Clients of Slack connections expect the number each time.
COUNTED = "/connections"
IN_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def caller(furnished) -> Api:
    acme, _globex = furnished
    return key(acme.account, next(iter(acme.people.values())).membership)


@pytest.fixture
def addresses(furnished) -> list[str]:
    """Every address with ids of Acme's own."""
    acme: World = furnished[0]
    return [filled(template, *[acme] * ids(template)) for template in TEMPLATES]


def shown(caller: Api, addresses: list[str], **query) -> Iterator[tuple[str, Any]]:
    """What can be read, with its address."""
    for address in addresses:
        answer = caller.get(address, **ASKED_WITH.get(address, {}), **query)
        if answer.status_code == 200:
            yield address, answer.json()


def lists(caller: Api, addresses: list[str], **query) -> Iterator[tuple[str, Any]]:
    """Those that have pages."""
    for address, body in shown(caller, addresses, **query):
        rows = [value for value in body.values() if isinstance(value, list)]
        if rows and not WITHOUT_PAGES.search(address):
            yield address, body


def inside(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each member of each object, however deep."""
    if isinstance(value, dict):
        for key_, inner in value.items():
            yield key_, inner
            yield from inside(inner, key_)
    elif isinstance(value, list):
        for inner in value:
            yield from inside(inner, name)


def test_a_slash_at_the_end_makes_no_difference_and_never_redirects(caller, addresses):
    """W1."""
    wrong = []
    for address in addresses:
        answers = [caller.get(f"{address}{slash}") for slash in ("", "/")]
        statuses = [answer.status_code for answer in answers]
        if len(set(statuses)) > 1 or 300 <= statuses[0] < 400:
            wrong.append((address, statuses))

    assert not wrong


def test_every_error_is_json_with_sentences(caller, addresses):
    """W2 and W3; the caller itself checks each shape."""
    for address in addresses:
        for method in ("post", "put"):
            answer = caller.call(method, address, {"nonsense": []})
            if answer.status_code >= 400:
                assert answer["Content-Type"].startswith("application/json")


def test_self_begins_with_what_was_called(caller, addresses):
    """W4."""
    found = 0
    for address, body in shown(caller, addresses):
        for name, value in inside(body):
            if name == "self" and value is not None:
                assert value.startswith("http://testserver/api/"), (address, value)
                found += 1

    assert found > 50


def test_pages_of_people_are_at_the_accounts_own_host(caller, addresses, settings):
    """W5."""
    for address, body in shown(caller, addresses):
        for name, value in inside(body):
            if name == "html_url" and value is not None:
                host = f"https://acme.{settings.APP_DOMAIN}/"
                assert value.startswith(host), (address, value)


def test_every_list_says_where_it_stands(caller, addresses):
    """W6."""
    found = 0
    for address, body in lists(caller, addresses):
        assert isinstance(body["limit"], int), address
        assert isinstance(body["offset"], int), address
        assert isinstance(body["more"], bool), address
        assert (body["total"] is None) != address.endswith(COUNTED), address
        found += 1

    assert found > 15


def test_a_page_past_the_end_is_empty(caller, addresses):
    """W6."""
    for address, body in lists(caller, addresses, offset=9000, limit=10):
        if address.endswith("/overrides"):
            # They come all at once.
            continue
        [rows] = [value for value in body.values() if isinstance(value, list)]
        assert rows == [], address
        assert body["more"] is False


@pytest.mark.parametrize(
    ("said", "is_counted"),
    [("true", True), ("True", True), ("1", True), ("false", False), ("yes", False)],
)
def test_the_total_is_there_when_it_is_asked_for(caller, addresses, said, is_counted):
    """W7."""
    for address, body in lists(caller, addresses, total=said):
        counts = is_counted or address.endswith(COUNTED)
        assert isinstance(body["total"], int if counts else type(None)), address


def test_no_list_leafs_beyond_ten_thousand(caller, addresses):
    for address, _body in lists(caller, addresses):
        if not address.endswith("/overrides"):
            query = {**ASKED_WITH.get(address, {}), "offset": 9990, "limit": 25}
            assert caller.get(address, **query).status_code == 400, address


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_body_where_none_belongs_does_no_harm(caller, addresses, method):
    """W9."""
    for address in addresses:
        answers = [
            Client(raise_request_exception=False).generic(
                method,
                f"/api{address}",
                body,
                content_type="application/json",
                headers={"authorization": f"Token token={key_.secret}"},
            )
            for key_, body in ((caller, "{}"), (caller, json.dumps({"a": [1]})))
        ]
        assert all(answer.status_code < 500 for answer in answers), address
        if method == "GET":
            bare = caller.get(address)
            assert {a.status_code for a in answers} == {bare.status_code}, address


def test_ids_are_what_clients_accept(caller, addresses):
    """W14."""
    for address, body in shown(caller, addresses):
        for name, value in inside(body):
            is_ours = name == "id" and isinstance(value, str)
            if is_ours and not NO_IDS.match(value):
                assert re.fullmatch(r"[PQ]\w{6,13}", value), (address, value)


def test_times_in_utc_have_no_fraction_and_a_z(caller, addresses):
    """W24."""
    found = 0
    for address, body in shown(caller, addresses, time_zone="UTC"):
        for name, value in inside(body):
            if isinstance(value, str) and INSTANT.match(value):
                assert IN_UTC.fullmatch(value), (address, name, value)
                found += 1

    assert found > 20


def test_an_unknown_zone_is_refused_where_times_are_shown(caller):
    for address in ("/incidents", "/log_entries", "/oncalls", "/services"):
        answer = caller.get(address, time_zone="Mars/Olympus")
        assert answer.status_code == 400, address


def test_an_include_of_something_unknown_is_refused(caller):
    for address in (
        "/escalation_policies",
        "/incidents",
        "/log_entries",
        "/maintenance_windows",
        "/oncalls",
        "/services",
        "/users",
    ):
        for name in ("include[]", "include"):
            assert caller.get(address, **{name: "nonsense"}).status_code == 400, address


def test_arrays_come_with_brackets_and_without(caller, furnished):
    """W8."""
    acme, _globex = furnished
    team = acme.account.teams.create(name="Nobody's")
    service = acme.service.public_id
    for address, name, value in (
        ("/incidents", "service_ids", service),
        ("/incidents", "statuses", "triggered"),
        ("/maintenance_windows", "service_ids", service),
        ("/services", "team_ids", team.public_id),
        ("/users", "team_ids", team.public_id),
        ("/escalation_policies", "team_ids", team.public_id),
        ("/change_events", "team_ids", team.public_id),
    ):
        query = {"date_range": "all"}
        bare, bracketed = (
            caller.get(address, **query, **{spelled: [value]}).json()
            for spelled in (name, f"{name}[]")
        )
        assert bare == bracketed, address


def test_what_a_put_says_besides_is_ignored(caller, addresses, furnished):
    """W23: what is shown can be sent back, read-only members and all."""
    acme, _globex = furnished
    # The version that furnishing wrote is the schedule's own.
    acme.account.schedules.update(version=2)
    # Of an incident, who has it and whose policy pages cannot both be a wish.
    elsewhere = ("/users/me", "/incidents/")
    acme_only = [
        address
        for address in addresses
        if address.count("/") == 2 and not address.startswith(elsewhere)
    ]
    done = 0
    for address in acme_only:
        answer = caller.get(address)
        if answer.status_code != 200:
            continue
        [(root, body)] = list(answer.json().items())[:1]
        if not isinstance(body, dict) or "self" not in body:
            continue
        changed = caller.put(
            address, {root: {**body, "unknown": {"a": 1}, "duration": 5}}
        )
        if changed.status_code == 405:
            continue
        assert changed.status_code == 200, (address, changed.content)
        done += 1

    assert done >= 6


def test_a_valid_key_of_any_kind_reads_the_abilities(acme):
    """W16."""
    member = acme.bob.membership
    for found in (key(acme.account), key(acme.account, member)):
        assert re.fullmatch(r"[0-9A-Za-z_\-+/=]{20}", found.secret)  # W15
        assert found.get("/abilities").status_code == 200
    reading = key(acme.account, read_only=True)
    assert reading.get("/abilities").status_code == 200


def test_what_clients_read_without_looking_is_always_an_array(caller):
    """W20."""
    for user in caller.get("/users").json()["users"]:
        for name in ("teams", "contact_methods", "notification_rules"):
            assert isinstance(user[name], list)
    for entry in caller.get("/log_entries").json()["log_entries"]:
        values = entry["event_details"].values()
        assert all(isinstance(value, str) for value in values)
