"""Receivers with TLS: only who has a good certificate is told anything."""

from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from incidents import relay
from integrations import outgoing
from integrations.webhooks import leases, posting
from oncall import certificates
from tests.factories import NOON
from tests.fakes.receiver import Receiver, receiving
from tests.integrations.webhooks.telling import open_incident, subscribe


@pytest.fixture
def trusting(tmp_path) -> requests.Session:
    """A client that trusts the authority which certificates in this folder have."""
    client = outgoing.session()
    client.verify = str(tmp_path / "ca.pem")
    return client


def outcome(world, receiver: Receiver, session: requests.Session) -> posting.Outcome:
    """Post one webhook there."""
    subscribe(world, receiver)
    open_incident(world)
    relay.hand_on_due(NOON)
    [leased] = leases.lease(NOON, limit=1, failing=1)
    return posting.post(leased, at=NOON, session=session)


def test_a_good_certificate_is_fine(acme, tmp_path, trusting):
    certificates.ensure(tmp_path, ["127.0.0.1"], timezone.now())
    with receiving(tmp_path / "localhost.pem") as receiver:
        found = outcome(acme, receiver, trusting)

    assert found.error == ""
    assert len(receiver.received) == 1


def test_one_that_nobody_vouches_for_is_final(acme, tmp_path):
    certificates.ensure(tmp_path, ["127.0.0.1"], timezone.now())
    with receiving(tmp_path / "localhost.pem") as receiver:
        found = outcome(acme, receiver, outgoing.session())

    assert found.is_final
    assert "not to be trusted" in found.error
    assert receiver.received == []


def test_one_for_another_name_is_final(acme, tmp_path, trusting):
    certificates.ensure(tmp_path, ["elsewhere.example"], timezone.now())
    with receiving(tmp_path / "localhost.pem") as receiver:
        found = outcome(acme, receiver, trusting)

    assert found.is_final
    assert receiver.received == []


def test_one_that_has_expired_may_be_renewed(acme, tmp_path, trusting):
    long_ago = timezone.now() - certificates.VALID - timedelta(days=10)
    certificates.ensure(tmp_path, ["127.0.0.1"], long_ago)
    with receiving(tmp_path / "localhost.pem") as receiver:
        found = outcome(acme, receiver, trusting)

    assert found.error == "The receiver's certificate has expired."
    assert not found.is_final
    assert receiver.received == []


def test_who_speaks_no_tls_is_final(acme, receiver, trusting):
    receiver.url = receiver.url.replace("http://", "https://")

    found = outcome(acme, receiver, outgoing.session())

    assert found.is_final
    assert found.error == "No encrypted connection to the receiver could be made."
