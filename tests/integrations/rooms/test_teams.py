"""Microsoft Teams is told of incidents by cards, and says in words what is wrong."""

from datetime import timedelta

import pytest

from integrations.chat import rooms
from integrations.webhooks.refusals import Refused
from tests.integrations.rooms.places import EVIL, TEST, card, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(acme, workflow):
    return connected(acme.account, "teams", name="Ops", address=workflow.address)


def test_a_card_shows_the_incident_and_leads_to_it(room, workflow):
    assert rooms.of(room).post(room, card()) == "42"

    words = workflow.words()
    assert words[:2] == ["🔴 Triggered", "#1042 Checkout latency"]
    assert "Alice, Bob" in words
    assert "since the deployment" in words
    actions = workflow.cards[0]["actions"]
    assert [action["title"] for action in actions] == [
        "Open incident",
        "Open service",
        "Runbook",
    ]
    assert actions[0]["url"] == "https://oncall.example/incidents/1042/"


def test_the_state_has_a_word_a_symbol_and_a_colour(room, workflow):
    for state, style in (("triggered", "attention"), ("resolved", "good")):
        shown = card(state=state, state_words=state.title())
        rooms.of(room).post(room, shown)

        head = workflow.cards[-1]["body"][0]
        assert head["style"] == style
        assert state.title() in workflow.words()[0]


def test_what_a_tool_wrote_is_shown_as_it_is(room, workflow):
    rooms.of(room).post(room, card(title=EVIL, details=EVIL))

    # Runs of text know no markup; blocks of text would.
    assert "'TextBlock'" not in str(workflow.cards[0])
    assert any("*_~" in words for words in workflow.words())


def test_a_test_says_that_it_is_one(room, workflow):
    rooms.of(room).post(room, TEST)

    assert workflow.words() == [
        "OnCall can write here. This is a test of “Ops room” of Acme."
    ]


def test_the_largest_card_is_sent_with_less(room, workflow):
    long = "https://img.example/" + "é" * 1900
    shown = card(
        links=tuple((f"{long}{n}", "Runbook") for n in range(5)),
        images=tuple((f"{long}{n}", long, "Graph") for n in range(3)),
    )

    rooms.of(room).post(room, shown)

    assert len(workflow.cards[0]["actions"]) == 3


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, "", "deleted"),
        (401, "", "deleted"),
        (410, "", "deleted"),
        (400, '{"error": {"code": "WorkflowTriggerIsNotEnabled"}}', "switched off"),
        (200, "Webhook message delivery failed: HTTP error 404", "removed"),
    ],
)
def test_a_workflow_that_is_gone_has_to_be_made_anew(
    status, body, words, room, workflow
):
    workflow.answers = [(status, body, {})]

    with pytest.raises(rooms.Broken, match=words) as failure:
        rooms.of(room).post(room, card())

    assert "s3cret" not in str(failure.value)


def test_a_limit_is_kept(room, workflow):
    workflow.answers = [(429, "", {"Retry-After": "17"})]

    with pytest.raises(rooms.Limited) as failure:
        rooms.of(room).post(room, card())

    assert failure.value.retry_after == timedelta(seconds=17)


def test_a_limit_that_is_told_in_an_answer_of_200_is_kept_too(room, workflow):
    text = (
        "Webhook message delivery failed with error: endpoint returned HTTP error 429"
    )
    workflow.answers = [(200, text, {})]

    with pytest.raises(rooms.Limited):
        rooms.of(room).post(room, card())


def test_what_the_old_connectors_answer_is_a_success(room, workflow):
    workflow.answers = [(200, "1", {})]

    assert rooms.of(room).post(room, card())


def test_a_card_that_is_refused_keeps_no_other_one_from_being_sent(room, workflow):
    body = '{"error": {"code": "TriggerInputSchemaMismatch", "message": "no"}}'
    workflow.answers = [(400, body, {})]

    with pytest.raises(rooms.Refused, match="TriggerInputSchemaMismatch"):
        rooms.of(room).post(room, card())


def test_an_error_of_its_own_is_tried_again(room, workflow):
    workflow.answers = [(502, "", {})]

    with pytest.raises(rooms.Unavailable):
        rooms.of(room).post(room, card())


def test_only_what_is_an_address_is_connected(acme, settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    for address in ("", "http://flow.example/x", "https://10.0.0.1/x", "ftp://x"):
        with pytest.raises(Refused) as refusal:
            connected(acme.account, "teams", name="Ops", address=address)
        assert refusal.value.field == "address"


def test_an_address_that_is_left_empty_stays(acme, room, workflow):
    again = connected(acme.account, "teams", room, name="Ops two", address="")

    assert again.pk == room.pk
    assert again.secret == workflow.address


def test_the_address_is_sealed(room, workflow):
    assert workflow.address not in room.sealed_secret
    assert "s3cret" not in f"{room.channel_id} {room.name}"
