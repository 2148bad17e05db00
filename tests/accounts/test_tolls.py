"""Numbers that cost extra, countries that are not allowed, and quotas."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts import contact_methods, quotas, tolls
from accounts.models import Account, QuotaUse
from accounts.onboarding import Refused
from accounts.permissions import Actor
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

GERMAN, FRENCH, SWISS = "+4915112345678", "+33612345678", "+41791234567"


def add(person, address, kind="sms", at=NOON):
    return contact_methods.add(
        person.membership,
        kind=kind,
        address=address,
        actor=Actor("web", person.membership),
        at=at,
    )


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+499001234567", "premium rate"),
        ("+33899123456", "premium rate, abroad"),
        ("+881612345678", "a satellite"),
        ("+88213123456", "a network without a country"),
        ("+979123456789", "the world's premium rate"),
        ("+447012345678", "passed on to wherever its owner likes"),
        ("+491801234567", "shared cost"),
    ],
)
def test_a_number_that_costs_extra_is_refused(acme, number, why):
    with pytest.raises(ValidationError):
        add(acme.bob, number)
    assert acme.account.contact_methods.filter(kind="sms").count() == 0


@pytest.mark.parametrize("number", [GERMAN, FRENCH, "+493012345678", "+12025550123"])
def test_usual_numbers_are_taken(acme, number):
    assert add(acme.bob, number).address == number


def test_the_first_number_says_where_the_account_is(acme):
    add(acme.alice, GERMAN)

    assert Account.objects.get(pk=acme.account.pk).allowed_countries == ["DE"]
    with pytest.raises(ValidationError, match="An admin can allow"):
        add(acme.alice, FRENCH)
    assert add(acme.alice, "+4915187654321").address == "+4915187654321"


def test_a_country_on_creation_is_allowed_from_the_start(db):
    call_command(
        "create_account", "Initech", owner="peter@initech.example", country="ch"
    )

    account = Account.objects.get(name="Initech")
    assert account.allowed_countries == ["CH"]
    assert contact_methods.clean_address(account, "sms", SWISS) == SWISS
    with pytest.raises(ValidationError, match="FR"):
        contact_methods.clean_address(account, "sms", FRENCH)


def test_an_admin_allows_a_country_and_the_log_keeps_it(acme, sign_in):
    add(acme.bob, GERMAN)
    form = {"name": "Acme", "time_zone": "UTC", "allowed_countries": "de, fr"}

    sign_in(acme.alice).post("/settings/", form)

    acme.bob.membership.account.refresh_from_db()
    assert add(acme.bob, FRENCH).address == FRENCH
    details = acme.account.audit_entries.get(action="changed settings").details
    assert details["countries_before"] == ["DE"]
    assert details["countries_after"] == ["DE", "FR"]


def test_a_responder_allows_no_country(acme, sign_in):
    form = {"name": "Acme", "time_zone": "UTC", "allowed_countries": "FR"}

    assert sign_in(acme.bob).post("/settings/", form).status_code == 403
    assert Account.objects.get(pk=acme.account.pk).allowed_countries == []


def test_a_strange_country_is_named_and_nothing_typed_is_lost(acme, sign_in):
    form = {"name": "Acme", "time_zone": "UTC", "allowed_countries": "DE XX"}

    page = sign_in(acme.alice).post("/settings/", form).content.decode()

    assert "Not a country: XX" in page
    assert 'value="DE XX"' in page


def test_a_country_taken_back_ends_codes_tests_and_confirming(acme):
    method = add(acme.bob, GERMAN)
    contact_methods.send_code(method, at=NOON)
    acme.account.allowed_countries = ["FR"]
    acme.account.save()
    method = acme.account.contact_methods.get(pk=method.pk)

    with pytest.raises(Refused, match="DE"):
        contact_methods.send_code(method, at=NOON)
    with pytest.raises(Refused, match="DE"):
        contact_methods.confirm(method, "1", actor=Actor("web"), at=NOON)
    confirmed = factories.contact(acme.alice.membership, "sms", GERMAN)
    with pytest.raises(Refused, match="DE"):
        contact_methods.test(confirmed, at=NOON)


def codes(method, count, at=NOON):
    for number in range(count):
        contact_methods.send_code(method, at=at + timedelta(minutes=number))


def test_the_refusal_says_when_again_and_then_it_works(acme):
    method = add(acme.bob, GERMAN)
    codes(method, 5)

    with pytest.raises(quotas.Exhausted, match="Try again at 13:00") as refusal:
        contact_methods.send_code(method, at=NOON + timedelta(minutes=10))

    assert refusal.value.again_at == NOON + timedelta(hours=1)
    contact_methods.send_code(method, at=NOON + timedelta(hours=1))


def test_a_number_has_one_quota_in_all_accounts(acme, globex):
    codes(add(acme.bob, GERMAN), 5)

    with pytest.raises(quotas.Exhausted, match="to this address"):
        codes(add(globex.mallory, GERMAN), 1, at=NOON + timedelta(minutes=5))
    codes(add(globex.mallory, "+4915187654321"), 1)


@pytest.mark.parametrize(
    ("quota", "words"),
    [
        ("person", "for one person"),
        ("account", "for this account"),
        ("country", "numbers of this country"),
    ],
)
def test_persons_accounts_and_countries_have_quotas_too(acme, settings, quota, words):
    settings.CODE_QUOTAS = {**settings.CODE_QUOTAS, quota: 2}
    codes(add(acme.bob, GERMAN), 2)

    with pytest.raises(quotas.Exhausted, match=words):
        codes(add(acme.bob, "+4915187654321"), 1, at=NOON + timedelta(minutes=5))


def test_a_countrys_quota_leaves_mails_alone(acme, settings):
    settings.CODE_QUOTAS = {**settings.CODE_QUOTAS, "country": 0}
    with pytest.raises(quotas.Exhausted):
        codes(add(acme.bob, GERMAN), 1)

    codes(add(acme.bob, "bob@home.example", kind="email"), 1)


def test_codes_and_tests_have_quotas_of_their_own(acme):
    codes(add(acme.bob, GERMAN), 5)
    method = factories.contact(acme.alice.membership, "sms", GERMAN)

    contact_methods.test(method, at=NOON)

    for _ in range(9):
        contact_methods.test(method, at=NOON)
    with pytest.raises(quotas.Exhausted, match="Too many tests"):
        contact_methods.test(method, at=NOON)


def test_no_address_is_kept_and_old_uses_are_forgotten(acme):
    method = add(acme.bob, GERMAN)
    codes(method, 1)

    use = QuotaUse.objects.get()
    assert GERMAN not in str(vars(use))
    assert use.country == "DE"
    codes(method, 1, at=NOON + timedelta(hours=2))
    assert QuotaUse.objects.count() == 1


def test_an_address_that_was_given_up_gets_another_chance_by_its_code(acme):
    method = factories.contact(acme.bob.membership, "sms", GERMAN)
    contact_methods.disable(method, "The number is not valid.", at=NOON)
    assert not method.may_be_paged

    with time_machine.travel(NOON, tick=False):
        contact_methods.send_code(method, at=NOON)
    code = acme.account.notifications.get(purpose="code").content["code"]
    assert not method.may_be_paged
    contact_methods.confirm(
        method, code, actor=Actor("web", acme.bob.membership), at=NOON
    )

    assert acme.account.contact_methods.get(pk=method.pk).may_be_paged


def test_a_number_newer_than_our_numbering_plans_has_a_country():
    assert tolls.country("+4915112345678") == "DE"
    assert tolls.country("bob@acme.example") == ""
