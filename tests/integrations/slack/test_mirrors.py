"""Topics and user groups follow who is on call, and write only what has changed."""

from datetime import datetime, timedelta

import pytest

from accounts.permissions import Actor, NotPermitted
from incidents import engine
from integrations.models import OnCallMirror
from integrations.slack.rota import mirroring, mirrors
from oncall import queries
from tests import chats, factories
from tests.fakes import slack
from tests.integrations.slack.paging import connected, linked, serving

MINUTE = timedelta(minutes=1)
# Alice has the week of the 8th, Bob the one after it.
MONDAY = datetime.fromisoformat("2027-03-08T12:00:00+00:00")
NEXT = MONDAY + timedelta(days=7)


@pytest.fixture
def fake(settings):
    with serving(settings) as running:
        yield running


@pytest.fixture
def workspace(fake, acme):
    return connected(fake, acme.account)


@pytest.fixture
def rota(acme):
    return factories.schedule(
        acme.account, acme.bob.membership, acme.alice.membership, name="Payments"
    )


def values(workspace, rota, target: str, name: str = "payments", **given):
    return mirrors.Values(
        workspace=workspace,
        kind=given.pop("kind", "topic"),
        target_id=target,
        target_name=name,
        schedule=rota,
        **given,
    )


@pytest.fixture
def add(acme, workspace, rota):
    def added(target: str, **given) -> OnCallMirror:
        actor = Actor("web", acme.alice.membership)
        wanted = values(workspace, rota, target, **given)
        return mirrors.add(acme.account, wanted, actor=actor, at=MONDAY)

    return added


def work(at: datetime) -> int:
    return mirroring.work_due(lambda: at)


def fresh(mirror: OnCallMirror) -> OnCallMirror:
    return OnCallMirror.across_accounts.get(pk=mirror.pk)


def whoever(rota, at: datetime) -> str:
    (person,) = queries.on_call(rota.account, [rota.pk], at).values()
    assert person is not None
    return str(person.name)


class TestTopics:
    def test_it_names_who_is_on_call_and_then_the_next(self, fake, add, rota):
        channel = fake.channel("payments")
        channel.topic = "Payments &amp; refunds"
        add(channel.id)

        assert work(MONDAY) == 1
        first = channel.topic
        work(NEXT)

        names = [whoever(rota, at) for at in (MONDAY, NEXT)]
        assert names[0] != names[1]
        assert first == f"Payments &amp; refunds | On call: {names[0]}"
        assert channel.topic == f"Payments &amp; refunds | On call: {names[1]}"

    def test_nothing_is_written_while_nothing_changes(self, fake, add):
        channel = fake.channel("payments")
        mirror = add(channel.id)

        for minute in range(30):
            work(MONDAY + minute * MINUTE)

        assert len(fake.asked("conversations.setTopic")) == 1
        # Every ten minutes it looks whether somebody else has written.
        assert len(fake.asked("conversations.info")) == 3
        assert fresh(mirror).changed_at == MONDAY

    def test_what_somebody_took_out_is_put_back(self, fake, add, rota):
        channel = fake.channel("payments")
        add(channel.id)
        work(MONDAY)
        channel.topic = "cleaned up"

        work(MONDAY + 11 * MINUTE)

        assert channel.topic == f"cleaned up | On call: {whoever(rota, MONDAY)}"

    def test_nobody_is_said_in_words(self, fake, add, acme, rota):
        rota.layers.all().delete()
        channel = fake.channel("payments")
        mirror = add(channel.id)

        work(MONDAY)

        assert channel.topic == "On call: nobody"
        assert fresh(mirror).is_empty

    def test_a_level_of_a_policy_is_followed_too(self, fake, acme, workspace):
        channel = fake.channel("payments")
        wanted = mirrors.Values(
            workspace, "topic", channel.id, "payments", policy=acme.policy, level=2
        )
        actor = Actor("web", acme.alice.membership)
        mirrors.add(acme.account, wanted, actor=actor, at=MONDAY)

        work(MONDAY)

        assert channel.topic == "On call: Bob"


class TestGroups:
    def test_it_holds_just_who_is_on_call(self, fake, add, acme, workspace, rota):
        people = {p.user.name: linked(fake, workspace, p) for p in acme.people.values()}
        group = fake.usergroup("payments-on-call", fake.person("carol"))
        mirror = add(group, kind="group")

        work(MONDAY)
        work(MONDAY + 11 * MINUTE)

        wanted = people[whoever(rota, MONDAY)].user_id
        assert fake.team.usergroups[group][1] == [wanted]
        assert len(fake.asked("usergroups.users.update")) == 1
        assert fresh(mirror).unlinked == []

    def test_an_empty_one_stays_as_it_is_with_a_warning(self, fake, add, rota):
        group = fake.usergroup("payments-on-call", fake.person("carol"))
        mirror = add(group, kind="group")

        work(MONDAY)

        assert fake.team.usergroups[group][1] == [fake.person("carol").id]
        assert fresh(mirror).unlinked == [whoever(rota, MONDAY)]
        assert fresh(mirror).last_error == ""
        assert fake.asked("usergroups.users.update") == []


