"""What Slack takes as blocks and as a modal; everything else it refuses."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.slack.place import Blocks

LAYOUTS = {"section", "header", "actions", "context", "divider", "image", "input"}
LAYOUTS |= {"rich_text", "markdown"}
SELECTS = {"static_select", "multi_static_select"}
OTHERS = {
    *("external_select", "users_select", "multi_users_select", "channels_select"),
    *("conversations_select", "plain_text_input", "datepicker", "timepicker"),
    *("datetimepicker", "checkboxes", "radio_buttons", "image", "number_input"),
    *("multi_external_select", "email_text_input", "url_text_input"),
}


def faults_of(blocks: Any, *, most: int = 50) -> list[str]:
    """Say all that is wrong with blocks, as Slack does: where, and what."""
    if not isinstance(blocks, list):
        return ["/blocks: must be an array"]
    found = [] if len(blocks) <= most else [f"/blocks: no more than {most} items"]
    ids = [block.get("block_id") for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        found.append("/blocks: block_id already exists")
    for number, block in enumerate(blocks):
        found += [f"/blocks/{number}{fault}" for fault in _block(block)]
    return found


def faults_of_view(view: Any) -> list[str]:
    """Say all that is wrong with a modal."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["/view/type: modal or home"]
    found = [f"/view{fault}" for fault in faults_of(view.get("blocks"), most=100)]
    for name in ("title", "submit", "close"):
        if name in view or (name == "title" and view["type"] == "modal"):
            found += [f"/view/{name}{f}" for f in _plain(view.get(name), 24)]
    found += _long("/view/callback_id", view.get("callback_id", ""), 255)
    found += _long("/view/private_metadata", view.get("private_metadata", ""), 3000)
    needs = any(b.get("type") == "input" for b in view.get("blocks") or [])
    if needs and view["type"] == "modal" and "submit" not in view:
        found.append("/view/submit: required with an input")
    return found


def numbered(blocks: Blocks, start: str) -> Blocks:
    """Give an id to each block that has none, as Slack does."""
    return [
        {**block, "block_id": block.get("block_id") or f"{start}{number}"}
        for number, block in enumerate(blocks)
    ]


def _block(block: Any) -> Iterator[str]:
    kind = block.get("type")
    if kind not in LAYOUTS:
        yield f"/type: unsupported type {kind}"
        return
    yield from _long("/block_id", block.get("block_id", ""), 255)
    checks = {
        "section": _section,
        "header": lambda b: (f"/text{f}" for f in _plain(b.get("text"), 150)),
        "actions": _actions,
        "context": _context,
        "image": _image,
        "input": _input,
    }
    yield from checks.get(kind, lambda b: iter(()))(block)


def _section(block: Any) -> Iterator[str]:
    if not block.get("text") and not block.get("fields"):
        yield ": text or fields"
    if block.get("text"):
        yield from (f"/text{f}" for f in _text(block["text"], 3000))
    fields = block.get("fields") or []
    if len(fields) > 10:
        yield "/fields: no more than 10 items"
    for number, each in enumerate(fields):
        yield from (f"/fields/{number}{f}" for f in _text(each, 2000))
    if "accessory" in block:
        yield from (f"/accessory{f}" for f in _element(block["accessory"]))


def _actions(block: Any) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 25:
        yield "/elements: 1 to 25 items"
    ids = [e.get("action_id") for e in elements if e.get("action_id")]
    if len(ids) != len(set(ids)):
        yield "/elements: action_id already exists"
    for number, each in enumerate(elements):
        yield from (f"/elements/{number}{f}" for f in _element(each))


def _context(block: Any) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        yield "/elements: 1 to 10 items"
    for number, each in enumerate(elements):
        check = _image(each) if each.get("type") == "image" else _text(each, 3000)
        yield from (f"/elements/{number}{f}" for f in check)


def _image(block: Any) -> Iterator[str]:
    yield from _address("/image_url", block.get("image_url"))
    if not block.get("alt_text"):
        yield "/alt_text: missing"
    yield from _long("/alt_text", block.get("alt_text") or "", 2000)
    if "title" in block:
        yield from (f"/title{f}" for f in _plain(block["title"], 2000))


