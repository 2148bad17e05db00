"""The API's documentation: complete, valid, and what the product really does."""

import json
import os
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from integrations.api.documentation import generation, record
from tests.integrations.api.story import (
    catalogue,
    incidents,
    people,
    rotas,
    sessions,
    stage,
)
from tests.integrations.api.story.recorder import Recorder
from tests.integrations.api.story.teller import Teller

CHAPTERS = (people, rotas, catalogue, incidents, sessions)
METHODS = ("get", "post", "put", "delete")
ANEW = "RECORD=1 python3 manage.py test tests/integrations/api/test_documentation.py"


@pytest.fixture
def told(acme) -> Recorder:
    """The whole story, told once more."""
    recorder = Recorder()
    stage.set_up(acme)
    story = Teller(acme, recorder)
    for chapter in CHAPTERS:
        chapter.tell(story)
    if "RECORD" in os.environ:
        text = json.dumps(recorder.record(), indent=1, ensure_ascii=False)
        record.PLACE.write_text(f"{text}\n")
    return recorder


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return generation.document()


def test_each_example_does_what_the_documentation_says(told):
    now, written = told.record(), json.loads(record.PLACE.read_text())

    assert sorted(now["operations"]) == sorted(written["operations"]), ANEW
    for operation, seen in now["operations"].items():
        known = written["operations"][operation]
        assert seen["example"].get("body") == known["example"].get("body"), operation
        assert seen["example"]["status"] == known["example"]["status"], operation
        assert seen["parameters"] == known["parameters"], f"{operation}: {ANEW}"
        assert seen["body"] == known["body"], f"{operation}: {ANEW}"


def test_each_answer_has_the_documented_shape(told, document):
    for operation, answers in told.answers.items():
        schema = record.of(*operation.split(" "))["answer"]
        for answer in answers:
            _fits(answer, schema, document, operation)


def test_exactly_the_offered_operations_are_documented(document):
    documented = {
        (method, record.shape(path))
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert documented == {
        (method, record.shape(str(pattern.pattern)))
        for pattern in get_resolver("integrations.api.urls").url_patterns
        for method in METHODS
        if hasattr(getattr(pattern.callback, "view_class", None), method)
    }


def test_the_document_is_valid_and_made_without_a_warning():
    GENERATOR_STATS.reset()

    document = generation.Generator(urlconf=generation.URLS).get_schema(public=True)

    validate_schema(document)
    assert not GENERATOR_STATS, "the command `spectacular` names the warnings"


def test_each_operation_says_everything(document):
    ids = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = f"{method} {path}"
            assert operation["summary"], name
            assert operation["security"], name
            assert {"400", "401", "403", "429"} <= set(operation["responses"]), name
            assert operation["operationId"] not in ids, name
            ids.add(operation["operationId"])


def test_everybody_reads_the_documentation_and_runs_nothing_of_others(client, db):
    answer = client.get("/api/openapi.json")
    page = client.get("/api/docs")

    assert answer.json()["openapi"].startswith("3.")
    assert page.status_code == 200
    policy = page["Content-Security-Policy"]
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert b"//cdn" not in page.content
    assert client.post("/api/docs").status_code == 405


def test_what_lies_beside_the_documentation_still_asks_who_you_are(db):
    for path in ("/api/docs/users", "/api/openapi.jso", "/api/users", "/openapi.json"):
        assert Client().get(path).status_code in {401, 404}, path


def _fits(answer: Any, schema: Any, document: dict[str, Any], operation: str) -> None:
    if schema is None:
        assert answer is None, operation
        return
    root = {**_nullable(schema), "components": _nullable(document["components"])}
    problems = [error.message for error in Draft4Validator(root).iter_errors(answer)]
    assert not problems, f"{operation}: {problems[:3]}; {ANEW}"


def _nullable(schema: Any) -> Any:
    """Say `nullable` of OpenAPI as JSON Schema does."""
    if isinstance(schema, list):
        return [_nullable(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _nullable(inner) for name, inner in schema.items()}
    if found.pop("nullable", None) is True and found:
        return {"anyOf": [found, {"type": "null"}]}
    return found
