"""The two commands that operators start with."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from accounts import keys
from accounts.models import Account, User


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


def test_an_account_is_made_and_its_owner_comes_in_by_the_link(db, client, settings):
    settings.SITE_URL = "https://oncall.example"
    last = run("create_account", "Initech", "--owner", "Dana@initech.example")[-1]
    account = Account.objects.get(subdomain="initech")
    target = account.escalation_targets.get().membership
    before = target.contact_methods.get()

    form = {"name": "Dana", "password1": "a horse named Battery", "time_zone": "UTC"}
    token = last.rstrip("/").rpartition("/")[2]
    shown = client.get(urlsplit(last).path).content.decode()
    client.post("/accounts/signup/", form | {"invitation": token})

    assert last.startswith("https://oncall.example/join/")
    assert "You are invited to Initech" in shown
    assert (before.may_be_paged, before.verified_at) == (True, None)
    after = account.contact_methods.get()
    assert after.verified_at is not None
    owner = account.memberships.get()
    assert (owner.name, owner.role) == ("Dana", "owner")
    assert owner.user.check_password("a horse named Battery")
    assert client.get("/people/").status_code == 200


def test_an_owner_who_is_here_already_joins_by_signing_in(acme, sign_in):
    last = run("create_account", "Second", "--owner", "alice@acme.example")[-1]

    answer = sign_in(acme.alice).post(urlsplit(last).path, follow=True)

    assert "Welcome to Second" in answer.content.decode()
    assert acme.alice.user.memberships.count() == 2


def test_the_same_name_is_allowed_twice(acme):
    run("create_account", "Acme", "--owner", "x@acme.example", "--country", "us")

    assert Account.objects.get(subdomain="acme-2").country == "US"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--owner", "x@y.example", "--subdomain", "acme"], "is taken"),
        (["--owner", "x@y.example", "--subdomain", "Not good"], "lower-case"),
        (["--owner", "nobody"], "valid email"),
        (["--owner", "x@y.example", "--country", "Germany"], "country: .*2 char"),
        (["--owner", "x@y.example", "--country", "XX"], "no country XX"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(acme, arguments, words):
    with pytest.raises(CommandError, match=words):
        run("create_account", "New", *arguments)

    assert not User.objects.filter(email="x@y.example").exists()


def test_a_key_stands_alone_on_the_last_line(acme):
    secret = run("create_api_key", "--account", "acme", "--read-only")[-1]

    key = keys.authenticate(secret)
    assert key is not None
    assert (key.account, key.membership, key.is_read_only) == (acme.account, None, True)


def test_a_key_of_a_user_acts_as_them(acme):
    secret = run("create_api_key", "--account", "acme", "--user", "Bob@acme.example")[
        -1
    ]

    key = keys.authenticate(secret)
    assert key is not None
    assert key.membership == acme.bob.membership


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--account", "nowhere"], "no account nowhere"),
        (["--account", "acme", "--user", "mallory@globex.example"], "not an active"),
    ],
)
def test_a_key_of_nothing_is_refused(acme, globex, arguments, words):
    with pytest.raises(CommandError, match=words):
        run("create_api_key", *arguments)

    assert not acme.account.api_keys.exists()