def _input(block: Any) -> Iterator[str]:
    yield from (f"/label{f}" for f in _plain(block.get("label"), 2000))
    if "hint" in block:
        yield from (f"/hint{f}" for f in _plain(block["hint"], 2000))
    element = block.get("element")
    if not isinstance(element, dict) or element.get("type") == "button":
        yield "/element: missing"
        return
    yield from (f"/element{f}" for f in _element(element))


def _element(element: Any) -> Iterator[str]:
    kind = element.get("type")
    yield from _long("/action_id", element.get("action_id", ""), 255)
    if kind == "button":
        yield from _button(element)
    elif kind == "overflow":
        yield from _options(element, 5)
    elif kind in SELECTS or kind in ("checkboxes", "radio_buttons"):
        most = 100 if kind in SELECTS else 10
        yield from _options(element, most)
    elif kind not in OTHERS:
        yield f"/type: unsupported type {kind}"
    if "placeholder" in element:
        yield from (f"/placeholder{f}" for f in _plain(element["placeholder"], 150))
    if "confirm" in element:
        yield from _confirm(element["confirm"])
    if kind == "plain_text_input" and element.get("max_length", 1) > 3000:
        yield "/max_length: no more than 3000"
    if kind == "plain_text_input":
        most = element.get("max_length", 3000)
        yield from _long("/initial_value", element.get("initial_value", ""), most)


def _button(button: Any) -> Iterator[str]:
    yield from (f"/text{f}" for f in _plain(button.get("text"), 75))
    yield from _long("/value", button.get("value", ""), 2000)
    if "url" in button:
        yield from _address("/url", button["url"])
    if button.get("style", "primary") not in ("primary", "danger"):
        yield "/style: primary or danger"


def _options(element: Any, most: int) -> Iterator[str]:
    groups = element.get("option_groups")
    options = [o for g in groups for o in g["options"]] if groups else None
    options = element.get("options") or [] if options is None else options
    # The limit is of each list, and of the groups.
    lists = [group["options"] for group in groups] if groups else [options]
    if not 1 <= len(lists) <= 100 or not all(1 <= len(own) <= most for own in lists):
        yield f"/options: 1 to {most} items"
    for number, group in enumerate(groups or ()):
        label = _plain(group.get("label"), 75)
        yield from (f"/option_groups/{number}/label{f}" for f in label)
    values = [option.get("value") for option in options]
    if len(values) != len(set(values)):
        yield "/options: duplicate value"
    for number, option in enumerate(options):
        yield from (f"/options/{number}/text{f}" for f in _text(option.get("text"), 75))
        yield from _long(f"/options/{number}/value", option.get("value"), 150)
        if "description" in option:
            yield from _long("/description", option["description"]["text"], 75)
    initial = element.get("initial_option")
    if initial is not None and initial not in options:
        yield "/initial_option: not one of the options"


def _confirm(confirm: Any) -> Iterator[str]:
    for name, most in (("title", 100), ("confirm", 30), ("deny", 30)):
        yield from (f"/confirm/{name}{f}" for f in _plain(confirm.get(name), most))
    yield from (f"/confirm/text{f}" for f in _text(confirm.get("text"), 300))


def _plain(text: Any, most: int) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        yield ": must be plain_text"
    else:
        yield from _text(text, most)


def _text(text: Any, most: int) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield ": must be a text"
        return
    said = text.get("text")
    if not isinstance(said, str) or not said:
        yield "/text: must be more than 0 characters"
    yield from _long("/text", said, most)


def _long(where: str, text: Any, most: int) -> Iterator[str]:
    if not isinstance(text, str):
        yield f"{where}: must be a string"
    elif len(text) > most:
        yield f"{where}: must be less than {most + 1} characters"


def _address(where: str, url: Any) -> Iterator[str]:
    yield from _long(where, url, 3000)
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        yield f"{where}: must be a valid URL"
