"""Writes `docs/api-coverage.md`: which operations of the published schemas we offer.

`python3 manage.py tool python -m tests.integrations.api.coverage` writes it anew.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.urls import Resolver404, get_resolver, resolve

HERE = Path(__file__).resolve()
PUBLISHED = HERE.parents[4] / "shared/contract"
DOCUMENT = HERE.parents[3] / "docs/api-coverage.md"
URLS = "integrations.api.urls"
METHODS = ("get", "post", "put", "delete")
# Below which address each file has its paths.
EVENTS = {
    "openapi-events-v1.json": "/generic/2010-04-15",
    "openapi-events-v2.json": "/v2",
}
# Of the file about Slack, which is not beside this folder.
SLACK = [
    *(
        (method, "/integration-slack/workspaces/{slack_team_id}/connections")
        for method in ("get", "post")
    ),
    *(
        (method, "/integration-slack/workspaces/{slack_team_id}/connections/{id}")
        for method in ("get", "put", "delete")
    ),
    *(
        (method, "/integration-slack/incidents/{id}/dedicated_channel")
        for method in ("get", "post", "delete")
    ),
    *(
        (method, "/integration-slack/incidents/{id}/notification_channels")
        for method in ("get", "post", "put")
    ),
    (
        "delete",
        "/integration-slack/incidents/{id}/notification_channels/{channel_id}",
    ),
]
HEAD = """\
# What of the API is offered

Each operation of the published schemas, by area, as our table of addresses answers it.
Everything else answers 404 in the shape of an error. This page is generated:

    python3 manage.py tool python -m tests.integrations.api.coverage
"""


def document() -> str:
    """Write the page."""
    areas = defaultdict(list)
    for method, path, is_offered in [*_events(), *_rest()]:
        areas[_area(path)].append((method, path, is_offered))
    everything = [row for rows in areas.values() for row in rows]
    parts = [HEAD, f"In all: {_count(everything)}.\n"]
    for area in sorted(areas):
        parts.append(f"## {area}: {_count(areas[area])}\n")
        parts.append("| operation | |\n|---|---|")
        parts += [_row(*row) for row in areas[area]]
        parts.append("")
    return "\n".join(parts)


def _rest() -> Iterator[tuple[str, str, bool]]:
    offered = {
        (method, _shape(str(pattern.pattern)))
        for pattern in get_resolver(URLS).url_patterns
        for method in METHODS
        if hasattr(getattr(pattern.callback, "view_class", None), method)
    }
    for method, path in [*_operations("openapi-rest-v2.json"), *SLACK]:
        is_offered = any(
            method == each and _fits(path, shape) for each, shape in offered
        )
        yield method, path, is_offered


def _events() -> Iterator[tuple[str, str, bool]]:
    for name, root in EVENTS.items():
        for method, path in _operations(name):
            yield method, f"{root}{path}", _is_page(f"{root}{path}")


def _operations(name: str) -> list[tuple[str, str]]:
    paths: dict[str, Any] = json.loads((PUBLISHED / name).read_text())["paths"]
    return [
        (method, path)
        for path in sorted(paths)
        for method in METHODS
        if method in paths[path]
    ]


def _shape(path: str) -> str:
    """Leave out what the gaps of an address are called."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "{}", path.strip("/"))


def _fits(path: str, shape: str) -> bool:
    """Say whether an address of ours is a published one; kinds are words of ours."""
    published = re.sub(r"\{(entity_)?type\}", "<kind>", path)
    pattern = re.escape(re.sub(r"\{[^}]+\}", "{}", published.strip("/")))
    return re.fullmatch(pattern.replace("<kind>", "[a-z_]+"), shape) is not None


def _is_page(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def _area(path: str) -> str:
    first = path.strip("/").split("/")[0]
    names = {"v2": "events", "generic": "events"}
    return names.get(first, first.strip("{}").replace("_", " ")).capitalize()


def _count(rows: list[tuple[str, str, bool]]) -> str:
    return f"{sum(is_offered for _method, _path, is_offered in rows)} of {len(rows)}"


def _row(method: str, path: str, is_offered: bool) -> str:
    return f"| `{method.upper()} {path}` | {'done' if is_offered else 'not offered'} |"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")
    django.setup()
    DOCUMENT.write_text(document())
