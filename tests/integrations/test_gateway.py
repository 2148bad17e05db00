"""A gateway of one's own: what it is handed, and what it may call back with."""

import pytest
from django.utils import timezone

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, delivery
from incidents.models import Incident
from integrations import receipts
from tests import factories

pytestmark = pytest.mark.django_db

PHONE = "+4915112345678"
TESTING = channels.Test("0f" * 16, "Acme", "Alice")


@pytest.fixture(autouse=True)
def _without_twilio(settings):
    settings.TWILIO_ACCOUNT_SID = ""


def paged(world, gateway, kind):
    """Page Alice by one way alone."""
    world.alice.email.delete()
    factories.contact(world.alice.membership, kind, PHONE)
    incident = actions.open_incident(
        world.service, actor=Actor("event"), at=timezone.now(), title="Checkout"
    )
    delivery.deliver_due()
    (taken,) = gateway.taken
    return incident, taken


def fresh(incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def test_a_text_is_handed_over_with_its_token_and_callback(acme, gateway):
    incident, taken = paged(acme, gateway, "sms")

    row = incident.notifications.get()
    assert taken["path"] == "/texts"
    assert taken["to"] == PHONE
    assert taken["from"] == "+4930999999"
    assert taken["text"].startswith("#1 HIGH Checkout. Reply 4 ack, 6 resolve. ")
    assert taken["token"] == row.token
    assert taken["status"] == f"https://oncall.example/gateway/status/{row.token}"
    assert (row.provider, row.provider_id) == ("gateway", taken["id"])


def test_a_call_is_handed_over_as_words_to_speak(acme, gateway):
    incident, taken = paged(acme, gateway, "voice")

    token = incident.notifications.get().token
    assert taken["path"] == "/calls"
    assert taken["say"].startswith("This is OnCall. High urgency incident 1: Checkout.")
    assert "<" not in taken["say"]
    assert taken["keys"] == f"https://oncall.example/gateway/keys/{token}"


def test_what_needs_no_answer_waits_for_no_key(gateway):
    channels.get("voice").send(PHONE, TESTING)

    assert "test call" in gateway.taken[0]["say"]
    assert "keys" not in gateway.taken[0]


@pytest.mark.parametrize(
    ("key", "status", "said"),
    [("4", "acknowledged", "yours until"), ("6", "resolved", "is resolved")],
)
def test_a_key_answers_and_the_result_is_spoken(
    client, acme, gateway, key, status, said
):
    incident, taken = paged(acme, gateway, "voice")

    end = gateway.presses(client, taken["keys"], key)

    assert fresh(incident).status == status
    assert said in end["say"]
    assert "keys" not in end
    assert incident.timeline.get(via="voice").membership == acme.alice.membership


@pytest.mark.promise(21)
def test_a_wrong_key_repeats_and_changes_nothing(client, acme, gateway):
    incident, taken = paged(acme, gateway, "voice")

    again = gateway.presses(client, taken["keys"], "9")

    assert again["say"] == taken["say"]
    assert fresh(incident).status == "triggered"
    assert "yours" in gateway.presses(client, again["keys"], "4")["say"]


@pytest.mark.promise(21)
def test_without_a_key_it_is_said_once_more_and_ends_politely(client, acme, gateway):
    incident, taken = paged(acme, gateway, "voice")

    again = gateway.presses(client, taken["keys"], "")
    end = gateway.presses(client, again["keys"], "")

    assert again["say"] == taken["say"]
    assert end["say"].endswith("Goodbye.")
    assert "keys" not in end
    assert fresh(incident).status == "triggered"


def test_wrong_keys_do_not_go_on_for_ever(client, acme, gateway):
    _incident, taken = paged(acme, gateway, "voice")

    address, turns = taken["keys"], 0
    while address and turns < 20:
        address = gateway.presses(client, address, "9").get("keys")
        turns += 1

    assert turns == 6


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("queued", "sent"),
        ("delivered", "delivered"),
        ("completed", "delivered"),
        ("undelivered", "failed"),
        ("busy", "failed"),
        ("no-answer", "failed"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_receipts_are_kept(client, acme, gateway, said, status):
    incident, taken = paged(acme, gateway, "sms")

    assert gateway.reports(client, taken, said).status_code == 204
    assert gateway.reports(client, taken, said).status_code == 204

    assert incident.notifications.first().status == status


def test_an_unknown_status_is_refused(client, acme, gateway):
    incident, taken = paged(acme, gateway, "sms")

    assert gateway.reports(client, taken, "eaten").status_code == 400
    assert incident.notifications.get().status == "sent"


def test_a_late_failure_does_not_undo_a_delivery(client, acme, gateway):
    incident, taken = paged(acme, gateway, "sms")

    gateway.reports(client, taken, "delivered")
    gateway.reports(client, taken, "failed")

    assert incident.notifications.get().status == "delivered"


def test_the_failure_of_an_earlier_attempt_does_not_undo_this_one(
    client, acme, gateway
):
    incident, taken = paged(acme, gateway, "sms")

    gateway.reports(client, {**taken, "id": "another"}, "failed")

    assert incident.notifications.get().status == "sent"


def test_who_has_it_is_known_before_its_sender_knows(acme, gateway):
    incident, _taken = paged(acme, gateway, "sms")
    rows = incident.notifications.all()
    rows.update(status="planned", provider="", provider_id="")

    report = receipts.Report("gateway", "g1", "taken")
    receipts.record(rows.get().token, report, at=timezone.now())

    row = rows.get()
    assert (row.status, row.provider, row.provider_id) == ("planned", "gateway", "g1")


def test_a_text_answers_too(client, acme, gateway):
    incident, _taken = paged(acme, gateway, "sms")

    said = gateway.receives(client, PHONE, "4")

    assert said.startswith("Incident 1 is yours until")
    assert len(said) <= 160
    assert fresh(incident).status == "acknowledged"


DOORS = ["/gateway/sms", "/gateway/status/{token}", "/gateway/keys/{token}"]
FORGED = [
    {"secret": "guessed"},
    {"secret": ""},
    {"sign": False},
    {"site": "https://evil.example"},
    {"at": 0},
    {"at": 10**12},
    {"at": -301},
]


@pytest.mark.promise(22)
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_a_forged_callback_is_refused(client, acme, gateway, door, forged):
    incident, taken = paged(acme, gateway, "voice")
    path = door.format(token=taken["token"])
    if forged.get("at") == -301:
        forged = {"at": timezone.now().timestamp() - 301}

    said = {"digits": "6", "status": "failed", "from": PHONE, "text": "6"}
    answer = gateway.posts(client, path, said, **forged)

    assert answer.status_code == 403
    assert fresh(incident).status == "triggered"
    assert incident.notifications.get().status == "sent"


@pytest.mark.promise(22)
@pytest.mark.parametrize("door", DOORS)
def test_without_a_secret_nobody_may_call_back(client, gateway, settings, door):
    settings.PHONE_HTTP_SECRET = ""

    answer = gateway.posts(client, door.format(token="0" * 32), {}, secret="")

    assert answer.status_code == 403


@pytest.mark.parametrize("door", DOORS)
def test_a_callback_is_a_post_of_an_object(client, gateway, door):
    path = door.format(token="0" * 32)

    assert client.get(path).status_code == 405
    assert gateway.posts(client, path, ["x"]).status_code == 400


def test_a_key_for_a_call_that_we_did_not_make_does_nothing(client, acme, gateway):
    incident, _taken = paged(acme, gateway, "voice")

    gateway.presses(client, f"/gateway/keys/{'0' * 32}", "6")

    assert fresh(incident).status == "triggered"


def test_the_number_is_checked_again_before_a_test_leaves(gateway):
    abroad = channels.Test("0f" * 16, "Acme", "Alice", countries=("US",))

    with pytest.raises(channels.PermanentFailure, match="this country"):
        channels.get("sms").send(PHONE, abroad)
    with pytest.raises(channels.PermanentFailure, match="cost extra"):
        channels.get("voice").send("+881612345678", TESTING)

    assert gateway.taken == []
    channels.get("sms").send(PHONE, TESTING)
    assert len(gateway.taken) == 1


@pytest.mark.parametrize("answer", [{"id": "x" * 70_000}, {}])
def test_an_answer_that_makes_no_sense_is_a_failure_for_now(gateway, answer):
    gateway.errors = [(200, answer)]

    with pytest.raises(channels.TemporaryFailure):
        channels.get("sms").send(PHONE, TESTING)
