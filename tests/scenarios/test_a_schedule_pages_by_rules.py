"""The second walk-through: three people, two layers, notification rules, and a page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from accounts.models import Membership
from tests.fakes import smtp, twilio
from tests.oncall.pages import press, typed
from tests.scenarios.world import PASSWORD, Person, World, link_in

# A Monday, so that the first turn of the week begins.
MONDAY = datetime(2027, 3, 8, 9, tzinfo=UTC)
ZONES = {"Bob": "Europe/Berlin", "Carol": "America/New_York", "Dave": "Asia/Kolkata"}
PHONES = {"Bob": "+12025550111", "Carol": "+12025550112", "Dave": "+12025550113"}


@pytest.fixture
def world(db, settings) -> Iterator[World]:
    with (
        smtp.mail_server() as mailbox,
        twilio.serving() as phones,
        time_machine.travel(MONDAY, tick=False) as traveller,
    ):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = mailbox.host, mailbox.port
        settings.SITE_URL = twilio.SITE
        settings.TWILIO_ACCOUNT_SID = twilio.SID
        settings.TWILIO_AUTH_TOKEN = twilio.AUTH_TOKEN
        settings.TWILIO_FROM = twilio.NUMBER
        settings.TWILIO_API_BASE = phones.base
        yield World(mailbox, phones, traveller)


@pytest.fixture
def alice(world) -> Person:
    """Alice signs up, and has an account of her own."""
    alice = world.person("Alice")
    alice.sends(
        "/accounts/signup/",
        name="Alice",
        email=alice.email,
        password1=PASSWORD,
        account_name="Acme",
        time_zone="UTC",
        country="US",
    )
    return alice


def joins(alice: Person, name: str, role: str) -> Person:
    """Somebody is invited, signs up by the mailed link, and adds phone and rules."""
    person = alice.world.person(name, PHONES[name])
    alice.sends("/people/invite/", email=person.email, name=name, role=role)
    token = link_in(person.mails()[0], "join").strip("/").split("/")[1]
    assert "Acme" in person.opens(f"/join/{token}/")
    person.sends(
        "/accounts/signup/",
        invitation=token,
        name=name,
        password1=PASSWORD,
        time_zone=ZONES[name],
    )
    for kind in ("sms", "voice"):
        adds(person, kind)
    person.sends("/me/presets/high/usual/")
    return person


def adds(person: Person, kind: str) -> None:
    """Add a phone and confirm it by the code that arrives there."""
    page = person.sends("/me/contact-methods/", kind=kind, address=person.phone)
    found = re.search(r"/me/contact-methods/(P\w+)/confirm/", page.content.decode())
    if found is None:
        return
    person.sends(f"/me/contact-methods/{found[1]}/confirm/", code=code_for(person))


def code_for(person: Person) -> str:
    """Read the newest code from the person's phone."""
    newest = [
        taken
        for taken in person.world.twilio.taken
        if taken.parameters["To"] == person.phone
    ][-1]
    said = newest.parameters.get("Body") or newest.parameters.get("Twiml") or ""
    digits = re.sub(r"<[^>]+>", " ", said)
    found = re.search(r"(?:\d[\s,.]*){6}", digits)
    assert found, said
    return re.sub(r"\D", "", found[0])


def id_of(person: Person) -> str:
    """The public id by which forms name a person."""
    return Membership.across_accounts.get(user__email=person.email).public_id


def makes_schedule(alice: Person, first: list[Person], second: list[Person]) -> None:
    """Make a schedule: a week each by day, and somebody else on weeknights."""
    url = "/schedules/new/"
    held = typed(alice.opens(url))
    held = typed(press(alice.browser, url, held, "layer/add").content.decode())
    held = typed(
        press(alice.browser, url, held, "layer/1/restriction/add").content.decode()
    )
    answer = press(
        alice.browser,
        url,
        held,
        "save",
        name="Primary",
        time_zone="UTC",
        **{
            "layer-0-people": [id_of(person) for person in first],
            "layer-0-rotation": "weekly",
            "layer-0-handoff_weekday": "1",
            "layer-0-handoff": "08:00",
            "layer-0-starts": "2027-03-08T08:00",
            "layer-1-people": [id_of(person) for person in second],
            "layer-1-rotation": "daily",
            "layer-1-handoff": "18:00",
            "layer-1-starts": "2027-03-08T08:00",
            "layer-1-restriction-0-kind": "daily",
            "layer-1-restriction-0-start": "18:00",
            "layer-1-restriction-0-end": "06:00",
        },
    )
    assert answer.status_code == 302, answer.content.decode()


