"""A page as a direct message: what it says, how it fails, and who may answer it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import channels, contact_methods
from accounts.onboarding import Refused
from accounts.permissions import Actor
from integrations.slack.direct_messages import paging, reach
from tests.architecture.test_channels import MESSAGES
from tests.factories import NOON
from tests.fakes import slack
from tests.integrations.messages import PAGE
from tests.integrations.slack.paging import connected, linked, paged, serving


@pytest.fixture
def fake(settings):
    with serving(settings) as running:
        yield running


@pytest.fixture
def workspace(fake, acme):
    return connected(fake, acme.account)


@pytest.fixture
def address(fake, workspace, acme) -> str:
    return paged(fake, workspace, acme.alice).address


def send(address: str, message: channels.Message = PAGE) -> channels.Sent:
    return channels.get("slack").send(address, message)


def read(fake, name: str = "alice"):
    return fake.direct(fake.person(name)).tops


class TestWhatIsSent:
    @pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
    def test_slack_takes_every_message(self, fake, address, message):
        letter = message("f" * 32, "Acme", "Alice", **MESSAGES[message])

        sent = send(address, letter)

        (there,) = read(fake)
        assert sent == channels.Sent(f"{there.channel.id}/{there.ts}", "slack")
        assert there.blocks[0]["type"] == "header"

    def test_a_page_says_what_and_asks_for_an_answer(self, fake, address):
        send(address)

        (page,) = read(fake)
        assert "#1042 Checkout latency" in page.words
        assert "Checkout: Triggered" in page.text
        assert page.buttons == ["Acknowledge", "Resolve", "Escalate", "Open"]
        answers = [e for e in page.elements if "url" not in e]
        assert {e["value"] for e in answers} == {PAGE.token}

    def test_a_request_is_accepted_or_declined(self, fake, address):
        request = MESSAGES[channels.Request]
        send(address, channels.Request("f" * 32, "Acme", "Alice", **request))

        assert read(fake)[0].buttons == ["Accept", "Decline", "Open"]

    @pytest.mark.parametrize(
        "text",
        ["<!channel> <@U1>", "*b* _i_ ~s~ `c`", "&lt;b>", "🔥" * 2000, "x" * 9000],
    )
    def test_what_tools_write_means_nothing_to_slack(self, fake, address, text):
        others = tuple((number, text) for number in range(100))
        page = replace(PAGE, title=text, details=text, service=text, others=others)

        send(address, page)

        (there,) = read(fake)
        assert "<!channel>" not in there.text
        kinds = {b["text"]["type"] for b in there.blocks if "text" in b}
        assert kinds == {"plain_text"}

    def test_a_page_of_many_names_some_and_counts_the_rest(self, fake, address):
        others = tuple((number, f"Disk {number}") for number in range(12))
        send(address, replace(PAGE, others=others, unlisted=5))

        words = read(fake)[0].words
        assert "#9 Disk 9" in words
        assert "and 7 more" in words


class TestFailures:
    @pytest.mark.parametrize("fault", [slack.Status(503), slack.HangsUp()])
    def test_a_slack_that_is_down_is_tried_again(self, fake, address, fault):
        fake.fails(fault, method="chat.postMessage")

        with pytest.raises(channels.TemporaryFailure, match="Slack could not take it"):
            send(address)

    def test_a_limit_says_when(self, fake, address):
        fake.fails(slack.Limited(42), method="chat.postMessage")

        with pytest.raises(channels.TemporaryFailure) as failure:
            send(address)

        assert failure.value.retry_after == timedelta(seconds=42)

    def test_a_person_who_is_not_there_is_gone(self, fake, address):
        with pytest.raises(channels.AddressGone):
            send(f"{fake.team.id}/U0NOBODY")

    def test_a_workspace_that_is_not_connected_is_gone(self, acme):
        reach.forget()
        with pytest.raises(channels.AddressGone, match="not connected"):
            send("T0UNKNOWN/U1")

    def test_a_deactivated_person_fails_for_good(self, fake, address):
        fake.person("alice").is_deleted = True

        with pytest.raises(channels.PermanentFailure, match="deactivated"):
            send(address)

    def test_a_token_that_was_revoked_ends_the_workspace(
        self, fake, address, workspace
    ):
        fake.revoke()

        with pytest.raises(channels.PermanentFailure):
            send(address)

        workspace.refresh_from_db()
        assert not workspace.is_connected


class TestAsContactMethod:
    def test_a_link_becomes_a_confirmed_contact_method(self, fake, workspace, acme):
        user = linked(fake, workspace, acme.bob)
        actor = Actor("web", acme.bob.membership)
        assert paging.offered(acme.bob.membership) == [user]

        method = paging.add(user, actor=actor, at=NOON)

        assert method.address == f"{fake.team.id}/{user.user_id}"
        assert method.may_be_paged
        assert paging.offered(acme.bob.membership) == []

    def test_without_another_way_it_is_refused(self, fake, workspace, acme):
        user = linked(fake, workspace, acme.bob)
        acme.bob.email.delete()

        with pytest.raises(Refused, match="never depend on a chat alone"):
            paging.add(user, actor=Actor("web", acme.bob.membership), at=NOON)

        assert not acme.bob.membership.contact_methods.exists()

    def test_a_link_to_nobody_is_refused(self, fake, workspace, acme):
        user = linked(fake, workspace, acme.bob)
        user.membership = None
        user.save()

        with pytest.raises(Refused, match="no more"):
            paging.add(user, actor=Actor("web", acme.bob.membership), at=NOON)

    def test_the_end_of_a_link_ends_it_and_a_new_one_brings_it_back(
        self, fake, workspace, acme
    ):
        method = paged(fake, workspace, acme.bob)
        links = acme.account.chat_users.filter(membership=acme.bob.membership)
        links.update(membership=None)

        paging.follow_links(NOON)
        method.refresh_from_db()
        assert method.disabled_reason == paging.UNLINKED
        told = acme.account.notifications.filter(purpose="notice")
        assert told.get().contact_method == acme.bob.email

        acme.account.chat_users.update(membership=acme.bob.membership)
        paging.follow_links(NOON)
        method.refresh_from_db()
        assert method.may_be_paged

    def test_the_end_of_the_workspace_ends_it(self, fake, workspace, acme):
        method = paged(fake, workspace, acme.bob)
        workspace.removed_at = NOON
        workspace.save()

        paging.follow_links(NOON)

        method.refresh_from_db()
        assert not method.may_be_paged

    def test_what_slack_gave_up_on_does_not_come_back_by_itself(
        self, fake, workspace, acme
    ):
        method = paged(fake, workspace, acme.bob)
        contact_methods.disable(method, "users_not_found", at=NOON)

        paging.follow_links(NOON)

        method.refresh_from_db()
        assert method.disabled_at == NOON

    def test_links_of_another_account_count_for_nothing(
        self, fake, workspace, acme, globex
    ):
        method = paged(fake, workspace, acme.bob)
        other = acme.account.chat_users.get(membership=acme.bob.membership)
        other.delete()
        globex.account.chat_users.create(
            place=workspace.place,
            user_id=other.user_id,
            membership=globex.mallory.membership,
            created_at=NOON,
        )

        paging.follow_links(NOON)

        method.refresh_from_db()
        assert method.disabled_at == NOON
