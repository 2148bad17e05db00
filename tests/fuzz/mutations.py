"""Any JSON, and JSON that is like an example but for a place or two."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

TEXT = st.text(max_size=40)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.just("")
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)
    ),
    max_leaves=12,
)


def of(example: Any) -> st.SearchStrategy:
    """Return the example as it is, or with something else in it."""
    places = list(_places(example))
    if not places:
        return st.just(example)
    changes = st.tuples(st.sampled_from(places), ANYTHING)
    return st.lists(changes, max_size=2).map(lambda made: _changed(example, made))


def _places(value: Any) -> Iterator[tuple[Any, ...]]:
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, one in inner:
        yield (name,)
        for place in _places(one):
            yield (name, *place)


def _changed(example: Any, made: list[tuple[tuple[Any, ...], Any]]) -> Any:
    found = copy.deepcopy(example)
    for place, value in made:
        around = found
        for name in place[:-1]:
            if not _has(around, name):
                break
            around = around[name]
        else:
            if _has(around, place[-1]):
                around[place[-1]] = value
    return found


def _has(around: Any, name: Any) -> bool:
    if isinstance(around, list):
        return isinstance(name, int) and name < len(around)
    return isinstance(around, dict) and name in around
