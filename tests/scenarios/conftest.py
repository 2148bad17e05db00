"""One running instance with a mail server, phones and a partner, and browsers at it."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from tests.browsers import chromium
from tests.fakes import slack as fake_slack
from tests.fakes import smtp, twilio
from tests.fakes.slack import Slack
from tests.scenarios.instance import (
    PATIENCE,
    Up,
    manage,
    new_folder,
    read_until,
    start,
    up,
)

# A machine may be busy; whatever is waited for is there at once on an idle one.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def mailbox() -> Iterator[smtp.Mailbox]:
    with smtp.mail_server() as found:
        yield found


@pytest.fixture(scope="session")
def phones() -> Iterator[twilio.Twilio]:
    with twilio.serving() as found:
        yield found


@pytest.fixture(scope="session")
def slack() -> Iterator[Slack]:
    with fake_slack.serving() as found:
        yield found


@pytest.fixture(scope="session")
def oncall(mailbox: smtp.Mailbox, phones: twilio.Twilio, slack: Slack) -> Iterator[Up]:
    """The product as `manage.py up` starts it, sending by real SMTP and HTTP."""
    settings = {
        "EMAIL_URL": f"smtp://{mailbox.host}:{mailbox.port}",
        "TWILIO_ACCOUNT_SID": twilio.SID,
        "TWILIO_AUTH_TOKEN": twilio.AUTH_TOKEN,
        "TWILIO_FROM": twilio.NUMBER,
        "TWILIO_API_BASE": phones.base,
        "SLACK_CLIENT_ID": fake_slack.CLIENT_ID,
        "SLACK_CLIENT_SECRET": fake_slack.CLIENT_SECRET,
        "SLACK_SIGNING_SECRET": fake_slack.SIGNING_SECRET,
        "SLACK_API_BASE": slack.base,
        # Where receivers of webhooks are.
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
    }
    with new_folder() as folder, up(folder, settings=settings) as instance:
        # What is pressed there comes here.
        slack.app = instance.url
        yield instance


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def partner_of(oncall: Up) -> Iterator[Callable[[str], str]]:
    """Start the demo partner, registered in an account; returns its address."""
    with ExitStack() as running:

        def started(subdomain: str) -> str:
            """Register it in the account; without one, everybody may connect it."""
            whose = ("--account", subdomain) if subdomain else ("--public",)
            options = ("--port=0", "--oncall", oncall.url, *whose)
            process = running.enter_context(
                start("demo_partner", *options, *oncall.data)
            )
            running.callback(process.wait, PATIENCE)
            running.callback(process.send_signal, signal.SIGTERM)
            return read_until(process, "http://localhost:").split()[-1]

        yield started


@pytest.fixture(scope="session")
def demo(oncall: Up) -> dict[str, str]:
    """Make the demo account in the instance: how to sign in, and its keys."""
    made = manage("load_demo", *oncall.data)
    assert made.returncode == 0, made.stderr
    found: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    return found
