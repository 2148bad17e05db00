"""Where the published schema and its authors' own answers disagree, and who wins.

Section 12 of the contract gives the reasons; its numbers stand beside each.
"""

from typing import Any


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


def _content(name: str) -> dict[str, Any]:
    """What an answer with one resource holds."""
    member = {name.lower(): {"$ref": f"#/components/schemas/{name}"}}
    schema = {"type": "object", "properties": member, "required": [name.lower()]}
    return {"application/json": {"schema": schema}}
