"""The world around the product in a scenario: people, mail, phones and a clock."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from django.test import Client
from django.utils import timezone

from incidents import delivery, engine, intake
from tests.fakes.smtp import Mailbox
from tests.fakes.twilio import Twilio

PASSWORD = "a horse of another colour"


@dataclass
class Person:
    """Somebody with a browser, a mailbox and a phone."""

    world: "World"
    name: str
    email: str
    phone: str = ""
    browser: Client = field(default_factory=Client)

    def opens(self, path: str) -> str:
        """Open a page, and return what it says."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def sends(self, path: str, **values: Any) -> Any:
        """Send a form, and return the page that it led to."""
        names = {name.replace("__", "-"): value for name, value in values.items()}
        answer = self.browser.post(path, names, follow=True)
        assert answer.status_code == 200, (path, answer.status_code)
        self.world.works()
        return answer

    def mails(self) -> list[EmailMessage]:
        """The mails that the person has received."""
        return [m for m in self.world.mailbox.mails if self.email in m["To"]]

    def texts(self) -> list[str]:
        """The texts that the person has received."""
        return [t.parameters["Body"] for t in self._to_phone("Messages")]

    def calls(self) -> int:
        """How often the person's phone has rung."""
        return len(self._to_phone("Calls"))

    def _to_phone(self, kind: str) -> list[Any]:
        taken = self.world.twilio.taken
        return [t for t in taken if t.kind == kind and t.parameters["To"] == self.phone]


@dataclass
class World:
    """What happens outside of the product, and how time passes."""

    mailbox: Mailbox
    twilio: Twilio
    traveller: Any

    def person(self, name: str, phone: str = "") -> Person:
        """Let somebody appear, who does not know the product yet."""
        return Person(self, name, f"{name.lower()}@acme.example", phone)

    def passes(self, **length: float) -> None:
        """Let time pass, and the engine do what has become due at its end."""
        self.traveller.shift(timedelta(**length))
        self.works()

    def works(self) -> None:
        """Let the workers do what is due now."""
        intake.process(timezone.now())
        engine.tick(timezone.now())
        delivery.deliver_due(now=timezone.now)

    @property
    def now(self) -> datetime:
        return timezone.now()


def link_in(mail: EmailMessage, part: str) -> str:
    """Find the path of a link in a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(rf"https?://[^/\s]+(/{part}/\S+)", body.get_content())
    assert found, body.get_content()
    return found[1]
