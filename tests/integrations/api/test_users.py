"""Users of the account, through the API."""

import pytest

from accounts.models import Membership, User
from tests import factories
from tests.factories import NOON
from tests.integrations.api.conftest import errors, key

ANN = {
    "type": "user",
    "name": "Ann Lee",
    "email": "ann@example.com",
    "role": "user",
    "time_zone": "Europe/Berlin",
    "unheard_of": {"is": "ignored"},
}


def names(answer) -> list[str]:
    return [user["name"] for user in answer.json()["users"]]


def test_users_are_listed_with_addresses_as_they_were_called(api, acme):
    users = api.get("/users").json()["users"]

    assert [user["name"] for user in users] == ["Alice", "Bob"]
    alice = users[0]
    assert alice["role"] == "owner"
    path = f"users/{acme.alice.membership.public_id}"
    assert alice["self"] == f"http://testserver/api/{path}"
    assert alice["html_url"] == f"https://acme.oncall.example/{path}"
    assert alice["contact_methods"][0]["type"] == "email_contact_method_reference"


def test_at_the_root_an_address_has_no_prefix(api, client):
    headers = {"authorization": f"Token token={api.secret}"}

    user = client.get("/users", headers=headers).json()["users"][0]

    assert user["self"].startswith("http://testserver/users/")


def test_the_number_of_queries_does_not_grow(api, acme, django_assert_max_num_queries):
    for number in range(12):
        factories.person(acme.account, f"Person{number}")

    with django_assert_max_num_queries(25):
        found = api.get("/users", **{"include[]": ["contact_methods", "teams"]})
    assert len(found.json()["users"]) == 14


def test_users_are_found_by_name_address_and_team(api, acme):
    team = acme.account.teams.create(name="Payments")
    bob = acme.bob.membership
    bob.places.create(account=acme.account, team=team)

    assert names(api.get("/users", query="ali")) == ["Alice"]
    assert names(api.get("/users", query=acme.bob.user.email)) == ["Bob"]
    assert names(api.get("/users", **{"team_ids[]": [team.public_id]})) == ["Bob"]
    assert names(api.get("/users", team_ids=[team.public_id])) == ["Bob"]
    assert names(api.get("/users", sort_by="name:desc")) == ["Bob", "Alice"]


def test_includes_are_full_or_refused(api):
    included = ["contact_methods", "notification_rules", "teams"]
    alice = api.get("/users", **{"include[]": included}).json()["users"][0]

    assert alice["contact_methods"][0]["address"] == "alice@acme.example"
    assert alice["notification_rules"][0]["start_delay_in_minutes"] == 0
    refused = api.get("/users", **{"include[]": "secrets"})
    assert refused.status_code == 400
    assert "secrets" in errors(refused)[0]


def test_a_new_user_is_there_at_once_and_is_invited(api, acme):
    made = api.post("/users", {"user": ANN}, From=acme.alice.user.email)

    assert made.status_code == 201
    user = made.json()["user"]
    assert (user["name"], user["role"], user["time_zone"]) == (
        "Ann Lee",
        "user",
        "Europe/Berlin",
    )
    assert user["invitation_sent"] is True
    assert api.get(f"/users/{user['id']}").json()["user"]["email"] == "ann@example.com"
    ann = acme.account.memberships.get(public_id=user["id"])
    assert [method.may_be_paged for method in ann.contact_methods.all()] == [True]
    assert not ann.user.has_usable_password()
    mail = acme.account.notifications.get(address="ann@example.com")
    assert "Alice" in mail.content["lines"][0]


def test_a_new_user_is_refused_in_sentences(api, acme):
    taken = api.post("/users", {"user": {**ANN, "email": acme.bob.user.email}})
    empty = api.post("/users", {"user": {"type": "user", "email": "x"}})
    zone = api.post("/users", {"user": {**ANN, "time_zone": "Mars/North"}})

    assert errors(taken) == ["Email has already been taken"]
    assert "Name is required." in errors(empty)
    assert errors(zone) == ["Time zone: Mars/North is not a time zone."]
    assert api.post("/users", {"name": "Ann"}).json()["error"]["code"] == 2003
    assert acme.account.memberships.count() == 2
    assert not User.objects.filter(email="ann@example.com").exists()


def test_a_body_that_is_no_json_is_refused(api):
    answer = api.call("post", "/users", "{")

    assert errors(answer) == ["The body is not JSON."]


def test_from_must_name_somebody(api):
    answer = api.post("/users", {"user": ANN}, From="nobody@example.com")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 1008


def test_a_responder_and_a_reading_key_make_nobody(api, acme):
    by_bob = api.post("/users", {"user": ANN}, From=acme.bob.user.email)
    own = key(acme.account, acme.bob.membership).post("/users", {"user": ANN})
    reading = key(acme.account, read_only=True).post("/users", {"user": ANN})

    for answer in (by_bob, own, reading):
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == 2010
    assert key(acme.account, read_only=True).get("/users").status_code == 200


def test_a_change_is_partial(api, acme):
    path = f"/users/{acme.bob.membership.public_id}"

    user = api.put(path, {"user": {"job_title": "SRE", "role": "admin"}}).json()["user"]

    assert (user["name"], user["job_title"], user["role"]) == ("Bob", "SRE", "admin")


