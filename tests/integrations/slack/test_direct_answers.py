"""Whoever gets a page as a direct message answers it there, and nobody else does."""

import json
from dataclasses import replace

import pytest

from accounts import channels
from accounts.permissions import Actor
from incidents import actions, engine
from incidents.models import Incident, Notification
from integrations.replies import Reply
from integrations.slack.answering import inbox
from integrations.slack.direct_messages import direct, replying
from tests import chats, factories
from tests.factories import NOON
from tests.fakes import slack
from tests.integrations.messages import PAGE
from tests.integrations.slack.paging import connected, paged, serving


@pytest.fixture
def fake(settings):
    with serving(settings) as running:
        yield running


@pytest.fixture
def workspace(fake, acme):
    return connected(fake, acme.account)


def read(fake, name: str = "alice"):
    return fake.direct(fake.person(name)).tops


@pytest.fixture
def page(fake, workspace, acme) -> Notification:
    """Alice's page in Slack, which has arrived."""
    method = paged(fake, workspace, acme.alice)
    factories.rule(method, 0)
    incident = actions.open_incident(
        acme.service,
        actor=Actor("web", acme.bob.membership),
        at=engine.now(),
        title="Checkout is down",
    )
    sent = incident.notifications.get(kind="slack")
    letter = replace(PAGE, token=sent.token)
    channels.get("slack").send(method.address, letter)
    return sent


class TestAnswers:
    def press(self, fake, workspace, page, verb: str, who: str = "alice") -> Incident:
        (message,) = read(fake)
        payload = {
            "type": "block_actions",
            "user": {"id": fake.person(who).id, "name": who},
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel.id,
            },
            "channel": {"id": message.channel.id},
            "message": message.shape(),
            "actions": [{"action_id": f"{direct.REPLY}{verb}", "value": page.token}],
        }
        assert replying.is_reply(payload)
        replying.pressed(workspace, json.loads(json.dumps(payload)), at=NOON)
        return type(page.incident).across_accounts.get(pk=page.incident_id)

    def test_acknowledge_is_hers_and_the_message_says_so(self, fake, workspace, page):
        incident = self.press(fake, workspace, page, "acknowledge")

        assert incident.status == "acknowledged"
        entry = incident.timeline.get(verb="acknowledge")
        assert (entry.membership, entry.via) == (page.membership, "slack")
        (message,) = read(fake)
        assert "is yours" in message.words
        assert message.buttons == ["Resolve", "Escalate", "Open"]

    def test_resolve_leaves_no_buttons(self, fake, workspace, page):
        incident = self.press(fake, workspace, page, "resolve")

        assert incident.status == "resolved"
        assert read(fake)[0].buttons == []

    def test_a_second_press_is_told_what_happened(self, fake, workspace, page):
        self.press(fake, workspace, page, "resolve")
        incident = self.press(fake, workspace, page, "acknowledge")

        assert incident.status == "resolved"
        whisper = fake.direct(fake.person("alice")).whispers(fake.person("alice"))
        assert "resolved" in whisper[-1].text

    def test_somebody_else_cannot_press_it(self, fake, workspace, page):
        incident = self.press(fake, workspace, page, "acknowledge", who="bob")

        assert incident.status == "triggered"

    def test_a_token_of_another_account_is_nobodys(self, fake, workspace, page, globex):
        other = chats.workspace(globex.account)

        reply = replying.answer(
            other,
            user_id=fake.person("alice").id,
            token=page.token,
            verb="acknowledge",
            at=NOON,
        )

        assert not reply.ok
        assert "not sent to you" in reply.text

    @pytest.mark.parametrize("verb", ["accept", "snooze", "", "delete"])
    def test_only_its_own_buttons_count(self, fake, workspace, page, verb):
        reply = replying.answer(
            workspace,
            user_id=fake.person("alice").id,
            token=page.token,
            verb=verb,
            at=NOON,
        )

        assert reply == Reply("Choose one of the buttons.", ok=False)

    def test_it_is_done_even_if_slack_is_gone_by_then(self, fake, workspace, page):
        fake.always[""] = slack.Status(503)

        incident = self.press(fake, workspace, page, "acknowledge")

        assert incident.status == "acknowledged"


class TestThroughTheDoor:
    def press(self, fake, client, verb: str, who: str = "alice") -> None:
        (message,) = read(fake)
        answer = fake.presses(
            client, message, f"{direct.REPLY}{verb}", fake.person(who)
        )
        assert (answer.status_code, answer.content) == (200, b"")
        inbox.answer_due()

    def test_a_button_acknowledges_and_the_message_shows_it(self, fake, client, page):
        self.press(fake, client, "acknowledge")

        incident = page.incident
        incident.refresh_from_db()
        assert incident.status == "acknowledged"
        assert "is yours" in read(fake)[0].words
        page.refresh_from_db()
        assert page.status == "answered"

    def test_somebody_else_in_the_workspace_changes_nothing(self, fake, client, page):
        self.press(fake, client, "acknowledge", who="bob")

        page.incident.refresh_from_db()
        assert page.incident.status == "triggered"

    def test_a_link_is_only_a_link(self, fake, client, page):
        (message,) = read(fake)
        fake.presses(client, message, "oncall:open", fake.person("alice"))
        inbox.answer_due()

        page.incident.refresh_from_db()
        assert page.incident.status == "triggered"
