"""A newcomer's way through real pages: from sign-up and Connect to a resolved page."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browsers import needs_chromium
from tests.scenarios.instance import Up
from tests.scenarios.people import Person
from tests.scenarios.world import link_in

pytestmark = [pytest.mark.browser, needs_chromium]

PHONE: ViewportSize = {"width": 390, "height": 844}
# Longer than pages wait before they ask for news.
A_WHILE = "00:11"
NEXT_LEVEL = re.compile(r"Level 2 is paged in \d min: Bob Stone")


@pytest.fixture
def somebody(browser: Browser, oncall: Up, mailbox, phones):
    """Make a person with a browser of their own."""
    opened = []

    def made(name: str, phone: str = "") -> Person:
        opened.append(browser.new_context(base_url=oncall.url))
        return Person(name, opened[-1].new_page(), mailbox, phones, phone)

    yield made
    for context in opened:
        context.close()


def test_a_tool_is_connected_and_pages_until_somebody_answers(
    browser, oncall, somebody, partner_of
):
    dana = somebody("Dana Fox", phone="+12025550123")
    bob = somebody("Bob Stone")

    dana.signs_up("Initech")
    invite(dana, bob)
    bob.joins("Initech")
    dana.adds_the_phone()
    choose_rules(dana, "E-mail and text at once, call after 15 minutes")
    create_schedule(dana, "Primary", [dana, bob])
    create_policy(dana, "Payments", [("Primary", 5), ("Bob Stone", 10)], repeats=2)

    tool = dana.page.context.new_page()
    tool.goto(partner_of("initech"))
    connect(tool, service="Checkout", policy="Payments")

    incidents = dana.page
    incidents.clock.install()
    incidents.goto("/incidents/")
    expect(incidents.get_by_role("link", name="lamp")).to_have_count(0)
    tool.get_by_role("button", name="Trigger problem of Checkout").click()
    mail = dana.mail("The lamp of Checkout is out")
    incidents.clock.fast_forward(A_WHILE)
    incidents.get_by_role("link", name="The lamp of Checkout is out").click()
    expect_to_wait_for_an_answer(incidents)

    answer_from_the_mail(browser, oncall, link_in(mail, "r"), incidents)
    expect_the_rest_to_be_called_off(incidents)
    add_note(incidents, "The bulb is burnt; fetching a new one.")

    tool.get_by_role("button", name="Clear problem of Checkout").click()
    expect_resolution(incidents)
    expect_whole_story(incidents)
    assert len([text for text in dana.texts() if "lamp" in text]) == 1
    assert bob.mails("lamp") == []


def test_an_incident_by_hand_is_answered_by_keyboard_and_its_end_undone(somebody):
    erin = somebody("Erin Hall")
    erin.signs_up("Hooli")
    page = erin.page
    create_service(page, "Website", policy="Default")

    page.get_by_role("link", name="Create test incident").click()
    expect(page.get_by_text("Erin Hall will be paged right now")).to_be_visible()
    erin.presses("Create and page Erin Hall")
    erin.sees_title(re.compile("#1 Test incident"))
    assert erin.mail("Test incident")
    expect_acknowledge_within_reach_of_tab(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Acknowledged by Erin Hall")
    page.keyboard.press("r")
    expect(page.get_by_role("main").get_by_text("Resolved").first).to_be_visible()
    page.get_by_role("button", name="Undo: reopen incident 1").click()
    expect(page.get_by_role("button", name="Acknowledge")).to_be_visible()

    page.goto("/incidents/")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Test incident")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_role("table")).to_contain_text("Acknowledged")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Acknowledged by Erin Hall")


def invite(host: Person, guest: Person) -> None:
    page = host.page
    page.goto("/people/")
    page.get_by_role("link", name="Invite a person").click()
    page.get_by_label("E-mail address").fill(guest.email)
    host.presses("Send invitation")
    expect(page.get_by_role("table", name="Open invitations")).to_contain_text(
        guest.email
    )


def choose_rules(person: Person, preset: str) -> None:
    person.page.goto("/me/")
    person.page.get_by_text("Change the rules for high urgency").click()
    person.presses(preset)
    expect(person.page.get_by_text("After 15 min", exact=True)).to_be_visible()


def create_schedule(owner: Person, name: str, people: list[Person]) -> None:
    page = owner.page
    page.goto("/schedules/new/")
    page.get_by_label("Name", exact=True).fill(name)
    for number, person in enumerate(people, start=1):
        if number > 1:
            owner.presses("Add person to Layer 1")
        box = page.get_by_label(f"Layer 1, person {number}", exact=True)
        box.select_option(label=person.name)
    owner.presses("Save schedule")
    owner.sees_title(name)


def create_policy(
    owner: Person, name: str, levels: list[tuple[str, int]], repeats: int
) -> None:
    page = owner.page
    page.goto("/escalation-policies/new/")
    page.get_by_label("Name", exact=True).fill(name)
    for number, (target, minutes) in enumerate(levels, start=1):
        if number > 1:
            owner.presses("Add level")
        level = page.get_by_role("group", name=f"Level {number}", exact=True)
        level.get_by_label(f"Level {number}, person or schedule 1").select_option(
            label=target
        )
        level.get_by_label("Minutes until the next level").fill(str(minutes))
    page.get_by_label("Repeat all levels").fill(str(repeats))
    owner.presses("Save policy")
    owner.sees_title(name)


def create_service(page: Page, name: str, policy: str) -> None:
    page.goto("/services/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Escalation policy").select_option(label=policy)
    page.get_by_role("button", name="Create service").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def connect(tool: Page, *, service: str, policy: str) -> None:
    """Go from the partner to the product and back; nobody signs in again."""
    tool.get_by_role("button", name="Connect", exact=True).click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Connect Lighthouse")
    tool.get_by_label("Name").fill(service)
    tool.get_by_label("Escalation policy").select_option(label=policy)
    tool.get_by_role("button", name="Finish integration").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Lighthouse")
    expect(tool.get_by_role("heading", name=service)).to_be_visible()


def expect_to_wait_for_an_answer(incident: Page) -> None:
    main = incident.get_by_role("main")
    expect(main).to_contain_text("Triggered")
    expect(main).to_contain_text("Level 1 of 2, repeats 2 more times")
    expect(main).to_contain_text(NEXT_LEVEL)


def answer_from_the_mail(
    browser: Browser, oncall: Up, link: str, incident: Page
) -> None:
    """Open the link on a phone that is signed in nowhere, and acknowledge."""
    context = browser.new_context(viewport=PHONE, base_url=oncall.url)
    phone = context.new_page()
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("The lamp of")
    incident.reload()
    expect_to_wait_for_an_answer(incident)
    phone.get_by_role("button", name="Acknowledge").click()
    expect(phone.get_by_role("status")).to_contain_text("Done.")
    context.close()


def expect_the_rest_to_be_called_off(incident: Page) -> None:
    incident.clock.fast_forward(A_WHILE)
    main = incident.get_by_role("main")
    expect(main).to_contain_text("Acknowledged by Dana Fox")
    expect(main).not_to_contain_text(NEXT_LEVEL)
    call = main.get_by_role("listitem").filter(has_text="Phone call")
    expect(call).to_contain_text("Not needed any more")


def add_note(incident: Page, text: str) -> None:
    incident.keyboard.press("n")
    note = incident.get_by_label("Note", exact=True)
    expect(note).to_be_focused()
    note.fill(text)
    incident.get_by_role("button", name="Add note").click()
    expect(incident.get_by_role("main")).to_contain_text(text)


def expect_resolution(incident: Page) -> None:
    incident.clock.fast_forward(A_WHILE)
    expect(incident.get_by_role("link", name="Reopen")).to_be_visible()


def expect_whole_story(incident: Page) -> None:
    """Find who did what, why and how, from the newest to the oldest."""
    story = (
        "Lighthouse resolved it by an event",
        "Dana Fox wrote a note.*The bulb is burnt",
        "Dana Fox acknowledged by the link in a message",
        "(E-mail|Text message) sent to Dana Fox",
        "(E-mail|Text message) sent to Dana Fox",
        "Level 1 of Payments started: Dana Fox",
        "Lighthouse opened the incident",
    )
    timeline = incident.get_by_role("list", name="Timeline")
    expect(timeline.get_by_role("listitem")).to_have_text(
        [re.compile(entry, re.DOTALL) for entry in story]
    )


def expect_acknowledge_within_reach_of_tab(page: Page) -> None:
    """From the first key on: past the navigation, then through the head of the page."""
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    main = page.get_by_role("main")
    for stop in (
        main.get_by_role("link", name="Incidents"),
        main.get_by_role("link", name="Change title"),
        main.get_by_role("button", name="Copy link"),
        main.get_by_role("link", name="Website"),
        main.get_by_role("button", name="Acknowledge"),
    ):
        page.keyboard.press("Tab")
        expect(stop.first).to_be_focused()