def test_a_person_changes_their_own_record_but_not_their_role(acme):
    mine = key(acme.account, acme.bob.membership)
    path = f"/users/{acme.bob.membership.public_id}"
    mine_as_read = mine.get(path).json()["user"]

    changed = mine.put(path, {"user": {**mine_as_read, "name": "Robert"}})

    assert changed.json()["user"]["name"] == "Robert"
    assert mine.put(path, {"user": {"role": "admin"}}).status_code == 403
    others = f"/users/{acme.alice.membership.public_id}"
    assert mine.put(others, {"user": {"name": "Eve"}}).status_code == 403


def test_nobody_else_takes_over_an_address_or_a_name_known_elsewhere(api, acme, globex):
    path = f"/users/{acme.bob.membership.public_id}"

    moved = api.put(path, {"user": {"email": "eve@example.com"}})
    assert errors(moved) == [
        "Only the person can change the address they sign in with."
    ]

    globex.account.memberships.create(user=acme.bob.user)
    renamed = api.put(path, {"user": {"name": "Eve"}})
    assert "other accounts" in errors(renamed)[0]
    assert User.objects.get(pk=acme.bob.user.pk).name == "Bob"


def test_a_misspelt_address_is_corrected_before_the_first_sign_in(api, acme):
    path = f"/users/{api.post('/users', {'user': ANN}).json()['user']['id']}"

    user = api.put(path, {"user": {"email": "anne@example.com"}}).json()["user"]

    assert user["email"] == "anne@example.com"
    assert user["invitation_sent"] is True
    waiting = acme.account.invitations.filter(revoked_at=None)
    assert [i.email for i in waiting] == ["anne@example.com"]
    taken = api.put(path, {"user": {"email": acme.bob.user.email}})
    assert errors(taken) == ["Email has already been taken"]


def test_who_is_on_call_cannot_be_deleted(api, acme):
    refused = api.delete(f"/users/{acme.bob.membership.public_id}")

    assert refused.status_code == 400
    assert "Level 2 of Default" in errors(refused)[0]
    acme.bob.membership.refresh_from_db()
    assert acme.bob.membership.is_active


def test_who_has_an_incident_cannot_be_deleted(api, acme):
    carol = factories.person(acme.account, "Carol").membership
    incident = acme.account.incidents.create(
        number=1, title="Down", service=acme.service, created_at=NOON, changed_at=NOON
    )
    incident.assignments.create(account=acme.account, membership=carol, at=NOON)

    assert "open incidents" in errors(api.delete(f"/users/{carol.public_id}"))[0]


def test_a_deleted_user_is_gone_from_the_api_and_stays_in_history(api, acme):
    carol = factories.person(acme.account, "Carol").membership

    assert api.delete(f"/users/{carol.public_id}").status_code == 204
    assert api.get(f"/users/{carol.public_id}").status_code == 404
    assert "Carol" not in names(api.get("/users"))
    assert Membership.across_accounts.get(pk=carol.pk).deactivated_at


def test_the_last_owner_cannot_be_deleted(api, acme):
    acme.account.escalation_policies.all()
    acme.account.escalation_targets.all().delete()

    refused = api.delete(f"/users/{acme.alice.membership.public_id}")

    assert "needs an owner" in errors(refused)[0]


def test_me_is_the_owner_of_a_personal_key(acme):
    me = key(acme.account, acme.bob.membership).get("/users/me")

    assert me.json()["user"]["name"] == "Bob"


def test_me_with_an_accounts_key_says_so_in_a_bare_string(api):
    answer = api.get("/users/me")

    assert answer.status_code == 400
    assert "account-level access token" in answer.json()["error"]


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_another_accounts_user_is_not_found(stranger, acme, method):
    path = f"/users/{acme.bob.membership.public_id}"
    body = {"user": {"name": "Eve"}} if method == "put" else {}

    assert stranger.call(method, path, body).status_code == 404
    assert names(stranger.get("/users")) == ["Mallory"]


def test_a_person_of_another_account_keeps_name_and_password(api, globex):
    mallory = globex.mallory.user

    made = api.post("/users", {"user": {**ANN, "email": mallory.email}})

    # Only what was told is shown, until she joins by herself.
    assert made.json()["user"]["name"] == ANN["name"]
    assert User.objects.get(pk=mallory.pk).password == mallory.password
    mallory.refresh_from_db()
    assert mallory.memberships.count() == 2


def test_the_invitation_of_a_deleted_user_lets_nobody_in(api, acme):
    ann = api.post("/users", {"user": ANN}).json()["user"]

    api.delete(f"/users/{ann['id']}")

    assert acme.account.invitations.get(email=ANN["email"]).revoked_at
    again = api.post("/users", {"user": ANN})
    assert again.status_code == 201
    assert again.json()["user"]["invitation_sent"] is True


def test_nobody_is_made_an_owner_by_an_admin(acme):
    ada = factories.person(acme.account, "Ada", "admin")
    admin = key(acme.account, From=ada.user.email)

    owner = admin.post("/users", {"user": {**ANN, "role": "owner"}})

    assert owner.status_code == 403
    assert admin.post("/users", {"user": ANN}).status_code == 201