def puts_schedule_on_default(alice: Person) -> None:
    """Let the Default policy page who is on call, and Alice after half an hour."""
    policy = re.search(
        r"/escalation-policies/(P\w+)/", alice.opens("/escalation-policies/")
    )
    assert policy
    url = f"/escalation-policies/{policy[1]}/edit/"
    page = alice.opens(url)
    schedule = re.search(r'value="(schedule:P\w+)"', page)
    assert schedule
    held = typed(page)
    owner = held["level-0-targets"]
    held["level-0-targets"] = [schedule[1]]
    held["level-0-delay_minutes"] = ["30"]
    held = typed(press(alice.browser, url, held, "level/add").content.decode())
    held["level-1-targets"] = owner
    assert press(alice.browser, url, held, "save").status_code == 302


def makes_service(alice: Person) -> str:
    """Make a service on the Default policy, and return the path of its page."""
    page = alice.opens("/services/new/")
    policy = re.search(r'<option value="([^"]+)"[^>]*>\s*Default', page)
    assert policy
    answer = alice.sends(
        "/services/new/",
        name="Shop",
        escalation_policy=policy[1],
        urgency_rule="high",
        acknowledgement_timeout="30",
    )
    return str(answer.redirect_chain[-1][0])


def opens_incident(person: Person, service: str, title: str) -> str:
    """Open an incident by hand from the service's page, and return its path."""
    found = re.search(
        r'href="(/incidents/new/[?]service=[^"]*)"', person.opens(service)
    )
    assert found
    page = person.opens(found[1].replace("&amp;", "&"))
    chosen = re.search(r'<option value="([^"]+)" selected[^>]*>\s*Shop', page)
    assert chosen
    answer = person.sends("/incidents/new/", title=title, service=chosen[1])
    return str(answer.redirect_chain[-1][0])


def test_who_is_on_call_is_told_at_once_and_called_unless_somebody_answers(
    world, alice
):
    bob = joins(alice, "Bob", "responder")
    carol = joins(alice, "Carol", "manager")
    dave = joins(alice, "Dave", "responder")
    makes_schedule(alice, first=[bob, carol], second=[dave])
    puts_schedule_on_default(alice)
    service = makes_service(alice)
    told = len(bob.mails())
    before = len(bob.texts())

    # By day it is Bob's week: mail and text at once, and no call yet.
    incident = opens_incident(alice, service, "Checkout is slow")
    assert len(bob.mails()) == told + 1
    assert "Checkout is slow" in bob.mails()[-1]["Subject"]
    assert len(bob.texts()) == before + 1
    assert "Reply 4 ack, 6 resolve" in bob.texts()[-1]
    calls = bob.calls()
    world.passes(minutes=14)
    assert bob.calls() == calls

    # Nobody answered for fifteen minutes: his phone rings, and a key is pressed.
    world.passes(minutes=1)
    assert bob.calls() == calls + 1
    call = world.twilio.connects(bob.browser, bob._to_phone("Calls")[-1])
    assert "Checkout is slow" in " ".join(call.said)
    world.twilio.presses(bob.browser, call, "4")
    page = alice.opens(incident)
    assert "Acknowledged" in page
    assert "Bob" in page
    world.passes(minutes=20)
    assert not [m for m in alice.mails() if "Checkout is slow" in (m["Subject"] or "")]

    # Somebody acknowledged before: the call is not placed.
    alice.sends(f"{incident}resolve/")
    second = opens_incident(alice, service, "Payments fail")
    answer = world.twilio.receives(bob.browser, bob.phone, "4")
    assert "is yours" in answer
    calls = bob.calls()
    world.passes(minutes=29)
    assert bob.calls() == calls
    alice.sends(f"{second}note/", text="The provider is down")
    alice.sends(f"{second}resolve/")
    page = alice.opens(second)
    assert "The provider is down" in page
    assert "Resolved" in page

    # At night the second layer wins; unanswered, it goes to the second level.
    world.passes(hours=10)
    texts, mails = len(dave.texts()), len(alice.mails())
    opens_incident(alice, service, "Night trouble")
    assert len(dave.texts()) == texts + 1
    world.passes(minutes=15)
    world.passes(minutes=15)
    assert "Night trouble" in alice.mails()[-1]["Subject"]
    assert len(alice.mails()) == mails + 1
    assert dave.calls() >= 1
