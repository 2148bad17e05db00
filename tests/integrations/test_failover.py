"""Two providers of texts and calls: whatever ails the first, the other takes over."""

import socket
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import channels
from integrations.models import ProviderState
from integrations.providers import health, standing
from tests.factories import NOON
from tests.integrations.messages import PAGE, PHONE

pytestmark = pytest.mark.django_db

ORDERS = {"twilio": ["twilio", "gateway"], "gateway": ["gateway", "twilio"]}
FAULTS = ["silent", "429", "500", "away", "dies", "slow", "credentials"]


@pytest.fixture
def both(db, twilio, gateway, settings):
    """Both providers, with little patience for each."""
    # Senders' threads of other tests have kept theirs.
    ProviderState.objects.all().delete()
    settings.PROVIDER_TIMEOUT = 0.2
    return {"twilio": twilio, "gateway": gateway}


def prefer(settings, name):
    settings.SMS_PROVIDERS = settings.VOICE_PROVIDERS = ORDERS[name]


def ail(provider, name, fault, settings):
    """Let a provider fail in one of the ways in which they do."""
    match fault:
        case "silent":
            provider.silent.set()
        case "slow":
            (provider.drips if name == "gateway" else provider.silent).set()
        case "dies":
            provider.dies.set()
        case "away":
            with socket.create_server(("127.0.0.1", 0)) as free:
                address = f"http://127.0.0.1:{free.getsockname()[1]}"
            if name == "twilio":
                settings.TWILIO_API_BASE = address
            else:
                settings.SMS_HTTP_URL = settings.VOICE_HTTP_URL = address
        case "credentials":
            setting = {"twilio": "TWILIO_AUTH_TOKEN", "gateway": "PHONE_HTTP_TOKEN"}
            setattr(settings, setting[name], "another")
        case _:
            status = int(fault)
            refusal: dict[str, tuple[object, ...]] = {
                "twilio": (status, 20000, "No"),
                "gateway": (status, {}),
            }
            provider.errors = [refusal[name]] * 10


def send(kind="sms"):
    return channels.get(kind).send(PHONE, PAGE)


def state(name, kind="sms"):
    return ProviderState.objects.get(provider=name, kind=kind)


@pytest.mark.parametrize("kind", ["sms", "voice"])
@pytest.mark.parametrize("first", ["twilio", "gateway"])
def test_the_preferred_provider_takes_it(both, settings, kind, first):
    prefer(settings, first)

    sent = send(kind)

    assert sent.provider == first
    assert {name: len(p.taken) for name, p in both.items()} == {
        name: int(name == first) for name in both
    }


@pytest.mark.promise(10)
@pytest.mark.parametrize("kind", ["sms", "voice"])
@pytest.mark.parametrize("first", ["twilio", "gateway"])
@pytest.mark.parametrize("fault", FAULTS)
def test_when_the_first_fails_the_other_takes_over(both, settings, kind, first, fault):
    prefer(settings, first)
    ail(both[first], first, fault, settings)
    other = ORDERS[first][1]

    sent = send(kind)

    assert sent.provider == other
    (taken,) = both[other].taken
    assert sent.id == (taken.sid if other == "twilio" else taken["id"])
    assert state(first, kind).failures == 1
    assert state(first, kind).last_error
    assert PHONE not in state(first, kind).last_error


@pytest.mark.promise(8)
@pytest.mark.parametrize("kind", ["sms", "voice"])
@pytest.mark.parametrize("fault", FAULTS)
def test_when_both_fail_it_is_tried_again_later(both, settings, kind, fault):
    for name, provider in both.items():
        ail(provider, name, fault, settings)

    with pytest.raises(channels.TemporaryFailure) as failure:
        send(kind)

    assert "Twilio" in str(failure.value)
    assert "gateway" in str(failure.value)


@pytest.mark.parametrize(
    ("first", "refusal"),
    [
        ("twilio", (400, 21211, "No.")),
        ("gateway", (422, {"error": "invalid_number"})),
        ("gateway", (422, {"error": "a reason of its own"})),
    ],
)
def test_a_number_that_is_no_good_is_nobodys_failure(both, settings, first, refusal):
    prefer(settings, first)
    both[first].errors = [refusal]

    with pytest.raises(channels.PermanentFailure):
        send()

    assert both[ORDERS[first][1]].taken == []
    assert not ProviderState.objects.filter(failures__gt=0).exists()


