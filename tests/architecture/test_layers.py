"""The contracts on imports, in pyproject.toml, speak of every module there is."""

import pkgutil
import tomllib
from pathlib import Path

import pytest

import oncall

ROOT = Path(__file__).resolve().parents[2]
# What starts, stops and packages the product, and is no part of it.
MACHINERY = {
    "bootstrap",
    "certificates",
    "command_line",
    "embedded",
    "management",
    "migrations",
    "supervisor",
    "testing",
    "tool",
}


@pytest.fixture(scope="module")
def layers() -> list[set[str]]:
    """The layers, from the top down."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = [c for c in contracts if c["type"] == "layers"]
    return [set(layer.split(" : ")) for layer in contract["layers"]]


def test_every_module_of_oncall_has_a_layer(layers):
    named = {name.removeprefix("oncall.") for name in set.union(*layers)}
    there = {module.name for module in pkgutil.iter_modules(oncall.__path__)}

    assert there - MACHINERY <= named, "name it in the layers of pyproject.toml"
    assert there >= MACHINERY


def test_the_layers_are_in_the_order_of_the_data(layers):
    order = ["integrations", "incidents", "oncall.models", "accounts"]
    places = [i for name in order for i, layer in enumerate(layers) if name in layer]

    assert places == sorted(places)
    assert len(set(places)) == len(order)
