"""What a form of a page would send, so that tests can press its buttons."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.conftest import World

NEW = "/schedules/new/"


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self.select = ""
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "select":
            self.select = name
            self.values.append((name, ""))
        elif tag == "option" and self.select and "selected" in found:
            self.values[-1] = (self.select, found.get("value", ""))
        elif tag == "textarea":
            self.area = name
            self.values.append((name, ""))
        elif tag == "input" and name and found.get("type") != "search":
            self.values.append((name, found.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[-1] = (self.area, self.values[-1][1] + data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.area = ""


def typed(html: str) -> dict[str, list[str]]:
    """Collect what the page's form holds, by the names of its inputs."""
    page = html.partition('id="editor"')[2].partition("</form>")[0]
    inputs = _Inputs()
    inputs.feed(page)
    values: dict[str, list[str]] = {}
    for name, value in inputs.values:
        values.setdefault(name, []).append(value)
    return values


def press(
    client: Client, url: str, held: dict[str, list[str]], button: str, **changed: Any
) -> Any:
    """Change some of what the form holds, and send it by one of its buttons."""
    changes = {name.replace("__", "-"): value for name, value in changed.items()}
    return client.post(url, held | changes | {"do": button})


def weekly(world: World, **fields: Any) -> dict[str, Any]:
    """What the form of a new schedule holds after somebody filled it in."""
    return {
        "name": "Primary",
        "time_zone": "Europe/Berlin",
        "layer-0-people": [
            world.alice.membership.public_id,
            world.bob.membership.public_id,
        ],
        "layer-0-rotation": "weekly",
        "layer-0-handoff_weekday": "1",
        "layer-0-handoff": "09:00",
        "layer-0-starts": "2027-05-17T09:00",
        **fields,
    }