@pytest.mark.parametrize(
    ("first", "refusal"),
    [
        ("twilio", (400, 21408, "No.")),
        ("gateway", (422, {"error": "not_served"})),
    ],
)
def test_what_only_one_may_not_do_the_other_does(both, settings, first, refusal):
    prefer(settings, first)
    both[first].errors = [refusal]

    assert send().provider == ORDERS[first][1]
    assert not ProviderState.objects.filter(failures__gt=0).exists()


def test_what_neither_may_do_is_a_permanent_failure(both):
    both["twilio"].errors = [(400, 21408, "No.")]
    both["gateway"].errors = [(422, {"error": "not_served", "message": "No route"})]

    with pytest.raises(channels.PermanentFailure, match="No route"):
        send()


@pytest.mark.promise(10)
def test_a_provider_that_keeps_failing_is_asked_last_and_then_probed(both):
    both["twilio"].errors = [(500, 20500, "Internal error")] * 3
    with time_machine.travel(NOON, tick=False) as clock:
        for _attempt in range(3):
            assert send().provider == "gateway"

        assert both["twilio"].errors == []
        # It would work by now, and is left in peace all the same.
        assert send().provider == "gateway"
        assert both["twilio"].taken == []

        clock.shift(standing.DEMOTION + timedelta(seconds=1))
        assert send().provider == "twilio"
        assert send().provider == "twilio"
    assert state("twilio").failures == 0
    assert state("twilio").demoted_until is None


def test_a_failed_probe_puts_it_aside_for_longer(both):
    both["twilio"].errors = [(500, 20500, "Internal error")] * 4
    with time_machine.travel(NOON, tick=False) as clock:
        for _attempt in range(3):
            send()
        clock.shift(standing.DEMOTION + timedelta(seconds=1))
        send()

        assert both["twilio"].errors == []
        assert state("twilio").demoted_until == timezone.now() + standing.DEMOTION * 2
        assert send().provider == "gateway"


def test_one_alone_probes_while_the_others_go_on(both):
    ProviderState.objects.create(
        provider="twilio", kind="sms", failures=3, demoted_until=NOON
    )
    with time_machine.travel(NOON + timedelta(seconds=1), tick=False):
        first = standing.ordered("sms", ["twilio", "gateway"])
        second = standing.ordered("sms", ["twilio", "gateway"])

    assert first == ["twilio", "gateway"]
    assert second == ["gateway", "twilio"]


def test_failures_far_apart_put_nobody_aside(both):
    both["twilio"].errors = [(500, 20500, "Internal error")] * 4
    with time_machine.travel(NOON, tick=False) as clock:
        for _attempt in range(4):
            send()
            clock.shift(standing.WINDOW + timedelta(seconds=1))

        assert send().provider == "twilio"


def test_a_demoted_provider_is_still_asked_when_the_other_fails(both):
    ProviderState.objects.create(
        provider="twilio",
        kind="sms",
        failures=3,
        demoted_until=timezone.now() + timedelta(minutes=2),
    )
    both["gateway"].errors = [(503, {})]

    assert send().provider == "twilio"


def test_texts_and_calls_fare_each_by_itself(both):
    both["twilio"].errors = [(500, 20500, "Internal error")] * 3
    for _attempt in range(3):
        send("sms")

    assert send("sms").provider == "gateway"
    assert send("voice").provider == "twilio"


def test_operators_see_how_the_providers_fare(both):
    both["twilio"].errors = [(500, 20500, "Internal error")] * 3
    for _attempt in range(3):
        send()

    lines = {str(line.label): line for line in health.lines()}

    assert lines["Text message: gateway"].is_good is True
    assert lines["Text message: twilio"].is_good is False
    assert "3 failures in a row" in str(lines["Text message: twilio"].value)


def test_with_the_gateway_alone_nothing_goes_to_twilio(gateway, settings):
    settings.TWILIO_ACCOUNT_SID = ""

    assert send().provider == "gateway"
    assert send("voice").provider == "gateway"


def test_an_attempt_that_was_taken_is_found_by_its_token(gateway):
    gateway.dies.set()
    with pytest.raises(channels.TemporaryFailure):
        send()
    gateway.dies.clear()

    found = channels.find("sms", PAGE.token, NOON)

    assert found == channels.Sent(gateway.taken[0]["id"], "gateway")
    assert channels.find("sms", "1" * 32, NOON) is None


def test_asked_twice_the_gateway_takes_it_once(gateway):
    gateway.dies.set()
    with pytest.raises(channels.TemporaryFailure):
        send()
    gateway.dies.clear()

    sent = send()

    assert [taken["id"] for taken in gateway.taken] == [sent.id]


def test_a_gateway_that_does_not_answer_does_not_know(gateway):
    send()
    gateway.errors = [(500, {})]

    assert channels.find("sms", PAGE.token, NOON) is None
