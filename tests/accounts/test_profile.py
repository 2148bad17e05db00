"""How a person says how they are reached."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.accounts.conftest import letters

PHONE = {"kind": "sms", "address": "+49 1511 2345678", "label": ""}
METHODS = "/me/contact-methods/"


def phone_of(person):
    return person.membership.contact_methods.get(kind="sms")


def code_of(world) -> str:
    return str(letters(world.account, "code")[0].content["code"])


def of(method, verb: str) -> str:
    return f"{METHODS}{method.public_id}/{verb}/"


def another(code: str) -> str:
    """Guess wrongly."""
    return f"{(int(code) + 1) % 10**6:06}"


def test_an_own_phone_is_paged_once_its_code_came_back(acme, sign_in):
    bob = sign_in(acme.bob)

    page = bob.post(METHODS, PHONE, follow=True).content.decode()
    before = phone_of(acme.bob).may_be_paged
    bob.post(of(phone_of(acme.bob), "confirm"), {"code": code_of(acme)})

    assert "Enter the code" in page
    assert not before
    assert phone_of(acme.bob).may_be_paged
    assert code_of(acme) not in page


def test_confirming_texts_confirms_calls_to_the_same_number(acme, sign_in):
    bob = sign_in(acme.bob)
    bob.post(METHODS, PHONE)
    bob.post(METHODS, PHONE | {"kind": "voice"})

    bob.post(of(phone_of(acme.bob), "code"))
    bob.post(of(phone_of(acme.bob), "confirm"), {"code": code_of(acme)})

    methods = acme.bob.membership.contact_methods.filter(address="+4915112345678")
    assert all(method.verified_at for method in methods)
    assert len(methods) == 2


def test_a_wrong_code_counts_and_the_fifth_voids_it(acme, sign_in):
    bob = sign_in(acme.bob)
    bob.post(METHODS, PHONE)
    code, confirm = code_of(acme), of(phone_of(acme.bob), "confirm")

    first = bob.post(confirm, {"code": another(code)}).content.decode()
    for _ in range(4):
        last = bob.post(confirm, {"code": another(code)}).content.decode()
    right = bob.post(confirm, {"code": code}).content.decode()

    assert "Attempts left: 4" in first
    assert "void now" in last
    assert "no longer valid" in right
    assert not phone_of(acme.bob).may_be_paged


def test_an_old_code_is_refused(acme, sign_in):
    bob = sign_in(acme.bob)
    bob.post(METHODS, PHONE)
    acme.account.verifications.update(expires_at=timezone.now())

    page = bob.post(of(phone_of(acme.bob), "confirm"), {"code": code_of(acme)})

    assert "no longer valid" in page.content.decode()


def test_a_new_code_voids_the_one_before(acme, sign_in):
    bob = sign_in(acme.bob)
    bob.post(METHODS, PHONE)
    first = code_of(acme)
    bob.post(of(phone_of(acme.bob), "code"))

    page = bob.post(of(phone_of(acme.bob), "confirm"), {"code": first})

    # One time in a million both are the same.
    assert first == code_of(acme) or "not the code" in page.content.decode()


def test_codes_are_not_kept_in_the_clear(acme, sign_in):
    sign_in(acme.bob).post(METHODS, PHONE)

    assert code_of(acme) not in acme.account.verifications.get().code_digest


def test_codes_have_a_quota(acme, sign_in):
    bob = sign_in(acme.bob)
    bob.post(METHODS, PHONE)

    for _ in range(5):
        answer = bob.post(of(phone_of(acme.bob), "code"), follow=True)

    assert "Too many codes" in answer.content.decode()
    assert len(letters(acme.account, "code")) == 5


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"address": "12345"}, "country code"),
        ({"address": "+49 1511"}, "No phone"),
        ({"kind": "email", "address": "bob"}, "valid email"),
        ({"kind": "pigeon"}, "valid choice"),
        ({"kind": "email", "address": "BOB@acme.example"}, "already in the list"),
    ],
)
def test_a_wrong_address_is_explained_and_kept(acme, sign_in, form, words):
    answer = sign_in(acme.bob).post(METHODS, PHONE | form)

    page = answer.content.decode()
    assert words in page
    assert (PHONE | form)["address"] in page
    assert acme.bob.membership.contact_methods.count() == 1


def test_a_national_number_is_read_with_the_accounts_country(acme, sign_in):
    acme.account.country = "DE"
    acme.account.save()

    sign_in(acme.bob).post(METHODS, PHONE | {"address": "01511 2345678"})

    assert phone_of(acme.bob).address == "+4915112345678"


def test_numbers_of_other_countries_are_refused_where_a_list_is_kept(acme, sign_in):
    acme.account.allowed_countries = ["FR"]
    acme.account.save()

    answer = sign_in(acme.bob).post(METHODS, PHONE)

    assert "does not text or call" in answer.content.decode()


def test_a_test_is_sent_and_its_result_is_shown(acme, sign_in):
    bob, method = sign_in(acme.bob), acme.bob.email

    page = bob.post(of(method, "test"), follow=True).content.decode()
    sent = letters(acme.account, "test")[0]
    waiting = bob.get(of(method, "test")).content.decode()
    sent.status, sent.delivered_at = "delivered", sent.created_at + timedelta(seconds=4)
    sent.save()
    delivered = bob.get(of(method, "test")).content.decode()

    assert sent.contact_method == method
    assert "is on its way" in page
    assert "hx-get" in waiting
    assert "after 4 s" in delivered
    assert "hx-get" not in delivered


def test_a_failed_test_says_why(acme, sign_in):
    bob = sign_in(acme.bob)
    bob.post(of(acme.bob.email, "test"))
    sent = letters(acme.account, "test")[0]
    sent.status, sent.error = "failed", "number unreachable"
    sent.save()

    page = bob.get("/me/").content.decode()

    assert "number unreachable" in page


def test_an_unconfirmed_phone_cannot_be_tested(acme, sign_in):
    bob = sign_in(acme.bob)
    bob.post(METHODS, PHONE)

    answer = bob.post(of(phone_of(acme.bob), "test"), follow=True)

    assert "Confirm it first" in answer.content.decode()
    assert letters(acme.account, "test") == []


def test_tests_have_a_quota(acme, sign_in):
    bob = sign_in(acme.bob)

    for _ in range(11):
        answer = bob.post(of(acme.bob.email, "test"), follow=True)

    assert "Too many tests" in answer.content.decode()
    assert len(letters(acme.account, "test")) == 10


def test_removing_the_last_contact_method_warns_and_takes_its_rules(acme, sign_in):
    bob = sign_in(acme.bob)

    page = bob.get(of(acme.bob.email, "remove")).content.decode()
    still_there = acme.bob.membership.contact_methods.count()
    bob.post(of(acme.bob.email, "remove"))

    assert "last one that works" in page
    assert still_there == 1
    assert not acme.bob.membership.contact_methods.exists()
    assert not acme.bob.membership.notification_rules.exists()


def test_the_contact_methods_of_others_are_not_mine(acme, sign_in):
    bob = sign_in(acme.bob)

    answers = [
        bob.post(of(acme.alice.email, verb), {"code": "123456"})
        for verb in ("code", "confirm", "test", "remove")
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert acme.alice.membership.contact_methods.exists()


def test_a_rule_is_added_told_as_a_sentence_and_removed(acme, sign_in):
    method = factories.contact(acme.bob.membership, "voice", "+4930123456", delays=())
    bob = sign_in(acme.bob)
    form = {"contact_method": method.pk, "delay_minutes": "15", "urgency": "high"}

    page = bob.post("/me/rules/", form, follow=True).content.decode()
    rule = method.notification_rules.get()
    bob.post(f"/me/rules/{rule.public_id}/remove/")

    assert "After 15 min" in page
    assert not method.notification_rules.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "already have this rule"),
        ({"delay_minutes": "1441"}, "less than or equal to 1440"),
        ({"delay_minutes": "-1"}, "greater than or equal to 0"),
        ({"contact_method": ""}, "required"),
    ],
)
def test_a_useless_rule_is_refused(acme, sign_in, change, words):
    form = {
        "contact_method": acme.bob.email.pk,
        "delay_minutes": "0",
        "urgency": "high",
    }

    page = sign_in(acme.bob).post("/me/rules/", form | change).content.decode()

    assert words in page
    assert acme.bob.membership.notification_rules.count() == 2


def test_a_rule_by_somebody_elses_contact_method_is_refused(acme, sign_in):
    form = {
        "contact_method": acme.alice.email.pk,
        "delay_minutes": "5",
        "urgency": "high",
    }

    page = sign_in(acme.bob).post("/me/rules/", form).content.decode()

    assert "not one of the available choices" in page
    assert acme.account.notification_rules.filter(delay_minutes=5).count() == 0


def test_a_preset_replaces_the_rules_of_one_urgency(acme, sign_in):
    factories.contact(acme.bob.membership, "sms", "+4930123456", delays=())
    factories.contact(acme.bob.membership, "voice", "+4930123456", delays=(1,))

    sign_in(acme.bob).post("/me/presets/high/usual/")

    rules = acme.bob.membership.notification_rules
    plan = rules.filter(urgency="high").values_list(
        "contact_method__kind", "delay_minutes"
    )
    assert sorted(plan) == [("email", 0), ("sms", 0), ("voice", 15)]
    assert rules.filter(urgency="low").count() == 2


def test_a_preset_without_its_contact_methods_changes_nothing(acme, sign_in):
    acme.bob.membership.contact_methods.update(kind="sms", address="+4930123456")

    answer = sign_in(acme.bob).post("/me/presets/high/quiet/", follow=True)

    assert "no contact method that this preset uses" in answer.content.decode()
    assert acme.bob.membership.notification_rules.count() == 2


def test_a_rule_later_than_the_level_waits_is_pointed_out(acme, sign_in):
    factories.rule(acme.bob.email, 30)

    page = sign_in(acme.bob).get("/me/").content.decode()

    assert "Later than your escalation level waits" in page


def test_preferences_are_kept(acme, sign_in):
    form = {"name": "Bob Ray", "job_title": "SRE", "time_zone": "Asia/Tokyo"}

    page = sign_in(acme.bob).post("/me/preferences/", form, follow=True)

    member = acme.account.memberships.get(pk=acme.bob.membership.pk)
    assert (member.name, member.job_title) == ("Bob Ray", "SRE")
    assert member.time_zone == "Asia/Tokyo"
    assert "Bob Ray" in page.content.decode()


def test_a_wrong_time_zone_is_refused_and_the_rest_is_kept(acme, sign_in):
    form = {"name": "Bob Ray", "job_title": "SRE", "time_zone": "Mars/Olympus"}

    page = sign_in(acme.bob).post("/me/preferences/", form).content.decode()

    assert "valid choice" in page
    assert "Bob Ray" in page
    acme.bob.membership.refresh_from_db()
    assert acme.bob.membership.time_zone == "UTC"


def test_reading_the_profile_changes_nothing_and_asks_little(
    acme, sign_in, django_assert_max_num_queries
):
    bob = sign_in(acme.bob)
    for number in range(5):
        factories.contact(acme.bob.membership, "sms", f"+493012345{number}")

    with django_assert_max_num_queries(33):
        bob.get("/me/")
    for address in (METHODS, "/me/rules/", of(acme.bob.email, "confirm")):
        assert bob.get(address)["Location"] == "/me/"

    assert not acme.account.audit_entries.exists()
    assert letters(acme.account, "code") == []
