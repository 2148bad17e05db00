"""Chromium for the tests that press the buttons themselves, and what axe says."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATH = next(filter(None, map(shutil.which, NAMES)), None)
needs_chromium = pytest.mark.skipif(
    PATH is None,
    reason="There is no Chromium on this machine; `apt install chromium` brings one.",
)
# It does nothing that was not asked for, and nothing that needs a screen.
OPTIONS = (
    *("--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's browser, for tests that are marked as in need of one.

    While it runs, its loop runs in this thread, where Django refuses queries.
    """
    # Chromium's sandbox refuses to be root's.
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=PATH, args=[*OPTIONS, *as_root]
        )
        yield browser
        browser.close()


@contextmanager
def chromium_and_queries() -> Iterator[Browser]:
    """Start it for tests that ask the database too, in the thread of its loop."""
    with pytest.MonkeyPatch.context() as patch, chromium() as browser:
        # Playwright keeps an event loop in this thread; our queries are not in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser


class Visits:
    """Counts the requests that a live server is at, so that a test can end after them.

    A request that outlives its test meets the emptying of its tables.
    """

    def __init__(self) -> None:
        self._under_way = 0
        self._changed = Condition()
        # Signals hold what they call by a weak reference.
        request_started.connect(self._begin)
        request_finished.connect(self._end)

    def end(self, patience: float = 10) -> None:
        """Wait until nothing is under way."""
        request_started.disconnect(self._begin)
        with self._changed:
            self._changed.wait_for(lambda: self._under_way <= 0, patience)
        request_finished.disconnect(self._end)

    def _begin(self, **_given: Any) -> None:
        with self._changed:
            self._under_way += 1

    def _end(self, **_given: Any) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()


def signed_in(browser: Browser, url: str, user: User, **options: Any) -> BrowserContext:
    """Open windows of a person at the product; this will take the options of Chromium's
    own windows.
    """
    client = Client()
    client.force_login(user)
    # Contrast is measured at rest, not while a colour changes.
    context = browser.new_context(base_url=url, reduced_motion="reduce", **options)
    key = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": url}])
    return context


def violations(page: Page, *, theme: str = "light") -> list[str]:
    """What axe finds wrong with the page: the rule, and where.

    Between the themes only colours differ, so the second needs no other rules.
    """
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if theme == "dark":
        options["runOnly"] = ["cat.color"]
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]


def is_wider_than_its_window(page: Page) -> bool:
    """Whether people must scroll sideways to read it."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
