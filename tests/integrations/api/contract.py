"""Holds answers against the published schema, as the contract corrects it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    validators,
)

from tests.integrations.api import schema_exceptions

# Answers that say nothing: done, and taken on (a ping of a webhook).
EMPTY = {202, 204}
# What another of their files describes, which we do not have.
ELSEWHERE = ("/integration-slack/",)
PUBLISHED = Path(__file__).resolve().parents[4] / "shared/contract/openapi-rest-v2.json"


def check(method: str, path: str, answer: Any) -> None:
    """Fail unless the answer has the shape that clients expect."""
    assert not 300 <= answer.status_code < 400, "clients take no redirect for an answer"
    if answer.status_code in EMPTY:
        assert answer.content == b""
        return
    assert answer["Content-Type"].startswith("application/json"), answer.content
    if answer.status_code >= 400:
        _check_error(answer.json())
    elif PUBLISHED.exists() and not path.startswith(ELSEWHERE):
        problems = _problems(method, path, answer)
        assert not problems, "\n".join(problems)


def _check_error(body: Any) -> None:
    error = body["error"]
    if isinstance(error, str):
        # One client reads a bare string: see `GET /users/me` with an account's key.
        return
    assert isinstance(error["code"], int)
    assert isinstance(error["message"], str)
    assert all(isinstance(sentence, str) for sentence in error["errors"])


def _problems(method: str, path: str, answer: Any) -> list[str]:
    specification = _specification()
    pointer = _pointer(specification, method, path.partition("?")[0], answer)
    schema = {"$ref": pointer, "components": specification["components"]}
    schema["paths"] = specification["paths"]
    found = _Validator(schema).iter_errors(answer.json())
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in found]


def _pointer(specification: dict[str, Any], method: str, path: str, answer: Any) -> str:
    """Find the schema of this answer; fails for one that is not published."""
    template = _template(specification, path)
    responses = specification["paths"][template][method]["responses"]
    status = str(answer.status_code)
    assert status in responses, f"{method} {template} has no answer {status}"
    escaped = template.replace("~", "~0").replace("/", "~1")
    escaped = escaped.replace("{", "%7B").replace("}", "%7D")
    return (
        f"#/paths/{escaped}/{method}/responses/{status}"
        "/content/application~1json/schema"
    )


def _template(specification: dict[str, Any], path: str) -> str:
    path = path.rstrip("/")
    if path in specification["paths"]:
        return path
    for template in specification["paths"]:
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return str(template)
    raise AssertionError(f"{path} is not published")


@cache
def _specification() -> dict[str, Any]:
    specification: dict[str, Any] = json.loads(PUBLISHED.read_text())
    schema_exceptions.correct(specification)
    return specification


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Any:
    """Let each member that is not required be null (section 12, number 1)."""
    if not isinstance(instance, dict):
        return
    required = schema.get("required", [])
    for name, inner in properties.items():
        if name in instance and (instance[name] is not None or name in required):
            yield from validator.descend(
                instance[name], inner, path=name, schema_path=name
            )


def _type(validator: Any, types: Any, instance: Any, schema: Any) -> Any:
    if instance is None and schema.get("nullable"):
        return
    yield from Draft202012Validator.VALIDATORS["type"](
        validator, types, instance, schema
    )


_Validator = validators.extend(
    Draft202012Validator,
    {
        "properties": _properties,
        "type": _type,
        # Their alternatives overlap (section 12, number 3).
        "oneOf": Draft202012Validator.VALIDATORS["anyOf"],
    },
)
