"""Leafing: by offset through more than a page, and by cursor."""

from tests.clients.python_driver.connections import World

MANY = 105


def run(world: World) -> None:
    """Make more than a hundred teams, and read them in every way that there is."""
    client = world.account
    for number in range(MANY):
        client.rpost("teams", json={"type": "team", "name": f"Team {number:03}"})
    params = {"query": "Team "}
    found = list(client.iter_all("teams", params=dict(params), page_size=50))
    assert len({team["id"] for team in found}) == MANY
    assert len(list(client.iter_all("teams", params=dict(params), total=True))) == MANY
    assert client.get_total("teams", params=dict(params)) == MANY
    assert len(client.dict_all("teams", params=dict(params), by="name")) == MANY
    assert len(client.list_all("teams", params=dict(params))) == MANY
    records = list(client.iter_cursor("audit/records", params={"limit": 50}))
    assert len({record["id"] for record in records}) > MANY
    team = found[0]
    (record,) = client.iter_cursor(f"teams/{team['id']}/audit/records")
    assert record["root_resource"]["id"] == team["id"]
