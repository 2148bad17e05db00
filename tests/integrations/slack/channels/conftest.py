"""An incident whose channel has been asked for, and the Slack that is to have it."""

import pytest

from accounts.permissions import Actor
from incidents import actions, engine
from incidents.models import Incident
from integrations.models import IncidentChannel
from integrations.slack.channels import incident_channels
from tests.integrations.slack.paging import connected, serving


@pytest.fixture
def fake(settings):
    with serving(settings) as running:
        yield running


@pytest.fixture
def workspace(fake, acme):
    found = connected(fake, acme.account)
    found.url = "https://acme.slack.com/"
    found.save()
    return found


@pytest.fixture
def by_bob(acme) -> Actor:
    return Actor("web", acme.bob.membership)


@pytest.fixture
def incident(acme, by_bob) -> Incident:
    return actions.open_incident(
        acme.service, actor=by_bob, at=engine.now(), title="Checkout: größer & down!"
    )


@pytest.fixture
def asked(incident, workspace, by_bob) -> IncidentChannel:
    return incident_channels.ask(
        incident, workspace=workspace, actor=by_bob, at=engine.now()
    )
