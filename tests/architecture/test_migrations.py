"""A new database gets in one step what an older one has got in many."""

import re
from collections.abc import Iterable

import pytest
from django.db.migrations import Migration, RunSQL
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?(FUNCTION (\w+)\(.*?\$\$;)", re.DOTALL)
# Both ways are in its graph; nothing of a database is.
LOADER = MigrationLoader(None, replace_migrations=False)
OURS = {"accounts", "oncall", "incidents", "integrations"}
SHORT = {
    key: migration
    for key, migration in LOADER.disk_migrations.items()
    if migration.replaces and key[0] in OURS
}


def functions(steps: Iterable[Migration]) -> dict[str, str]:
    """The functions of the database that the steps leave, by their names."""
    sql = [
        str(operation.sql)
        for step in steps
        for operation in step.operations
        if isinstance(operation, RunSQL)
    ]
    found = [pair for text in sql for pair in FUNCTION.findall(text)]
    return {name: " ".join(words.split()) for words, name in found}


def test_every_app_of_ours_has_a_short_way():
    assert {app for app, _ in SHORT} == OURS


def test_both_ways_lead_to_the_same_models():
    graph = LOADER.graph
    long_way = graph.make_state(nodes=[each.replaces[-1] for each in SHORT.values()])
    short_way = graph.make_state(nodes=list(SHORT))

    assert not MigrationAutodetector(long_way, short_way).changes(graph)
    assert not MigrationAutodetector(short_way, long_way).changes(graph)


@pytest.mark.parametrize("key", SHORT)
def test_both_ways_make_the_same_functions(key):
    short = SHORT[key]
    long_way = [LOADER.disk_migrations[step] for step in short.replaces]

    assert functions([short]) == functions(long_way)


@pytest.mark.parametrize("key", SHORT)
def test_a_short_way_replaces_every_step_up_to_its_last(key):
    app, last = SHORT[key].replaces[-1]
    until = [name for label, name in LOADER.disk_migrations if label == app]

    assert [name for _, name in SHORT[key].replaces] == sorted(
        name for name in until if name <= last and (app, name) not in SHORT
    )
