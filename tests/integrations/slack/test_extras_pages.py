"""Pages: being paged in Slack, what follows who is on call, channels of incidents."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.permissions import Actor
from incidents import actions, engine
from incidents.models import Incident
from integrations.models import IncidentChannel, OnCallMirror
from integrations.slack.direct_messages import paging
from integrations.slack.rota import mirroring
from tests import chats, factories
from tests.factories import NOON
from tests.fakes import slack
from tests.integrations.slack.paging import connected, linked, paged, serving


@pytest.fixture
def fake(settings):
    with serving(settings) as running:
        yield running


@pytest.fixture
def workspace(fake, acme):
    return connected(fake, acme.account)


def as_(person: factories.Person) -> Client:
    browser = Client()
    browser.force_login(person.user)
    return browser


def text(response) -> str:
    return str(response.content.decode())


class TestPagesInSlack:
    URL = "/me/slack/"

    def test_a_linked_person_presses_once_and_gets_a_test(self, fake, workspace, acme):
        user = linked(fake, workspace, acme.bob)
        bob = as_(acme.bob)
        assert "Get pages in Slack" in text(bob.get("/me/"))

        page = bob.post(self.URL, {"user": paging.address_of(user)}, follow=True)

        method = acme.bob.membership.contact_methods.get(kind="slack")
        assert method.may_be_paged
        assert "A test is on its way" in text(page)
        assert "Slack is one of your contact methods" in text(page)
        test = acme.account.notifications.get(purpose="test")
        assert test.contact_method == method

    def test_without_another_way_the_page_says_what_is_missing(
        self, fake, workspace, acme
    ):
        user = linked(fake, workspace, acme.bob)
        acme.bob.email.delete()
        bob = as_(acme.bob)
        assert "Get pages in Slack" not in text(bob.get("/me/"))

        page = bob.post(self.URL, {"user": paging.address_of(user)}, follow=True)

        assert "never depend on a chat alone" in text(page)
        assert not acme.bob.membership.contact_methods.exists()

    @pytest.mark.parametrize("given", ["", "T1/U1", "x" * 5000])
    def test_only_an_own_link_counts(self, fake, workspace, acme, given):
        linked(fake, workspace, acme.alice)
        assert as_(acme.bob).post(self.URL, {"user": given}).status_code == 404

    def test_somebody_elses_link_is_not_ones_own(self, fake, workspace, acme):
        user = linked(fake, workspace, acme.alice)
        answer = as_(acme.bob).post(self.URL, {"user": paging.address_of(user)})
        assert answer.status_code == 404

    def test_the_last_other_way_is_kept_in_words(self, fake, workspace, acme):
        paged(fake, workspace, acme.bob)
        url = f"/me/contact-methods/{acme.bob.email.public_id}/remove/"
        bob = as_(acme.bob)

        assert "only Slack would be left" in text(bob.get(url))
        page = bob.post(url, follow=True)

        assert "only Slack would be left" in text(page)
        assert acme.bob.membership.contact_methods.count() == 2

    def test_a_rule_of_slack_alone_is_refused_and_nothing_is_lost(
        self, fake, workspace, acme
    ):
        method = paged(fake, workspace, acme.bob)
        acme.bob.email.notification_rules.all().delete()
        rule = {"contact_method": method.pk, "delay_minutes": 7, "urgency": "high"}

        page = text(as_(acme.bob).post("/me/rules/", rule))

        assert "High urgency never depends on Slack alone" in page
        assert 'value="7"' in page

    def test_nothing_is_offered_where_slack_is_not_there(self, acme):
        assert "Pages in Slack" not in text(as_(acme.bob).get("/me/"))


class TestMirrors:
    LIST, NEW = "/settings/slack/on-call/", "/settings/slack/on-call/new/"

    @pytest.fixture
    def rota(self, acme):
        return factories.schedule(acme.account, acme.alice.membership, name="Payments")

    def form(self, workspace, rota, **given):
        return {
            "workspace": workspace.public_id,
            "kind": "topic",
            "target": "#payments",
            "source": f"schedule:{rota.public_id}",
            "template": "On call: {names}",
            **given,
        }

    def test_a_topic_is_added_by_the_channels_name(self, fake, acme, workspace, rota):
        fake.channel("payments", has_bot=False)
        alice = as_(acme.alice)
        assert "Nothing follows who is on call yet" in text(alice.get(self.LIST))

        page = alice.post(self.NEW, self.form(workspace, rota), follow=True)
        mirroring.work_due(lambda: NOON)

        assert "#payments follows who is on call now" in text(page)
        assert fake.channel("payments").topic == "On call: Alice"
        shown = text(alice.get(self.LIST))
        assert "Not linked to Slack: Alice" in shown
        assert "Follows" in shown

    def test_a_user_group_of_a_level_is_added_by_its_handle(
        self, fake, acme, workspace, rota
    ):
        group = fake.usergroup("payments-on-call")
        given = self.form(
            workspace,
            rota,
            kind="group",
            target="@Payments-On-Call",
            source=f"policy:{acme.policy.public_id}:2",
        )

        as_(acme.alice).post(self.NEW, given)

        mirror = acme.account.mirrors.get()
        assert (mirror.target_id, mirror.level) == (group, 2)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"target": "#nowhere"}, "Slack shows us no channel"),
            ({"kind": "group", "target": "@nobody"}, "no user group @nobody"),
            ({"template": "{names}"}, "Write some words and then"),
            ({"target": ""}, "This field is required"),
            ({"source": "schedule:PNOTHING"}, "Select a valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_lost(
        self, fake, acme, workspace, rota, given, words
    ):
        fake.channel("payments")
        sent = self.form(workspace, rota) | given

        answer = as_(acme.alice).post(self.NEW, sent)

        assert answer.status_code == 422
        assert words in text(answer)
        assert sent["template"] in text(answer)
        assert not acme.account.mirrors.exists()

    def test_a_silent_slack_is_said_in_words(self, fake, acme, workspace, rota):
        fake.always[""] = slack.HangsUp()

        answer = as_(acme.alice).post(self.NEW, self.form(workspace, rota))

        assert "Slack could not take it now" in text(answer)

    def test_it_is_paused_resumed_checked_and_removed(
        self, fake, acme, workspace, rota
    ):
        fake.channel("payments")
        alice = as_(acme.alice)
        alice.post(self.NEW, self.form(workspace, rota))
        public_id = acme.account.mirrors.get().public_id

        for verb, words in (
            ("pause", "Paused"),
            ("resume", "follows who is on call again"),
            ("check", "looked at now"),
        ):
            page = alice.post(f"{self.LIST}{public_id}/{verb}/", follow=True)
            assert words in text(page)
        removal = f"{self.LIST}{public_id}/remove/"
        assert "Remove #payments" in text(alice.get(removal))
        assert OnCallMirror.across_accounts.count() == 1
        alice.post(removal)

        assert OnCallMirror.across_accounts.count() == 0

    def test_responders_and_strangers_see_nothing(
        self, fake, acme, globex, workspace, rota
    ):
        fake.channel("payments")
        as_(acme.alice).post(self.NEW, self.form(workspace, rota))
        public_id = acme.account.mirrors.get().public_id

        assert as_(acme.bob).get(self.LIST).status_code == 403
        mallory = as_(globex.mallory)
        assert public_id not in text(mallory.get(self.LIST))
        for verb in ("pause", "remove"):
            answer = mallory.post(f"{self.LIST}{public_id}/{verb}/")
            assert answer.status_code == 404
        other = as_(globex.mallory).post(self.NEW, self.form(workspace, rota))
        assert other.status_code == 422


class TestChannelsOfIncidents:
    @pytest.fixture
    def incident(self, acme) -> Incident:
        return actions.open_incident(
            acme.service,
            actor=Actor("web", acme.bob.membership),
            at=engine.now(),
            title="Down",
        )

    def test_a_button_on_the_incident_asks_for_one(
        self, fake, acme, workspace, incident
    ):
        bob = as_(acme.bob)
        page = reverse("incident", args=[incident.number])
        assert "Create a channel" in text(bob.get(page))

        shown = bob.post(f"{page}channel/", {"private": "on"}, follow=True)
        bob.post(f"{page}channel/", follow=True)

        channel = IncidentChannel.across_accounts.get()
        assert (channel.is_private, channel.asked_via) == (True, "web")
        assert "It is being made." in text(shown)
        assert "Create a channel" not in text(shown)

    def test_without_a_workspace_there_is_no_button(self, fake, acme, incident):
        page = reverse("incident", args=[incident.number])
        bob = as_(acme.bob)

        assert "Channel in Slack" not in text(bob.get(page))
        answer = bob.post(f"{page}channel/", follow=True)
        assert "Choose a workspace" in text(answer)

    def test_observers_and_strangers_may_not(
        self, fake, acme, globex, workspace, incident
    ):
        eve = factories.person(acme.account, "Eve", "observer")
        page = reverse("incident", args=[incident.number])

        assert "Create a channel" not in text(as_(eve).get(page))
        assert as_(eve).post(f"{page}channel/").status_code == 403
        assert as_(globex.mallory).post(f"{page}channel/").status_code == 404
        assert not IncidentChannel.across_accounts.exists()

    def test_an_extension_is_told_for_which_to_open_one(self, acme, workspace):
        extension = chats.extension(chats.room(acme.account, workspace=workspace))
        p1 = acme.account.priorities.get(name="P1")
        url = f"/settings/extensions/{extension.public_id}/channels/"
        alice = as_(acme.alice)

        alice.post(url, {"is_on": "on", "urgency": "high", "priorities": p1.public_id})

        extension.refresh_from_db()
        kept = extension.config["incident_channels"]
        assert (kept["is_on"], kept["priorities"]) == (True, [p1.public_id])
        assert "checked" in text(alice.get(url))
        bad = alice.post(url, {"urgency": "loud"})
        assert bad.status_code == 422
        assert as_(acme.bob).get(url).status_code == 403

    def test_what_is_no_slack_has_no_such_page(self, acme, globex, workspace):
        other = chats.extension(chats.room(acme.account, kind="teams"))
        url = f"/settings/extensions/{other.public_id}/channels/"

        assert as_(acme.alice).get(url).status_code == 404
        assert as_(globex.mallory).get(url).status_code == 404
