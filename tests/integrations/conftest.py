"""Providers for tests of the doors to the outside."""

from collections.abc import Iterator

import pytest

from tests.fakes import twilio as fake
from tests.fakes.twilio import Twilio


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
