"""What a browser is called, from what it says of itself."""

import re

from django.utils.translation import gettext as _

# The first that fits; each later one also says the names of those below it.
MAKES = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


def name(user_agent: str) -> str:
    """Call it as people do, such as "Chrome on Android"."""
    make, system = _first(MAKES, user_agent), _first(SYSTEMS, user_agent)
    if make and system:
        return _("%(browser)s on %(system)s") % {"browser": make, "system": system}
    return make or system or _("Browser")


def device_type(browser: str) -> str | None:
    """Return android or ios for a phone's browser, as the API has it."""
    if "Android" in browser:
        return "android"
    return "ios" if re.search(r"iPhone|iPad", browser) else None


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, sign in known if re.search(sign, user_agent)), "")
