"""A channel for one incident: made once, told of, filled with people, and closed."""

from datetime import timedelta

import pytest

from accounts.permissions import Actor, NotPermitted
from incidents import actions, engine
from integrations.slack.channels import (
    channel_names,
    channel_steps,
    channel_work,
    incident_channels,
)
from integrations.slack.channels.incident_channels import Option, Refused
from tests import chats, factories
from tests.factories import NOON
from tests.fakes import slack
from tests.integrations.slack.channels.working import fresh, made, work
from tests.integrations.slack.paging import linked


class TestMaking:
    def test_it_is_made_told_of_and_filled(self, fake, acme, workspace, asked):
        users = {linked(fake, workspace, p).user_id for p in acme.people.values()}

        assert work() == 1

        (channel,) = made(fake)
        row = fresh(asked)
        assert channel.name == f"inc-{row.incident.number}-checkout-grosser-down"
        assert row.room.incident == row.incident
        assert row.url == f"https://acme.slack.com/archives/{channel.id}"
        assert channel_steps.link_of(row.incident) in channel.topic
        assert "Checkout: größer &amp; down!" in channel.topic
        # Alice has it, Bob has asked.
        assert channel.members == {fake.team.bot, *users}
        assert row.due_at is None

    def test_the_timeline_and_the_other_channels_have_its_link(
        self, fake, acme, workspace, incident, asked
    ):
        room = chats.room(acme.account, workspace=workspace)
        message = acme.account.chat_messages.create(
            room=room, incident=incident, message_id="1.2", created_at=NOON
        )

        work()

        entry = incident.timeline.get(verb="channel_opened")
        assert entry.membership == acme.bob.membership
        line = acme.account.chat_lines.get(message=message)
        assert fresh(asked).url in line.text
        message.refresh_from_db()
        assert message.due_at is not None
        # And the incident is shown in its own channel.
        own = acme.account.chat_messages.get(room=fresh(asked).room)
        assert own.due_at is not None

    def test_a_name_that_others_have_gets_a_number(self, fake, incident, asked):
        fake.channel(channel_names.name(incident), has_bot=False)

        work()

        assert fresh(asked).name == f"{channel_names.name(incident)}-2"

    def test_a_private_one_is_made_when_chosen(self, fake, incident, workspace, by_bob):
        incident_channels.ask(
            incident,
            workspace=workspace,
            actor=by_bob,
            at=engine.now(),
            name="War room!",
            option=Option(is_private=True),
        )

        work()

        (channel,) = [c for c in fake.team.channels.values() if c.name == "war-room"]
        assert channel.is_private

    @pytest.mark.parametrize("title", ["🔥🔥🔥", "<!channel>", "x" * 900, "---"])
    def test_any_title_makes_a_name_and_a_topic(self, fake, acme, by_bob, title):
        found = actions.open_incident(
            acme.service, actor=by_bob, at=NOON, title=title[:250]
        )

        name = channel_names.name(found)
        topic = channel_names.topic(found, "https://oncall.example/incidents/1/")

        assert name.startswith(f"inc-{found.number}")
        assert len(name) <= channel_names.LONGEST_TITLE
        assert len(topic) <= channel_names.LONGEST_TOPIC
        assert "<!" not in topic


class TestAgain:
    def test_asking_twice_is_one_channel(
        self, fake, incident, workspace, asked, by_bob
    ):
        second = incident_channels.ask(
            incident, workspace=workspace, actor=by_bob, at=engine.now()
        )
        work()
        work()

        assert second == asked
        assert len(made(fake)) == 1

    def test_an_attempt_without_an_answer_finds_its_channel(self, fake, asked):
        fake.fails(slack.Dies(), method="conversations.create")

        work()
        assert fresh(asked).channel_id == ""
        assert "Slack could not take it now" in fresh(asked).last_error
        later = fresh(asked).due_at
        work(later)

        assert fresh(asked).channel_id == made(fake)[0].id
        assert len(made(fake)) == 1

    def test_a_worker_killed_between_its_steps_leaves_the_rest_to_another(
        self, fake, acme, workspace, asked, incident
    ):
        linked(fake, workspace, acme.alice)
        fake.fails(slack.HangsUp(), method="conversations.setTopic")
        work()
        row = fresh(asked)
        assert row.channel_id
        assert row.topic == ""

        work(row.due_at)

        assert made(fake)[0].topic == fresh(asked).topic
        assert len(fake.asked("conversations.create")) == 1
        assert incident.timeline.filter(verb="channel_opened").count() == 1

    def test_a_lease_that_nobody_ended_ends_by_itself(self, fake, asked):
        at = engine.now()
        channel_work._lease(at, set())

        assert work(at) == 0
        assert work(at + channel_work.LEASE) == 1

    def test_a_limit_is_obeyed(self, fake, asked):
        fake.fails(slack.Limited(120), method="conversations.create")
        at = engine.now()
        work(at)

        assert fresh(asked).due_at == at + timedelta(seconds=120)

    def test_a_refusal_is_shown_and_tried_again_when_asked(
        self, fake, incident, workspace, asked, by_bob
    ):
        fault = slack.Says("restricted_action")
        fake.fails(fault, method="conversations.create")
        work()
        assert fresh(asked).failed_at is not None
        assert "do not let OnCall" in fresh(asked).last_error

        incident_channels.ask(
            incident, workspace=workspace, actor=by_bob, at=engine.now()
        )
        work()

        assert fresh(asked).channel_id


class TestRefusals:
    def test_a_workspace_of_another_account(self, incident, globex, by_bob):
        other = chats.workspace(globex.account)

        with pytest.raises(Refused, match="not connected"):
            incident_channels.ask(incident, workspace=other, actor=by_bob, at=NOON)

    def test_a_resolved_incident(self, incident, workspace, by_bob):
        actions.resolve(incident, actor=by_bob, at=engine.now())

        with pytest.raises(Refused, match="is resolved"):
            incident_channels.ask(incident, workspace=workspace, actor=by_bob, at=NOON)

    def test_an_observer(self, acme, incident, workspace):
        eve = factories.person(acme.account, "Eve", "observer")

        with pytest.raises(NotPermitted):
            incident_channels.ask(
                incident,
                workspace=workspace,
                actor=Actor("web", eve.membership),
                at=NOON,
            )
