"""The walk-through in Slack: a channel shows an incident, and people answer there."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from pagerduty import SlackIntegrationConnectionsApiClient
from playwright.sync_api import Browser, Page, expect

from tests.browsers import needs_chromium
from tests.fakes.slack import Channel, Message, Slack
from tests.fakes.slack import Person as SlackPerson
from tests.scenarios.instance import Up, manage
from tests.scenarios.people import Person, eventually

pytestmark = [pytest.mark.browser, needs_chromium]

Appears = Callable[[str], Person]
LINKED = "Only people who are linked"
ANYBODY = "Anybody in the channel"
TITLE = "Test incident"


@dataclass
class Town:
    """A workspace of its own in the fake, with a channel and two people."""

    slack: Slack
    channel: Channel
    member: SlackPerson
    # Somebody who has nothing to do with us.
    eve: SlackPerson

    @property
    def address(self) -> str:
        return f"{self.slack.base}/channels/{self.channel.id}"

    def message(self) -> Message:
        """The one message that shows the incident, once it is there."""
        return eventually(self._found, "a message in the channel")

    def opens(self, page: Page, who: SlackPerson) -> None:
        """Look at the channel as one of them."""
        page.goto(f"{self.address}?user={who.id}")

    def _found(self) -> Message | None:
        found = [each for each in self.channel.tops if TITLE in each.words]
        assert len(found) < 2, "an incident has one message in a channel"
        return found[0] if found else None


@pytest.fixture
def appears(browser: Browser, oncall: Up, mailbox, phones) -> Iterator[Appears]:
    """Let somebody with a browser appear, who does not know the product yet."""
    with ExitStack() as windows:

        def appear(name: str) -> Person:
            context = browser.new_context(base_url=oncall.url)
            windows.callback(context.close)
            return Person(name, context.new_page(), mailbox, phones)

        yield appear


def town(slack: Slack, name: str, member: Person) -> Town:
    """Make a workspace in which a member of ours is, with the same address."""
    team = slack.workspace(f"T0{name.upper()}", name)
    return Town(
        slack,
        slack.channel("incidents", team=team, has_bot=False),
        slack.person("member", member.email, team=team),
        slack.person("eve", team=team),
    )


def test_an_incident_is_acknowledged_and_resolved_from_slack(appears, slack, oncall):
    ann = appears("Uma Lee")
    page, there = ann.page, town(slack, "Hooli", ann)
    ann.signs_up("Hooli")
    create_service(page)
    connect(page, there, LINKED)
    send_a_test(page, there)

    page.goto("/services/")
    page.get_by_role("link", name="Checkout").first.click()
    expect(page.get_by_role("main")).to_contain_text("Shop's channel")
    number = raise_test_incident(page)
    message = there.message()
    assert message.buttons[:2] == ["Acknowledge", "Resolve"]
    forged = slack.presses(
        oncall.url, message, "oncall:acknowledge", there.member, secret="made up"
    )
    assert forged.status_code in (401, 403)
    # Nobody knows her, so she is asked who she is.
    press(page, there, message, "Acknowledge", there.eve)
    eventually(lambda: there.channel.whispers(there.eve), "a question in private")
    incident = f"/incidents/{number}/"
    page.goto(incident)
    expect(page.get_by_role("main")).to_contain_text("Triggered")
    assert not message.edits

    press(page, there, message, "Acknowledge", there.member)
    sees_in_slack(page, there, message, "Acknowledged")
    page.goto(incident)
    expect(page.get_by_role("main")).to_contain_text("Uma Lee acknowledged")
    expect(page.get_by_role("main")).to_contain_text("Slack")

    reply(page, there, message, "I restart it now")
    sees_here(page, incident, "I restart it now")

    press(page, there, message, "Resolve", there.member)
    sees_in_slack(page, there, message, "Resolved")
    sees_here(page, incident, "Uma Lee resolved")
    assert there.message() is message
    assert "Acknowledge" not in message.buttons


def test_where_anybody_may_act_the_timeline_names_them(appears, slack):
    bea = appears("Bea Ray")
    page, there = bea.page, town(slack, "Raviga", bea)
    bea.signs_up("Raviga")
    create_service(page)
    connect(page, there, ANYBODY)

    number = raise_test_incident(page)
    message = there.message()
    press(page, there, message, "Resolve", there.eve)

    sees_in_slack(page, there, message, "Resolved")
    sees_here(page, f"/incidents/{number}/", re.compile("eve", re.IGNORECASE))


def test_a_channel_is_connected_by_the_client_that_everybody_has(
    appears, slack, oncall
):
    cara = appears("Cara Mo")
    page, there = cara.page, town(slack, "Aviato", cara)
    cara.signs_up("Aviato")
    create_service(page)
    service = page.url.rstrip("/").rpartition("/")[2]
    page.goto("/settings/slack/")
    page.get_by_role("button", name="Connect a workspace").click()
    allow(page, there)

    sent = {
        "source_id": service,
        "source_type": "service_reference",
        "channel_id": there.channel.id,
        "notification_type": "stakeholder",
        "config": {
            "events": ["incident.triggered", "incident.resolved"],
            "urgency": "high",
            "priorities": None,
        },
    }
    with client_of(cara, oncall) as client:
        path = f"/workspaces/{there.channel.workspace.id}/connections"
        made = client.rpost(path, json=sent)
        one = f"{path}/{made['id']}"
        assert {name: made[name] for name in sent} == sent
        eventually(
            lambda: client.jget(one)["slack_connection"]["channel_name"] == "incidents",
            "the channel's name",
        )
        assert [each["id"] for each in client.list_all(path)] == [made["id"]]

        number = raise_test_incident(page)
        assert there.message().buttons == []

        changed = client.rput(one, json={**sent, "notification_type": "responder"})
        assert changed["notification_type"] == "responder"
        press_here(page, f"/incidents/{number}/", "Acknowledge")
        eventually(lambda: "Resolve" in there.message().buttons, "its buttons")
        client.rdelete(one)
        assert client.list_all(path) == []


class Client(SlackIntegrationConnectionsApiClient):
    """The client, which by itself takes no address without TLS."""

    url = ""


def client_of(person: Person, oncall: Up) -> Client:
    """The client with a key of the person's."""
    made = manage(
        *("create_api_key", "--account", "aviato", "--user", person.email),
        *oncall.data,
    )
    assert made.returncode == 0, made.stderr
    client = Client(made.stdout.split()[-1])
    client.url = f"{oncall.url}/integration-slack"
    return client


