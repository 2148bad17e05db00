"""People whose browsers take pushes, as tests of pushes need them."""

import json
from typing import Any

from django.test import Client

from accounts.models import ContactMethod
from tests.factories import Person
from tests.fakes.push import Browser

ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)


def signed_in(person: Person) -> Client:
    """The person's browser, on a telephone."""
    client = Client(headers={"User-Agent": ANDROID})
    client.force_login(person.user)
    return client


def subscribe(client: Client, browser: Browser, **changes: Any) -> Any:
    """Add the browser for pushes, as the page's script does."""
    given = browser.subscription | changes
    form = {"subscription": json.dumps(given)}
    return client.post("/me/push/", form, follow=True)


def methods(person: Person) -> list[ContactMethod]:
    """The browsers that show this person pushes."""
    return list(person.membership.contact_methods.filter(kind="push"))


def shown(browser: Browser) -> dict[str, Any]:
    """What the browser's last push says."""
    return browser.received[-1].content
