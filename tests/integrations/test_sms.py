"""Text messages: what fits into one, and how Twilio's no is read."""

# ruff: noqa: RUF001
import socket
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import channels
from integrations import gsm
from integrations.channels.sms import compose
from tests.integrations.messages import PAGE, PHONE

pytestmark = pytest.mark.django_db


def send(message: channels.Message = PAGE) -> str:
    return channels.get("sms").send(PHONE, message).id


def test_a_page_is_one_text_with_codes_and_link(twilio):
    sid = send()

    (taken,) = twilio.taken
    assert taken.parameters["Body"] == (
        "#1042 HIGH Checkout latency. Reply 4 ack, 6 resolve. "
        "https://oncall.example/r/0gnVuwPOwvEF1IIBVCQxTAIP5ZHWeCNd"
    )
    assert taken.parameters["To"] == PHONE
    assert taken.parameters["From"] == "+15005550006"
    assert taken.sid == sid


def test_every_text_has_a_callback_address_of_its_own(twilio):
    send()

    callback = twilio.taken[0].parameters["StatusCallback"]
    assert callback == f"https://oncall.example/twilio/status/{PAGE.token}"


def test_a_low_urgency_page_does_not_shout():
    assert "HIGH" not in compose(replace(PAGE, urgency="low"))


def test_a_long_title_is_cut_and_codes_and_link_are_not():
    text = compose(replace(PAGE, title="Checkout latency is far too high " * 30))

    assert 155 <= gsm.length(text) <= 160
    assert text.startswith("#1042 HIGH Checkout latency is far")
    assert text.endswith(f"... Reply 4 ack, 6 resolve. {PAGE.link}")
    assert "...." not in text


def test_a_page_says_how_many_more_wait():
    text = compose(replace(PAGE, others=((1043, "Disk"), (1044, "Queue"))))

    assert "Checkout latency (+2 more). Reply 4 ack" in text


@pytest.mark.parametrize(
    ("title", "spelled"),
    [
        ("Größe überschritten", "Größe überschritten"),
        ("Dość – “żółw” czeka…", 'Dosc - "zolw" czeka'),
        ("Сервер не отвечает", "Server ne otvechaet"),
        ("Щука и ёж", "Shchuka i ezh"),
        ("Ο δίσκος γέμισε", "O diskos gemise"),
        ("Checkout 🔥🔥 down", "Checkout ? down"),
        ("支払いが失敗", "?"),
        ("CPU ≥ 90 %", "CPU >= 90 %"),
        ("tab\tand\nline\x00break", "tab and line break"),
    ],
)
def test_any_script_is_spelled_in_plain_characters(title, spelled):
    text = compose(replace(PAGE, title=title))

    assert text.startswith(f"#1042 HIGH {spelled}. Reply")


@given(st.text(max_size=1200), st.integers(1, 10**12), st.sampled_from(["high", "low"]))
def test_whatever_the_title_a_page_is_one_text(title, number, urgency):
    text = compose(replace(PAGE, title=title, number=number, urgency=urgency))

    assert set(text) <= gsm.BASIC | gsm.EXTENDED
    assert gsm.length(text) <= 160
    assert text.endswith(PAGE.link)
    assert f"#{number} " in text
    assert "Reply 4 ack, 6 resolve." in text


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=5))
def test_a_notice_is_one_text_too(subject, lines):
    notice = channels.Notice(
        "t", "Acme", "Alice", subject=subject, lines=tuple(lines), link=PAGE.link
    )

    text = compose(notice)

    assert gsm.length(text) <= 160
    assert text.endswith(PAGE.link)


def test_a_link_that_would_not_fit_leaves_the_codes():
    text = compose(replace(PAGE, link="https://oncall.example/" + "x" * 150))

    assert text == "#1042 HIGH Checkout latency. Reply 4 ack, 6 resolve."


def test_a_code_and_a_test_say_what_they_are():
    code = compose(channels.Code("t", "Acme", "Alice", code="493021"))
    test = compose(channels.Test("t", "Acme", "Alice"))

    assert code.startswith("493021 is your OnCall code for Acme")
    assert test.startswith("Test message from OnCall for Acme")


@pytest.mark.parametrize("code", [21211, 21610, 21614])
def test_a_number_that_cannot_be_texted_is_a_permanent_failure(twilio, code):
    twilio.errors = [(400, code, "No.")]

    with pytest.raises(channels.PermanentFailure, match=str(code)):
        send()


@pytest.mark.parametrize(
    "error",
    [
        (429, 20429, "Too many requests"),
        (500, 20500, "Internal error"),
        (503, 0, "Unavailable"),
        (400, 21606, "The From number is not yours"),
        (401, 20003, "Authenticate"),
    ],
)
def test_what_is_not_the_numbers_fault_is_a_temporary_failure(twilio, error):
    twilio.errors = [error]

    with pytest.raises(channels.TemporaryFailure, match=str(error[0])):
        send()


def test_after_a_failure_the_next_text_goes_out(twilio):
    twilio.errors = [(503, 0, "Unavailable")]
    with pytest.raises(channels.TemporaryFailure):
        send()

    send()

    assert len(twilio.taken) == 1


def test_wrong_credentials_are_a_temporary_failure(twilio, settings):
    settings.TWILIO_AUTH_TOKEN = "another"

    with pytest.raises(channels.TemporaryFailure, match="401"):
        send()
    assert twilio.taken == []


def test_a_silent_provider_is_given_up_at_the_deadline(twilio, settings):
    settings.PROVIDER_TIMEOUT = 0.05
    twilio.silent.set()

    with pytest.raises(channels.TemporaryFailure, match="ReadTimeout"):
        send()


def test_a_provider_that_is_away_is_a_temporary_failure(twilio, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.TWILIO_API_BASE = f"http://127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(channels.TemporaryFailure) as failure:
        send()
    assert PHONE not in str(failure.value)


def test_without_a_provider_a_text_is_refused_rather_than_lost(settings):
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = ""
    settings.EMBEDDED = False

    with pytest.raises(channels.PermanentFailure, match="not set up"):
        send()
