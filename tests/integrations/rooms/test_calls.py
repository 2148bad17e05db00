"""A chat that is slow, away or odd is told in words, and never with its address."""

import logging
from datetime import timedelta

import pytest

from integrations.chat import calls, rooms
from tests.fakes import receiver as fake


@pytest.fixture
def server():
    with fake.receiving() as server:
        yield server


def ask(url: str, **options):
    return calls.ask("POST", url, chat="Chat", body={"a": 1}, **options)


def test_an_answer_that_drips_is_too_late(server):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _each in range(1000):
            if server.over.wait(0.05):
                return
            handler.wfile.write(b"x")

    server.always = drip
    with pytest.raises(rooms.Unavailable, match="in time") as failure:
        ask(f"{server.url}secret", seconds=0.3)

    assert failure.value.is_uncertain


def test_the_time_is_that_of_all_providers(server, settings):
    settings.PROVIDER_TIMEOUT = 0.2
    server.always = lambda handler: handler.keep_silent()

    with pytest.raises(rooms.Unavailable, match="in time"):
        ask(server.url)


def test_who_is_away_has_certainly_taken_nothing():
    with fake.receiving() as server:
        url = server.url

    # Nobody listens on a port that was given back.
    with pytest.raises(rooms.Unavailable, match="could not be reached") as failure:
        ask(f"{url}secret")

    assert not failure.value.is_uncertain


def test_a_connection_that_breaks_off_leaves_a_doubt(server):
    server.always = lambda handler: handler.hang_up()

    with pytest.raises(rooms.Unavailable) as failure:
        ask(server.url)

    assert failure.value.is_uncertain


def test_private_networks_are_not_called(settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    with pytest.raises(rooms.Broken):
        ask("https://127.0.0.1/secret")


def test_no_redirect_is_followed(server):
    server.always = lambda handler: handler.plain(302, Location="https://e.example/")

    assert ask(server.url).status == 302


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [("3", 3), ("0", 0.1), ("1e9", 3600), ("soon", 5), ("nan", 5), ("-1", 0.1)],
)
def test_what_a_chat_asks_us_to_wait_has_bounds(wait, seconds, server):
    server.always = lambda handler: handler.plain(429, Retry_After=wait)

    with pytest.raises(rooms.Limited) as failure:
        ask(server.url)

    assert failure.value.retry_after == timedelta(seconds=seconds)


def test_no_failure_and_no_log_names_the_address(server, caplog):
    caplog.set_level(logging.DEBUG)
    # As the settings have it; the tests' own root would let everything pass.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    server.answers = [lambda handler: handler.hang_up(), 500, 200]
    found = []
    for _each in range(2):
        with pytest.raises(rooms.Unavailable) as failure:
            ask(f"{server.url}bot123:secret/send")
        found += [str(failure.value), repr(failure.value.__cause__)]
    ask(f"{server.url}bot123:secret/send")

    assert "secret" not in " ".join([*found, caplog.text])
