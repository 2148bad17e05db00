"""A new account is complete from its first minute."""

import pytest

from accounts import onboarding
from accounts.models import Account, User
from tests.factories import NOON


@pytest.fixture
def dana(db) -> User:
    return User.objects.create_user("dana@initech.example", "long enough", name="Dana")


def test_a_new_account_pages_its_owner(dana):
    account = onboarding.create_account(name="Initech", owner=dana, at=NOON)

    policy = account.escalation_policies.get()
    target = account.escalation_targets.get()
    method = account.contact_methods.get()
    assert (account.subdomain, policy.name) == ("initech", "Default")
    assert target.membership.user == dana
    assert target.membership.role == "owner"
    assert (method.kind, method.address) == ("email", "dana@initech.example")
    assert method.verified_at == NOON
    rules = method.notification_rules.values_list("urgency", "delay_minutes")
    assert set(rules) == {("high", 0), ("low", 0)}
    priorities = account.priorities.values_list("name", flat=True)
    assert list(priorities) == ["P1", "P2", "P3", "P4", "P5"]


def test_accounts_of_the_same_name_have_different_subdomains(dana):
    made = [
        onboarding.create_account(name="Init & Tech", owner=dana, at=NOON)
        for _ in range(3)
    ]

    subdomains = [account.subdomain for account in made]
    assert subdomains == ["init-tech", "init-tech-2", "init-tech-3"]


@pytest.mark.parametrize(
    ("name", "subdomain"), [("Admin", "admin-2"), ("日本", "account-2")]
)
def test_a_name_that_makes_no_good_subdomain_still_makes_an_account(
    dana, name, subdomain
):
    Account.objects.create(name="First", subdomain="account")

    account = onboarding.create_account(name=name, owner=dana, at=NOON)

    assert account.subdomain == subdomain


@pytest.mark.parametrize(
    ("subdomain", "words"),
    [("acme", "is taken"), ("www", "is reserved"), ("-x-", "lower-case letters")],
)
def test_an_unfit_subdomain_is_refused_in_words(acme, dana, subdomain, words):
    with pytest.raises(onboarding.Refused, match=words):
        onboarding.create_account(
            name="Initech", owner=dana, subdomain=subdomain, at=NOON
        )

    assert not dana.memberships.exists()


def test_making_an_account_leaves_the_scope_as_it_was(acme, dana):
    onboarding.create_account(name="Initech", owner=dana, at=NOON)

    assert acme.account.memberships.count() == 2


def test_somebody_who_comes_back_is_active_again_and_has_one_contact_method(acme):
    bob = acme.bob.membership
    bob.deactivated_at = NOON
    bob.save()

    onboarding.add_member(acme.account, bob.user, "manager", at=NOON)

    bob.refresh_from_db()
    assert (bob.role, bob.deactivated_at) == ("manager", None)
    assert bob.contact_methods.count() == 1


def test_a_member_whom_somebody_vouches_for_is_paged_but_not_confirmed(acme, dana):
    member = onboarding.add_member(
        acme.account, dana, "responder", at=NOON, is_confirmed=False
    )

    method = member.contact_methods.get()
    assert method.may_be_paged
    assert method.verified_at is None
