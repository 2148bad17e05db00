"""A mail server for the proofs."""

from collections.abc import Iterator

import pytest

from tests.fakes.smtp import Mailbox, mail_server


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = mailbox.host, mailbox.port
        yield mailbox