class TestFailures:
    def test_what_slack_says_is_shown_and_tried_again(self, fake, add):
        channel = fake.channel("payments")
        mirror = add(channel.id)
        fake.fails(slack.Status(503), method="conversations.info")

        work(MONDAY)
        assert "Slack could not take it now" in fresh(mirror).last_error
        assert fresh(mirror).due_at == MONDAY + timedelta(seconds=30)

        work(MONDAY + MINUTE)
        assert fresh(mirror).last_error == ""
        assert channel.topic.startswith("On call: ")

    def test_a_limit_is_obeyed_for_all_of_the_workspace(self, fake, add):
        channel = fake.channel("payments")
        mirror = add(channel.id)
        add(fake.channel("platform").id)
        fake.fails(slack.Limited(300), method="conversations.setTopic")

        work(MONDAY)
        asked = len(fake.calls)
        work(MONDAY + 4 * MINUTE)

        assert len(fake.calls) == asked
        assert fresh(mirror).due_at == MONDAY + 5 * MINUTE

    def test_a_silent_workspace_is_asked_once_in_a_round(self, fake, add, acme):
        for name in ("one", "two", "three"):
            add(fake.channel(name).id)
        fake.always[""] = slack.HangsUp()

        work(MONDAY)

        assert len(fake.calls) == 1

    def test_a_channel_that_is_gone_is_told_in_words(self, fake, add):
        mirror = add("C0NOWHERE")

        work(MONDAY)

        assert "does not show us the channel" in fresh(mirror).last_error

    def test_a_full_topic_is_told_in_words(self, fake, add):
        channel = fake.channel("payments")
        channel.topic = "x" * 250
        mirror = add(channel.id)

        work(MONDAY)

        assert "leaves no room" in fresh(mirror).last_error
        assert channel.topic == "x" * 250

    def test_somebody_else_works_on_it_after_a_killed_worker(self, fake, add):
        channel = fake.channel("payments")
        mirror = add(channel.id)
        mirroring._lease(MONDAY, set())

        assert work(MONDAY + MINUTE) == 0
        assert work(MONDAY + 3 * MINUTE) == 1
        assert fresh(mirror).lease is None


class TestVerbs:
    def test_a_paused_one_is_left_alone_until_it_is_resumed(self, fake, add, acme):
        channel = fake.channel("payments")
        mirror, actor = add(channel.id), Actor("web", acme.alice.membership)
        mirrors.pause(mirror, actor=actor, at=MONDAY)

        assert work(NEXT) == 0
        mirrors.resume(fresh(mirror), actor=actor, at=NEXT)
        assert work(NEXT) == 1

    def test_who_may_not_configure_may_not_add_pause_or_remove(
        self, fake, add, acme, workspace, rota
    ):
        mirror, bob = add("C0PAYMENTS"), Actor("web", acme.bob.membership)

        for verb in (mirrors.pause, mirrors.resume, mirrors.check, mirrors.remove):
            with pytest.raises(NotPermitted):
                verb(mirror, actor=bob, at=MONDAY)
        with pytest.raises(NotPermitted):
            mirrors.add(
                acme.account,
                values(workspace, rota, "C0OTHER"),
                actor=bob,
                at=MONDAY,
            )

    @pytest.mark.parametrize(
        "template",
        ["{names}", "On call", "x {names}", "A | {names}", "{names} {names}"],
    )
    def test_a_template_that_could_not_be_found_again_is_refused(self, add, template):
        with pytest.raises(mirrors.Refused) as refusal:
            add("C0PAYMENTS", template=template)

        assert refusal.value.field == "template"

    def test_two_parts_of_a_topic_must_begin_differently(self, fake, add):
        channel = fake.channel("payments")
        add(channel.id)
        with pytest.raises(mirrors.Refused, match="other words"):
            add(channel.id, template="on call: {names}!")

        add(channel.id, template="Second: {names}")
        work(MONDAY)

        assert channel.topic.count(" | ") == 1

    def test_the_same_group_twice_is_refused(self, fake, add):
        group = fake.usergroup("payments-on-call")
        add(group, kind="group")

        with pytest.raises(mirrors.Refused, match="already"):
            add(group, kind="group")

    def test_a_workspace_of_another_account_is_refused(self, acme, globex, rota):
        other = chats.workspace(globex.account)

        with pytest.raises(mirrors.Refused, match="not connected"):
            mirrors.add(
                acme.account,
                values(other, rota, "C0PAYMENTS"),
                actor=Actor("web", acme.alice.membership),
                at=engine.now(),
            )

    def test_a_level_that_is_not_there_is_refused(self, acme, workspace):
        wanted = mirrors.Values(
            workspace, "topic", "C1", "payments", policy=acme.policy, level=9
        )
        with pytest.raises(mirrors.Refused, match="no such level"):
            mirrors.add(
                acme.account,
                wanted,
                actor=Actor("web", acme.alice.membership),
                at=MONDAY,
            )
