"""Mallory of Globex finds nothing of Acme, whatever she asks for."""

import pytest
from django.utils import timezone

from accounts import invitations, keys
from tests.factories import NOON


@pytest.fixture
def ids(acme) -> dict[str, str]:
    """Return what Acme has, by the names that addresses use."""
    bob = acme.bob
    key, _secret = keys.create(acme.account, "Ours", None, False, NOON)
    invitation, _token = invitations.issue(
        acme.account, email="erin@acme.example", role="observer", at=timezone.now()
    )
    return {
        "person": bob.membership.public_id,
        "method": bob.email.public_id,
        "rule": bob.membership.notification_rules.all()[0].public_id,
        "team": acme.account.teams.create(name="Payments").public_id,
        "key": key.public_id,
        "invitation": invitation.public_id,
    }


@pytest.mark.parametrize(
    "address",
    [
        "/people/{person}/",
        "/people/{person}/role/",
        "/people/{person}/deactivate/",
        "/people/{person}/reactivate/",
        "/people/{person}/contact-methods/",
        "/people/{person}/contact-methods/{method}/remove/",
        "/people/invitations/{invitation}/resend/",
        "/people/invitations/{invitation}/revoke/",
        "/teams/{team}/",
        "/teams/{team}/edit/",
        "/teams/{team}/delete/",
        "/me/contact-methods/{method}/code/",
        "/me/contact-methods/{method}/confirm/",
        "/me/contact-methods/{method}/test/",
        "/me/contact-methods/{method}/remove/",
        "/me/rules/{rule}/remove/",
        "/keys/{key}/revoke/",
    ],
)
def test_ids_of_another_account_lead_nowhere(acme, globex, sign_in, ids, address):
    mallory, alice = sign_in(globex.mallory), sign_in(acme.alice)

    answer = mallory.post(address.format(**ids))

    assert answer.status_code == 404
    if "/me/" not in address:
        # The same address is there for those it belongs to.
        assert alice.get(address.format(**ids)).status_code in {200, 302, 405}


def test_a_list_names_nobody_of_another_account(acme, globex, sign_in):
    mallory = sign_in(globex.mallory)

    for address in ("/people/", "/teams/", "/settings/audit/", "/settings/keys/"):
        page = mallory.get(address).content.decode()
        assert "acme" not in page.lower()
