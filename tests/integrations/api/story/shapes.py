"""Says of some answers which shape all of them have, as a schema of OpenAPI."""

import re
from typing import Any

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
NUMBERS = {bool: "boolean", int: "integer", float: "number", str: "string"}
REFERENCE = {"id", "type", "summary", "self", "html_url"}
Schema = dict[str, Any]


def of(values: list[Any], components: dict[str, Schema]) -> Schema | None:
    """Describe the values; what has a type of its own goes to the components.

    Nothing for what had no body at all.
    """
    if all(value is None for value in values):
        return None
    return _merged([_shape(value, components) for value in values])


def _shape(value: Any, components: dict[str, Schema]) -> Schema:
    if value is None:
        return {"nullable": True}
    if isinstance(value, dict):
        return _object(value, components)
    if isinstance(value, list):
        inner = [_shape(one, components) for one in value]
        return {"type": "array", "items": _merged(inner) if inner else {}}
    schema = {"type": NUMBERS[type(value)]}
    if isinstance(value, str) and MOMENT.match(value):
        schema["format"] = "date-time"
    return schema


def _object(value: dict[str, Any], components: dict[str, Schema]) -> Schema:
    properties = {name: _shape(one, components) for name, one in value.items()}
    shape = _of_object(properties, set(value))
    name = _name(value)
    if name is None:
        return shape
    known = components.get(name)
    components[name] = _merged([known, shape]) if known else shape
    return {"$ref": f"#/components/schemas/{name}"}


def _name(value: dict[str, Any]) -> str | None:
    """Name what has a type and an address: full resources, and references to them."""
    if not {"type", "self"} <= set(value):
        return None
    kind = str(value["type"])
    if set(value) == REFERENCE and kind.endswith("_reference"):
        return "Reference"
    kind = kind.removesuffix("_reference")
    for family in ("log_entry", "contact_method", "inbound_integration"):
        if kind.endswith(family):
            kind = family
    return "".join(word.capitalize() for word in kind.split("_"))


def _merged(shapes: list[Schema]) -> Schema:
    """Describe what is like any of these."""
    is_nullable = any(shape.get("nullable") for shape in shapes)
    bare = [{k: v for k, v in shape.items() if k != "nullable"} for shape in shapes]
    known = [shape for shape in bare if shape]
    if not known:
        return {"nullable": True} if is_nullable else {}
    merged = known[0]
    for other in known[1:]:
        merged = _both(merged, other)
    if not is_nullable:
        return merged
    # A reference takes no other word beside it.
    wrapped = {"allOf": [merged]} if "$ref" in merged else merged
    return {**wrapped, "nullable": True}


def _both(one: Schema, other: Schema) -> Schema:
    if one == other:
        return one
    one, other = _unwrapped(one), _unwrapped(other)
    if one == other:
        return one
    kinds = {one.get("type"), other.get("type")}
    if kinds == {"object"}:
        return _objects(one, other)
    if kinds == {"array"}:
        items = [one["items"], other["items"]]
        return {"type": "array", "items": _merged([item for item in items if item])}
    if kinds == {"integer", "number"}:
        return {"type": "number"}
    if kinds == {"string"}:
        return {"type": "string"}
    ways = {str(way): way for way in (*_ways(one), *_ways(other))}
    return {"anyOf": [ways[key] for key in sorted(ways)]}


def _unwrapped(shape: Schema) -> Schema:
    """The reference that stood beside another word."""
    return dict(shape["allOf"][0]) if set(shape) == {"allOf"} else shape


def _ways(shape: Schema) -> list[Schema]:
    ways: list[Schema] = shape.get("anyOf", [shape])
    return ways


def _objects(one: Schema, other: Schema) -> Schema:
    names = {**one["properties"], **other["properties"]}
    properties = {
        name: _merged(
            [s["properties"][name] for s in (one, other) if name in s["properties"]]
        )
        for name in names
    }
    always = [set(shape.get("required", ())) for shape in (one, other)]
    return _of_object(properties, always[0] & always[1])


def _of_object(properties: dict[str, Schema], required: set[str]) -> Schema:
    shape: Schema = {"type": "object", "properties": properties}
    # An empty list of them is no schema.
    return {**shape, "required": sorted(required)} if required else shape