def create_service(page: Page) -> None:
    page.goto("/services/new/")
    page.get_by_label("Name", exact=True).fill("Checkout")
    page.get_by_role("button", name="Create service").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")


def connect(page: Page, there: Town, who_may: str) -> None:
    """Add the extension from the service's page, by way of Slack's own page."""
    page.get_by_role("link", name="Add extension").click()
    page.get_by_role("link", name="Add Slack").click()
    page.get_by_role("button", name="Sign in to Slack").click()
    allow(page, there)
    page.get_by_role("link", name=re.compile("^Choose #?incidents$")).click()
    page.get_by_label("Name", exact=True).fill("Shop's channel")
    for update in ("Acknowledgements", "Resolves", "Assignment changes"):
        expect(page.get_by_label(update)).to_be_checked()
    page.get_by_label(who_may).check()
    page.get_by_label("Keep what people write in the thread").check()
    page.get_by_role("button", name="Create extension").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shop's channel")


def allow(page: Page, there: Town) -> None:
    """Allow on Slack's page what we ask for."""
    page.get_by_label("Workspace").select_option(there.channel.workspace.id)
    page.get_by_label("You are").select_option(there.member.id)
    page.get_by_role("button", name="Allow").click()


def send_a_test(page: Page, there: Town) -> None:
    """Try the channel; the extension's page says that it arrived."""
    page.get_by_role("button", name="Send a test message").click()
    expect(page.locator("#how")).to_contain_text("Sent", timeout=30_000)
    assert "This is a test message of OnCall" in there.channel.tops[-1].words


def raise_test_incident(page: Page) -> str:
    """Make one from the service's page; this will return its number."""
    page.goto("/services/")
    page.get_by_role("link", name="Checkout").first.click()
    page.get_by_role("link", name="Create test incident").click()
    page.get_by_role("button", name=re.compile("^Create")).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    return page.url.rstrip("/").rpartition("/")[2]


def press(
    page: Page, there: Town, message: Message, button: str, who: SlackPerson
) -> None:
    """Press a button of the message in Slack."""
    there.opens(page, who)
    shown = page.locator(f"[id='m{message.ts}']")
    shown.get_by_role("button", name=button, exact=True).click()


def press_here(page: Page, address: str, button: str) -> None:
    """Press a button of a page of ours."""
    page.goto(address)
    page.get_by_role("button", name=re.compile(f"^{button}")).first.click()


def reply(page: Page, there: Town, message: Message, text: str) -> None:
    """Write into the message's thread, as the member."""
    there.opens(page, there.member)
    shown = page.locator(f"[id='m{message.ts}']")
    shown.get_by_label("Reply").fill(text)
    shown.get_by_role("button", name="Reply").click()


def sees_in_slack(page: Page, there: Town, message: Message, words: str) -> None:
    """Find words in the message, where it has been all the time."""
    eventually(lambda: words in message.words, f"“{words}” in the channel")
    there.opens(page, there.member)
    expect(page.locator(f"[id='m{message.ts}']")).to_contain_text(words)


def sees_here(page: Page, address: str, words: str | re.Pattern[str]) -> None:
    """Find words on a page of ours, which may come a little later."""
    page.goto(address)
    expect(page.get_by_role("main")).to_contain_text(words, timeout=30_000)
