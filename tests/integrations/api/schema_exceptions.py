"""Where the published schema and its authors' own answers disagree, and who wins.

Section 12 of the contract gives the reasons; its numbers stand beside each.
"""

from typing import Any

_SCHEMAS = "#/components/schemas"


def correct(specification: dict[str, Any]) -> None:
    """Make the published schema say what clients really get."""
    schemas = specification["components"]["schemas"]
    # 4: a list answers 200, and creating a note or a subscription too.
    overrides = specification["paths"]["/schedules/{id}/overrides"]["get"]["responses"]
    overrides.setdefault("200", overrides.get("201"))
    # Ending a running override answers what is left of it; no body is published.
    override = specification["paths"]["/schedules/{id}/overrides/{override_id}"]
    override["delete"]["responses"]["200"]["content"] = _content("Override")
    # 8: whose shift is next comes as a list of one.
    own = schemas["Schedule"]["allOf"][1]["properties"]["next_oncall_for_user"]
    own["properties"]["user"] = {"type": "array", "maxItems": 1}
    # 7: the strategy is an object.
    schemas["EscalationRule"]["properties"]["escalation_rule_assignment_strategy"] = {
        "type": "object"
    }
    # One vendor is published as a list; clients read an object.
    vendor = specification["paths"]["/vendors/{id}"]["get"]["responses"]["200"]
    vendor["content"] = _content("Vendor")
    # One delegation is published bare, and wrapped in its own example.
    delegation = specification["paths"]["/users/{id}/oauth_delegations/{delegation_id}"]
    delegation["get"]["responses"]["200"]["content"] = _content(
        "OAuthDelegation", "oauth_delegation"
    )
    # An incident's own list alone is published with changes of its fields in it.
    for path in ("/log_entries", "/log_entries/{id}"):
        _add_alternative(specification["paths"][path]["get"]["responses"]["200"])
    # 5: the type is not named after the noun.
    acknowledge = schemas["AcknowledgeLogEntry"]["allOf"][1]["properties"]["type"]
    acknowledge["enum"] = ["acknowledge_log_entry"]
    # 11: what an incident's body says is text.
    details = schemas["IncidentBody"]["properties"]
    details["details"] = {"type": ["object", "string"]}
    # Clients ask for what a user did, which is published nowhere.
    paths = specification["paths"]
    paths["/users/{id}/log_entries"] = paths["/log_entries"]
    # 12, and 2.7: `include[]` puts a full object where the schema has a reference.
    _let_references_be_full(specification)


def _add_alternative(schema: Any) -> None:
    """Let entries be changes of fields too, wherever their kinds are listed."""
    if isinstance(schema, list):
        for inner in schema:
            _add_alternative(inner)
    elif isinstance(schema, dict):
        kinds = schema.get("oneOf", [])
        if {"$ref": f"{_SCHEMAS}/AcknowledgeLogEntry"} in kinds:
            kinds.append({"$ref": f"{_SCHEMAS}/FieldValueChangeLogEntry"})
        for inner in schema.values():
            _add_alternative(inner)


def _let_references_be_full(schema: Any) -> None:
    if isinstance(schema, list):
        for inner in schema:
            _let_references_be_full(inner)
    elif isinstance(schema, dict):
        kinds = schema.get("enum", [])
        full = [str(kind).removesuffix("_reference") for kind in kinds]
        if full != kinds and isinstance(kinds, list):
            schema["enum"] = [*kinds, *full]
        for inner in schema.values():
            _let_references_be_full(inner)


def _content(name: str, called: str = "") -> dict[str, Any]:
    """What an answer with one resource holds."""
    called = called or name.lower()
    member = {called: {"$ref": f"#/components/schemas/{name}"}}
    schema = {"type": "object", "properties": member, "required": [called]}
    return {"application/json": {"schema": schema}}
