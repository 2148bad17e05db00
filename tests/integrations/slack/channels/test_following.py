"""A channel follows its incident, and an extension opens some by itself."""

import pytest

from accounts.permissions import Actor
from incidents import actions, engine, relay, responders
from incidents.models import Incident
from integrations.models import IncidentChannel
from integrations.slack.channels import channel_wishes, incident_channels
from integrations.slack.channels.incident_channels import Option
from tests import chats, factories
from tests.factories import NOON
from tests.integrations.slack.channels.working import again, fresh, made, work
from tests.integrations.slack.paging import linked


class TestFollowing:
    def test_who_joins_later_is_invited_and_who_left_stays_away(
        self, fake, acme, workspace, incident, asked
    ):
        carol = factories.person(acme.account, "Carol")
        alice = linked(fake, workspace, acme.alice)
        user = linked(fake, workspace, carol)
        work()
        channel = made(fake)[0]
        channel.members.discard(alice.user_id)
        assert user.user_id not in channel.members

        responders.ask(
            incident,
            actor=Actor("web", acme.alice.membership),
            at=engine.now(),
            people=[carol.membership],
            message="Help",
        )
        again(asked)
        work()

        assert user.user_id in channel.members
        assert alice.user_id not in channel.members

    def test_one_who_cannot_be_invited_keeps_nobody_away(
        self, fake, acme, workspace, asked
    ):
        gone = linked(fake, workspace, acme.bob)
        gone.user_id = "U0NOBODY"
        gone.save()
        alice = linked(fake, workspace, acme.alice)

        work()

        assert alice.user_id in made(fake)[0].members

    def test_the_topic_says_that_it_is_resolved(self, fake, incident, asked, by_bob):
        work()
        actions.resolve(incident, actor=by_bob, at=engine.now())
        again(asked)
        work()

        assert "Resolved" in made(fake)[0].topic
        assert not made(fake)[0].is_archived

    def test_it_is_archived_by_choice_after_the_last_words(
        self, fake, acme, incident, asked, by_bob
    ):
        IncidentChannel.across_accounts.update(archives=True)
        work()
        actions.resolve(incident, actor=by_bob, at=engine.now())
        again(asked)
        work()
        assert not made(fake)[0].is_archived

        acme.account.chat_messages.update(due_at=None)
        acme.account.outbox.all().delete()
        work(fresh(asked).due_at)

        assert made(fake)[0].is_archived
        assert fresh(asked).archived_at is not None


class TestByItself:
    @pytest.fixture
    def extension(self, acme, workspace):
        room = chats.room(acme.account, workspace=workspace)
        return chats.extension(room)

    def choose(self, acme, extension, **chosen) -> None:
        incident_channels.choose(
            extension,
            Option(is_on=True, **chosen),
            actor=Actor("web", acme.alice.membership),
            at=NOON,
        )

    def opened(self, acme, by_bob, **given) -> Incident:
        found = actions.open_incident(
            acme.service, actor=by_bob, at=engine.now(), title="Down", **given
        )
        relay.hand_on_due(engine.now())
        return found

    def test_an_extension_opens_one_for_what_it_chose(
        self, fake, acme, extension, by_bob
    ):
        self.choose(acme, extension, urgency="high", archives=True)

        high = self.opened(acme, by_bob, urgency="high")
        low = self.opened(acme, by_bob, urgency="low")

        channel = incident_channels.of(high)
        assert channel is not None
        assert channel.archives
        assert incident_channels.of(low) is None
        work()
        entry = high.timeline.get(verb="channel_opened")
        assert entry.name == extension.name

    def test_a_priority_that_comes_later_counts(self, fake, acme, extension, by_bob):
        p1 = acme.account.priorities.get(name="P1")
        self.choose(acme, extension, priorities=(p1.public_id,))
        incident = self.opened(acme, by_bob)
        assert incident_channels.of(incident) is None

        actions.change_priority(incident, actor=by_bob, at=engine.now(), priority=p1)
        relay.hand_on_due(engine.now())

        assert incident_channels.of(incident) is not None

    def test_a_paused_or_silent_extension_opens_none(
        self, fake, acme, extension, by_bob
    ):
        self.choose(acme, extension)
        extension.paused_at = NOON
        extension.save()

        assert incident_channels.of(self.opened(acme, by_bob)) is None

    def test_other_choices_stay_and_nobody_listens_without_one(self, acme, extension):
        extension.config = {"kept": 1}
        self.choose(acme, extension)
        assert extension.config["kept"] == 1
        assert channel_wishes.Channels().wants(acme.account)

        incident_channels.choose(
            extension,
            Option(),
            actor=Actor("web", acme.alice.membership),
            at=NOON,
        )

        assert not channel_wishes.Channels().wants(acme.account)
