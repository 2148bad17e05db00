"""Roles, leaving and coming back, and what admins do for others."""

import pytest

from tests import factories
from tests.factories import NOON


@pytest.fixture
def carol(acme) -> factories.Person:
    """An admin of Acme."""
    return factories.person(acme.account, "Carol", "admin")


def page_of(person) -> str:
    return f"/people/{person.membership.public_id}/"


def test_the_list_says_who_cannot_be_reached(acme, sign_in):
    acme.bob.email.verified_at = None
    acme.bob.email.save()

    page = sign_in(acme.alice).get("/people/").content.decode()

    assert "No confirmed contact method" in page
    assert "E-mail only, no phone or push" in page


def test_the_list_finds_people_by_name(acme, sign_in):
    alice = sign_in(acme.alice)

    found = alice.get("/people/?q=bo").content.decode()
    nobody = alice.get("/people/?q=zed").content.decode()

    assert page_of(acme.bob) in found
    assert page_of(acme.alice) not in found
    assert "Nobody has this name" in nobody


def test_others_see_addresses_masked(acme, sign_in):
    factories.contact(acme.alice.membership, "sms", "+4915112345678")

    page = sign_in(acme.bob).get(page_of(acme.alice)).content.decode()

    assert "+49…78" in page
    assert "+4915112345678" not in page


def test_an_owner_changes_a_role(acme, sign_in):
    answer = sign_in(acme.alice).post(
        page_of(acme.bob) + "role/", {"role": "admin"}, follow=True
    )

    acme.bob.membership.refresh_from_db()
    assert acme.bob.membership.role == "admin"
    assert "Bob is now Admin" in answer.content.decode()
    assert acme.account.audit_entries.filter(action="changed role").exists()


def test_a_responder_changes_no_role(acme, sign_in):
    bob = sign_in(acme.bob)

    answer = bob.post(page_of(acme.bob) + "role/", {"role": "owner"})

    acme.bob.membership.refresh_from_db()
    assert answer.status_code == 403
    assert acme.bob.membership.role == "responder"
    assert "Change role" not in bob.get(page_of(acme.alice)).content.decode()


def test_an_admin_makes_no_owner_and_demotes_none(acme, carol, sign_in):
    browser = sign_in(carol)

    promoted = browser.post(page_of(acme.bob) + "role/", {"role": "owner"})
    demoted = browser.post(page_of(acme.alice) + "role/", {"role": "observer"})
    removed = browser.post(page_of(acme.alice) + "deactivate/")

    acme.alice.membership.refresh_from_db()
    assert "valid choice" in promoted.content.decode()
    assert (demoted.status_code, removed.status_code) == (403, 403)
    assert acme.alice.membership.role == "owner"


def test_the_last_owner_stays(acme, sign_in):
    alice = sign_in(acme.alice)

    demoted = alice.post(page_of(acme.alice) + "role/", {"role": "admin"})
    removed = alice.post(page_of(acme.alice) + "deactivate/", follow=True)

    assert "needs an owner" in demoted.content.decode()
    assert "needs an owner" in removed.content.decode()
    acme.alice.membership.refresh_from_db()
    assert acme.alice.membership.is_active


def test_one_of_two_owners_may_go(acme, sign_in):
    acme.bob.membership.role = "owner"
    acme.bob.membership.save()

    sign_in(acme.alice).post(page_of(acme.bob) + "deactivate/")

    acme.bob.membership.refresh_from_db()
    assert not acme.bob.membership.is_active


def test_before_somebody_goes_their_duties_are_told(acme, sign_in):
    schedule = factories.schedule(acme.account, acme.bob.membership, name="Nights")

    page = sign_in(acme.alice).get(page_of(acme.bob) + "deactivate/").content.decode()

    assert "Level 2 of Default" in page
    assert f"schedule {schedule.name}" in page
    assert "Nobody else" in page
    acme.bob.membership.refresh_from_db()
    assert acme.bob.membership.is_active


def test_somebody_deactivated_cannot_enter_until_they_are_back(acme, sign_in):
    alice, bob = sign_in(acme.alice), sign_in(acme.bob)
    alice.post(page_of(acme.bob) + "deactivate/")

    outside = bob.get("/people/")
    alice.post(page_of(acme.bob) + "reactivate/")
    inside = bob.get("/people/")

    assert (outside.status_code, outside["Location"]) == (302, "/accounts/new/")
    assert inside.status_code == 200


def test_a_deactivated_person_is_listed_apart(acme, sign_in):
    acme.bob.membership.deactivated_at = NOON
    acme.bob.membership.save()
    alice = sign_in(acme.alice)

    assert page_of(acme.bob) not in alice.get("/people/").content.decode()
    gone = alice.get("/people/?show=deactivated").content.decode()
    assert page_of(acme.bob) in gone


def test_an_admin_adds_a_phone_that_is_paged_but_marked(acme, carol, sign_in):
    form = {"kind": "sms", "address": "+49 1511 2345678", "label": ""}

    answer = sign_in(carol).post(
        page_of(acme.bob) + "contact-methods/", form, follow=True
    )

    method = acme.bob.membership.contact_methods.get(kind="sms")
    assert method.address == "+4915112345678"
    assert method.may_be_paged
    assert "Not confirmed by the person" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [("1511 2345678", "country code"), ("+49 1511", "No phone"), ("", "required")],
)
def test_a_wrong_number_is_explained_and_kept(acme, carol, sign_in, address, words):
    form = {"kind": "sms", "address": address, "label": "work"}

    answer = sign_in(carol).post(page_of(acme.bob) + "contact-methods/", form)

    page = answer.content.decode()
    assert words in page
    assert 'value="work"' in page
    assert not acme.bob.membership.contact_methods.filter(kind="sms").exists()


def test_an_observer_adds_nothing_for_others(acme, sign_in):
    acme.bob.membership.role = "observer"
    acme.bob.membership.save()
    form = {"kind": "sms", "address": "+4915112345678", "label": ""}

    answer = sign_in(acme.bob).post(page_of(acme.alice) + "contact-methods/", form)

    assert answer.status_code == 403
    assert not acme.alice.membership.contact_methods.filter(kind="sms").exists()


def test_an_admin_removes_a_contact_method_of_a_member(acme, carol, sign_in):
    address = f"contact-methods/{acme.bob.email.public_id}/remove/"

    refused = sign_in(acme.bob).post(page_of(acme.bob) + address)
    kept = acme.bob.membership.contact_methods.count()
    sign_in(carol).post(page_of(acme.bob) + address)

    assert (refused.status_code, kept) == (403, 1)
    assert not acme.bob.membership.contact_methods.exists()


def test_a_long_list_asks_no_more_than_a_short_one(
    acme, sign_in, django_assert_max_num_queries
):
    for number in range(12):
        factories.person(acme.account, f"Person{number}")
    alice = sign_in(acme.alice)

    with django_assert_max_num_queries(15):
        page = alice.get("/people/").content.decode()

    assert "Person11" in page
