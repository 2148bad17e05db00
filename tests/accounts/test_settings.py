"""Settings, API keys and the audit log."""

import re

import pytest

from accounts import audit, keys
from accounts.permissions import Actor, NotPermitted
from tests.factories import NOON

KEYS = "/settings/keys/"


def shown(page: str) -> str:
    """Read the key off the page, which shows it once."""
    found = re.search(r'data-copy="([0-9A-Za-z]{20})"', page)
    assert found is not None
    return found[1]


def test_an_owner_renames_the_account(acme, sign_in):
    form = {"name": "Acme Ltd", "time_zone": "Europe/Paris", "country": "fr"}

    answer = sign_in(acme.alice).post("/settings/", form, follow=True)

    acme.account.refresh_from_db()
    assert (acme.account.name, acme.account.country) == ("Acme Ltd", "FR")
    assert "Acme Ltd" in answer.content.decode()


def test_a_nameless_account_is_refused(acme, sign_in):
    form = {"name": " ", "time_zone": "Europe/Paris", "country": ""}

    answer = sign_in(acme.alice).post("/settings/", form)

    acme.account.refresh_from_db()
    assert "required" in answer.content.decode()
    assert acme.account.name == "Acme"


@pytest.mark.parametrize("address", ["/settings/", KEYS, "/settings/audit/"])
def test_settings_are_for_admins(acme, sign_in, address):
    assert sign_in(acme.alice).get(address).status_code == 200
    assert sign_in(acme.bob).get(address).status_code == 403
    assert sign_in(acme.bob).post(address, {"name": "Mine"}).status_code == 403


def test_a_key_is_shown_once_and_opens_the_account(acme, sign_in):
    alice = sign_in(acme.alice)

    page = alice.post(KEYS, {"name": "Terraform", "is_read_only": "on"})
    secret = shown(page.content.decode())
    again = alice.get(KEYS).content.decode()

    key = keys.authenticate(secret)
    assert key is not None
    assert (key.account, key.name, key.is_read_only) == (
        acme.account,
        "Terraform",
        True,
    )
    assert key.prefix == secret[:4]
    assert secret not in again
    assert "Terraform" in again


def test_a_revoked_key_opens_nothing(acme, sign_in):
    key, secret = keys.create(acme.account, "Old", None, False, NOON)

    sign_in(acme.alice).post(f"/keys/{key.public_id}/revoke/")

    assert keys.authenticate(secret) is None


@pytest.mark.parametrize("secret", ["", "x" * 20, "x" * 21, "\x00" * 20])
def test_a_made_up_key_opens_nothing(acme, secret):
    assert keys.authenticate(secret) is None


def test_a_persons_key_dies_with_their_membership(acme):
    _key, secret = keys.create(acme.account, "Bob's", acme.bob.membership, False, NOON)
    before = keys.authenticate(secret)

    acme.bob.membership.deactivated_at = NOON
    acme.bob.membership.save()

    assert before is not None
    assert keys.authenticate(secret) is None


def test_a_suspended_accounts_keys_open_nothing(acme):
    _key, secret = keys.create(acme.account, "Ours", None, False, NOON)
    acme.account.suspended_at = NOON
    acme.account.save()

    assert keys.authenticate(secret) is None


def test_everybody_may_have_a_key_of_their_own_and_end_it(acme, sign_in):
    bob = sign_in(acme.bob)

    page = bob.post("/me/keys/", {"name": "Script"}).content.decode()
    key = keys.authenticate(shown(page))
    assert key is not None
    bob.post(f"/keys/{key.public_id}/revoke/")

    assert key.membership == acme.bob.membership
    assert keys.authenticate(shown(page)) is None


def test_a_key_of_the_account_is_not_a_responders_to_make_or_end(acme, sign_in):
    key, secret = keys.create(acme.account, "Ours", None, False, NOON)
    by_bob = Actor("web", acme.bob.membership)

    answer = sign_in(acme.bob).post(f"/keys/{key.public_id}/revoke/")
    with pytest.raises(NotPermitted):
        keys.create(acme.account, "Mine", None, False, NOON, actor=by_bob)

    assert answer.status_code == 403
    assert keys.authenticate(secret) is not None


def test_the_audit_log_says_who_did_what(acme, sign_in):
    alice = sign_in(acme.alice)
    alice.post("/teams/new/", {"name": "Payments", "description": ""})

    page = alice.get("/settings/audit/").content.decode()

    assert "created team" in page
    assert "Payments" in page


def test_the_audit_log_is_read_page_by_page(acme, sign_in):
    by_alice = Actor("web", acme.alice.membership)
    for number in range(120):
        audit.record(by_alice, f"did no. {number:03}", acme.account, at=NOON)
    alice = sign_in(acme.alice)
    told, address = [], "/settings/audit/"
    while address:
        page = alice.get(address).content.decode()
        told.append(re.findall(r"did no\. \d+", page))
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/settings/audit/{older[1]}" if older else ""
    newer = re.search(r'rel="prev" href="([^"]+)"', page)

    assert [len(part) for part in told] == [50, 50, 20]
    assert len({entry for part in told for entry in part}) == 120
    assert newer is not None
    back = alice.get(f"/settings/audit/{newer[1]}").content.decode()
    assert re.findall(r"did no\. \d+", back) == told[1]


def test_the_audit_log_is_searched(acme, sign_in):
    by_alice = Actor("web", acme.alice.membership)
    for action in ("created team", "revoked API key"):
        audit.record(by_alice, action, acme.account, at=NOON)

    page = sign_in(acme.alice).get("/settings/audit/?q=revoked").content.decode()

    assert "revoked API key" in page
    assert "created team" not in page
