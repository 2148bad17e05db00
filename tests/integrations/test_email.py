"""E-mail: what a page says, how mails thread, and how a mail server's no is read."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from accounts import channels
from tests.fakes.smtp import Mailbox, mail_server
from tests.integrations import messages

pytestmark = pytest.mark.django_db

PAGE = replace(
    messages.PAGE,
    link="https://oncall.example/r/abc/",
    details="p99 is 4 s",
    reason="Level 1 of Default",
)
ADDRESS = "alice@acme.example"


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = mailbox.host, mailbox.port
        yield mailbox


def send(message: channels.Message = PAGE) -> str:
    return channels.get("email").send(ADDRESS, message).id


def part(mail, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_page_says_the_same_in_text_and_html(mailbox):
    message_id = send()

    (mail,) = mailbox.mails
    assert mailbox.receivers == [[ADDRESS]]
    assert mail["Subject"] == "[#1042 Triggered] Checkout latency"
    assert mail["Message-ID"] == message_id
    for kind in ("plain", "html"):
        for said in (
            "Alice",
            "#1042 Checkout latency",
            "Triggered",
            "High",
            "10 Mar 2027, 12:00",
            "Level 1 of Default",
            "p99 is 4 s",
            PAGE.link,
            "Opening the link changes nothing",
            "OnCall for Acme",
        ):
            assert said in part(mail, kind)


def test_mails_of_one_incident_make_one_thread(mailbox):
    send()
    send(replace(PAGE, token="1a" * 16, status="acknowledged"))
    send(replace(PAGE, token="2b" * 16, account="Globex"))

    first, second, other = mailbox.mails
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert first["References"] != other["References"]
    assert first["Message-ID"] != second["Message-ID"]


def test_no_machine_answers_our_mail(mailbox):
    send()

    assert mailbox.mails[0]["Auto-Submitted"] == "auto-generated"


def test_a_title_in_any_script_arrives_and_cannot_add_headers(mailbox):
    send(replace(PAGE, title="Zahlung kaputt 🔥 付款\r\nBcc: mallory@globex.example"))

    (mail,) = mailbox.mails
    assert "Zahlung kaputt 🔥 付款 Bcc: mallory" in mail["Subject"]
    assert mail["Bcc"] is None
    assert mailbox.receivers == [[ADDRESS]]


def test_markup_in_a_title_is_only_text(mailbox):
    send(replace(PAGE, title="<script>alert(1)</script> & co"))

    (mail,) = mailbox.mails
    assert "<script>" not in part(mail, "html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in part(mail, "html")
    assert "<script>alert(1)</script> & co" in part(mail, "plain")


def test_a_long_title_makes_a_short_subject(mailbox):
    send(replace(PAGE, title="x" * 1000))

    subject = mailbox.mails[0]["Subject"]
    assert len(subject) <= 150
    assert subject.endswith("...")


def test_one_mail_carries_all_that_waits_for_the_person(mailbox):
    send(replace(PAGE, others=((1043, "Disk full"), (1044, "Certificate"))))

    (mail,) = mailbox.mails
    assert mail["Subject"].endswith("(and 2 more)")
    for kind in ("plain", "html"):
        assert "#1043 Disk full" in part(mail, kind)
        assert "#1044 Certificate" in part(mail, kind)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (channels.Code("t1", "Acme", "Alice", code="493021"), "493021"),
        (channels.Test("t2", "Acme", "Alice"), "nothing to do"),
        (
            channels.Notice(
                "t3",
                "Acme",
                "Alice",
                subject="Nobody was reached",
                lines=("#12 waits.", "Look at it."),
                link="https://oncall.example/incidents/12",
                action="Open incident",
            ),
            "Look at it.",
        ),
    ],
)
def test_every_kind_of_message_can_be_mailed(mailbox, message, said):
    send(message)

    (mail,) = mailbox.mails
    assert mail["Subject"]
    assert said in part(mail, "plain")
    assert said in part(mail, "html")


def test_a_refused_receiver_is_a_permanent_failure(mailbox):
    mailbox.at_rcpt = "550 5.1.1 No such user"

    with pytest.raises(channels.PermanentFailure, match=r"550 5\.1\.1 No such user"):
        send()


def test_a_mail_refused_as_a_whole_is_a_permanent_failure(mailbox):
    mailbox.at_data = "552 Too much"

    with pytest.raises(channels.PermanentFailure, match="552 Too much"):
        send()


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
def test_a_busy_server_is_a_temporary_failure(mailbox, where):
    setattr(mailbox, where, "451 Try again later")

    with pytest.raises(channels.TemporaryFailure, match="451 Try again later"):
        send()


def test_a_server_that_is_away_is_a_temporary_failure(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.EMAIL_HOST, settings.EMAIL_PORT = free.getsockname()

    with pytest.raises(channels.TemporaryFailure):
        send()


def test_a_silent_server_is_given_up_at_the_deadline(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.05
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()

        with pytest.raises(channels.TemporaryFailure, match="timed out"):
            send()


def test_an_impossible_address_is_a_permanent_failure(mailbox):
    with pytest.raises(channels.PermanentFailure):
        channels.get("email").send("nobody at nowhere", PAGE)
    assert mailbox.mails == []


def test_a_burst_shares_one_connection(mailbox):
    for number in range(5):
        send(replace(PAGE, token=f"{number:032}"))

    assert len(mailbox.mails) == 5
    assert len(mailbox.peers) == 1


def test_a_connection_that_the_server_closed_loses_no_mail(mailbox):
    mailbox.hangs_up = True

    for number in range(3):
        send(replace(PAGE, token=f"{number:032}"))

    assert len(mailbox.mails) == 3


def test_after_a_refusal_the_next_mail_goes_out(mailbox):
    mailbox.at_data = "451 Try again later"
    with pytest.raises(channels.TemporaryFailure):
        send()
    mailbox.at_data = ""

    send()

    assert len(mailbox.mails) == 1
