"""Rows of a form that buttons add, remove and move without losing what was typed.

A row's inputs are named after its place, such as `level-0-delay_minutes`; a row may
hold rows (`layer-0-restriction-1-kind`) and lists of values (`level-0-targets`). A
button sends a command, such as `level/0/targets/add` or `layer/up/1`.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

Data = MultiValueDict[str, Any]
Item = TypeVar("Item")


class QuietForm(forms.Form):
    """A form that shows what was typed without complaint while rows are arranged."""

    use_required_attribute = False
    # What its problems are listed under.
    title = ""

    def __init__(self, *args: Any, quiet: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quiet = quiet
        # What it would complain about.
        self.doubts = ErrorDict()

    def full_clean(self) -> None:
        super().full_clean()
        self.doubts = self.errors
        if self.quiet:
            self._errors = ErrorDict()


def read(data: Data, name: str) -> list[Data]:
    """Collect the rows of a name in their order, each with its own inputs."""
    found: dict[int, Data] = {}
    for key, values in data.lists():
        index, _, rest = key.removeprefix(f"{name}-").partition("-")
        if key.startswith(f"{name}-") and index.isdecimal() and rest:
            found.setdefault(int(index), MultiValueDict()).setlist(rest, values)
    return [found[index] for index in sorted(found)]


def write(data: Data, name: str, rows: list[Data]) -> Data:
    """Answer the data with these rows in the place of the former ones."""
    others = [pair for pair in data.lists() if not pair[0].startswith(f"{name}-")]
    return MultiValueDict(
        dict(others)
        | {
            f"{name}-{index}-{rest}": values
            for index, row in enumerate(rows)
            for rest, values in row.lists()
        }
    )


def tidy(data: Data, name: str) -> Data:
    """Answer the data with rows that are numbered from 0 without holes."""
    return write(data, name, read(data, name))


def change(
    data: Data, command: str, blanks: Mapping[str, Data | str]
) -> tuple[Data, str]:
    """Answer the data after a command, and the id of the row to go on with.

    The blanks say what a new row has by the name of its kind; a string says that the
    kind is a list of values. A command that makes no sense will change nothing.
    """
    name, _, rest = command.partition("/")
    verb, _, tail = rest.partition("/")
    if name not in blanks:
        return data, ""
    blank = blanks[name]
    if isinstance(blank, str):
        values, place = _arranged(data.getlist(name), verb, tail, blank)
        return _with_list(data, name, values), f"{name}-{place}"
    rows = read(data, name)
    if not verb.isdecimal():
        rows, place = _arranged(rows, verb, tail, blank)
        return write(data, name, rows), f"{name}-{place}"
    if int(verb) >= len(rows):
        return data, ""
    rows[int(verb)], inner = change(rows[int(verb)], tail, blanks)
    return write(data, name, rows), f"{name}-{verb}-{inner}"


def _with_list(data: Data, name: str, values: list[str]) -> Data:
    changed: Data = MultiValueDict(dict(data.lists()))
    changed.setlist(name, values)
    return changed


def _arranged(
    items: list[Item], verb: str, index: str, blank: Item
) -> tuple[list[Item], int]:
    """The items after the verb, and where the one that it was about is now."""
    if verb == "add":
        return [*items, blank], len(items)
    place = int(index) if index.isdecimal() else len(items)
    if place >= len(items):
        return items, 0
    if verb == "remove":
        return items[:place] + items[place + 1 :], max(place - 1, 0)
    other = {"up": place - 1, "down": place + 1}.get(verb, place)
    if 0 <= other < len(items):
        swapped = {place: items[other], other: items[place]}
        return [swapped.get(at, item) for at, item in enumerate(items)], other
    return items, place
