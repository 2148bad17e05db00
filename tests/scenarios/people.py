"""People of a scenario: each has a browser, a mailbox and a phone."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from threading import Event
from typing import TypeVar

from playwright.sync_api import Page, expect

from tests.fakes.smtp import Mailbox
from tests.fakes.twilio import Twilio
from tests.scenarios.world import link_in

Found = TypeVar("Found")
PASSWORD = "a horse named Battery"
PATIENCE = 30
CODE = re.compile(r"\b\d{6}\b")


@dataclass
class Person:
    """Somebody who does not know the product yet."""

    name: str
    page: Page
    mailbox: Mailbox
    phones: Twilio
    phone: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@initech.example"

    def signs_up(self, account: str) -> None:
        """Make an account, and land on what there is to set up."""
        self.page.goto("/accounts/signup/")
        self.fills_in_sign_up(account)
        self.sees_title(f"Set up {account}")

    def fills_in_sign_up(self, account: str) -> None:
        """Say who one is, on the page that asks; where it leads is the page's."""
        self._fills_in(
            ("Your name", self.name),
            ("E-mail address", self.email),
            ("Password", PASSWORD),
            ("Account name", account),
        )
        self.presses("Sign up")

    def joins(self, account: str) -> None:
        """Follow the link of the invitation."""
        self.page.goto(link_in(self.mail(f"Join {account}"), "join"))
        self.page.get_by_role("link", name="Choose a password and join").click()
        self._fills_in(("Your name", self.name), ("Password", PASSWORD))
        self.presses(f"Join {account}")
        self.sees_title("My profile")

    def adds_the_phone(self) -> None:
        """Have it take texts, confirmed by the code that arrives, and then calls."""
        self._adds("sms")
        code = self.page.get_by_role("textbox", name="Code")
        code.fill(eventually(self._code, "a code by text"))
        self.presses(re.compile("^Confirm"))
        expect(code).to_be_hidden()
        self._adds("voice")
        expect(self.page.get_by_text("you have confirmed it before")).to_be_visible()

    def presses(self, button: str | re.Pattern[str]) -> None:
        """Press the one button of this name."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def sees_title(self, title: str | re.Pattern[str]) -> None:
        """Find the page's heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)

    def mails(self, subject: str = "") -> list[EmailMessage]:
        """The person's mails whose subject has these words."""
        return [
            mail
            for mail in list(self.mailbox.mails)
            if self.email in mail["To"] and subject in mail["Subject"]
        ]

    def mail(self, subject: str) -> EmailMessage:
        """The mail with these words in its subject, once it has arrived."""
        found = eventually(lambda: self.mails(subject), f"a mail about {subject}")
        return found[-1]

    def texts(self) -> list[str]:
        """The texts on the person's phone."""
        return [
            taken.parameters["Body"]
            for taken in list(self.phones.taken)
            if taken.kind == "Messages" and taken.parameters["To"] == self.phone
        ]

    def _fills_in(self, *fields: tuple[str, str]) -> None:
        for label, value in fields:
            self.page.get_by_label(label, exact=True).fill(value)

    def _adds(self, kind: str) -> None:
        self.page.goto("/me/")
        self.page.get_by_text("Add a contact method", exact=True).click()
        self.page.get_by_label("Kind").select_option(kind)
        self.page.get_by_label("Address or number").fill(self.phone)
        self.presses("Add and send code")

    def _code(self) -> str | None:
        found = [CODE.search(text) for text in self.texts()]
        return found[-1][0] if found and found[-1] else None


def eventually(find: Callable[[], Found | None], what: str) -> Found:
    """Look until something is found; this will fail with `what` was looked for."""
    deadline = time.monotonic() + PATIENCE
    pause = Event()
    while not (found := find()):
        assert time.monotonic() < deadline, f"There was not {what}."
        pause.wait(0.05)
    return found
