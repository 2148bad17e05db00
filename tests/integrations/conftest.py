"""Providers for tests of the doors to the outside."""

from collections.abc import Iterator

import pytest

from integrations.providers import standing
from integrations.push import keys
from tests.fakes import gateway as fake_gateway
from tests.fakes import push as fake_push
from tests.fakes import slack as fake_slack
from tests.fakes import twilio as fake
from tests.fakes.gateway import Gateway
from tests.fakes.push import Browser, PushService
from tests.fakes.slack import Slack
from tests.fakes.twilio import Twilio


@pytest.fixture(autouse=True)
def _knows_no_provider() -> None:
    """Let each test begin without what another one learned of the providers."""
    standing.forget()
    standing._memory.states = {}


@pytest.fixture
def twilio(settings) -> Iterator[Twilio]:
    """A Twilio that texts and calls go to."""
    with fake.serving() as twilio:
        settings.SITE_URL = fake.SITE
        settings.TWILIO_ACCOUNT_SID = fake.SID
        settings.TWILIO_AUTH_TOKEN = fake.AUTH_TOKEN
        settings.TWILIO_FROM = fake.NUMBER
        settings.TWILIO_API_BASE = twilio.base
        yield twilio


@pytest.fixture
def pushes(settings) -> Iterator[PushService]:
    """A push service on this machine, which the operator lets us call."""
    with fake_push.serving() as service:
        settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
        yield service


@pytest.fixture
def browser(pushes) -> Browser:
    """A browser that takes our pushes."""
    return pushes.subscribe(keys.public())


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    """A gateway that texts and calls go to, after Twilio if that is there."""
    with fake_gateway.serving() as gateway:
        settings.SITE_URL = fake_gateway.SITE
        settings.SMS_HTTP_URL = f"{gateway.base}/texts"
        settings.VOICE_HTTP_URL = f"{gateway.base}/calls"
        settings.PHONE_HTTP_TOKEN = fake_gateway.TOKEN
        settings.PHONE_HTTP_SECRET = fake_gateway.SECRET
        settings.PHONE_HTTP_FROM = fake_gateway.NUMBER
        yield gateway


@pytest.fixture
def slack(settings) -> Iterator[Slack]:
    """A Slack that we are an app of."""
    with fake_slack.serving() as slack:
        settings.SITE_URL = fake_slack.SITE
        settings.SLACK_CLIENT_ID = fake_slack.CLIENT_ID
        settings.SLACK_CLIENT_SECRET = fake_slack.CLIENT_SECRET
        settings.SLACK_SIGNING_SECRET = fake_slack.SIGNING_SECRET
        settings.SLACK_API_BASE = slack.base
        yield slack
