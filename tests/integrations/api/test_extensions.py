"""Extensions and their schemas, through the API."""

import pytest

from tests import chats, factories
from tests.integrations.api.conftest import errors, key

PATH = "/extensions"
URL = "https://bus.example/hook"


def schema(api, name="generic_webhook"):
    found = api.get("/extension_schemas").json()["extension_schemas"]
    return next(each["id"] for each in found if each["key"] == name)


def refer(service):
    return {"id": service.public_id, "type": "service_reference"}


def body(api, *services, **more):
    """What a caller sends to make one."""
    extension = {
        "name": "Our bus",
        "endpoint_url": URL,
        "extension_schema": {
            "id": schema(api),
            "type": "extension_schema_reference",
        },
        "extension_objects": [refer(service) for service in services],
    }
    return {"extension": {**extension, **more}}


def make(api, *services, **more):
    answer = api.post(PATH, body(api, *services, **more))
    assert answer.status_code == 201, answer.json()
    return answer.json()["extension"]


def names(answer):
    return [each["name"] for each in answer.json()["extensions"]]


@pytest.fixture
def search(acme):
    return factories.service(acme.account, acme.policy, "Search")


def test_schemas_are_listed_and_shown(api):
    listed = api.get("/extension_schemas").json()["extension_schemas"]

    labels = [each["label"] for each in listed]
    assert labels == sorted(labels)
    assert {"Generic Webhook", "Slack"} <= set(labels)
    for each in listed:
        shown = api.get(f"/extension_schemas/{each['id']}")
        assert shown.json() == {"extension_schema": each}
        assert each["send_types"][:3] == ["trigger", "acknowledge", "resolve"]
    assert api.get("/extension_schemas/PNOWHERE").status_code == 404
    assert api.get("/extension_schemas", limit=1).json()["more"] is True


def test_a_webhook_hears_of_each_of_its_services(api, acme, search):
    made = make(api, acme.service, search)

    assert [each["summary"] for each in made["extension_objects"]] == [
        "Checkout",
        "Search",
    ]
    assert made["endpoint_url"] == URL
    assert made["temporarily_disabled"] is False
    rows = acme.account.webhook_subscriptions.order_by("id")
    assert [row.service for row in rows] == [acme.service, search]
    assert {row.url for row in rows} == {URL}
    # They are the extension's, and no one's to change on their own.
    listed = api.get("/webhook_subscriptions").json()["webhook_subscriptions"]
    assert listed == []
    path = f"/webhook_subscriptions/{rows[0].public_id}"
    assert api.delete(path).status_code == 404


def test_values_of_headers_are_kept_and_never_shown(api, acme, search):
    headers = [{"name": "X-Token", "value": "secret"}]
    made = make(api, acme.service, config={"headers": headers})
    redacted = [{"name": "X-Token", "value": "-- redacted --"}]
    assert made["config"] == {"headers": redacted}
    path = f"{PATH}/{made['id']}"

    # A client that sends back what it has read changes nothing of them.
    api.put(path, body(api, acme.service, search, config={"headers": redacted}))
    kept = [row.headers for row in acme.account.webhook_subscriptions.all()]
    assert kept == [headers, headers]
    api.put(path, {"extension": {"name": "Bus"}})
    assert acme.account.webhook_subscriptions.first().headers == headers
    now = api.put(path, {"extension": {"config": {"headers": []}}})
    assert now.json()["extension"]["config"] == {"headers": []}
    assert acme.account.webhook_subscriptions.first().headers == []


def test_a_password_in_the_address_is_not_shown_again(api, acme):
    made = make(api, acme.service, endpoint_url="https://ann:pw@bus.example/hook")

    assert made["endpoint_url"] == URL
    names = [header["name"] for header in made["config"]["headers"]]
    assert names == ["Authorization"]


def test_changing_moves_it(api, acme, search):
    made = make(api, acme.service)
    path = f"{PATH}/{made['id']}"

    changed = api.put(
        path,
        {
            "extension": {
                "name": "New bus",
                "endpoint_url": "https://new.example/",
                "extension_objects": [refer(search)],
            }
        },
    )

    assert changed.status_code == 200
    now = changed.json()["extension"]
    assert now["id"] == made["id"]
    assert (now["name"], now["endpoint_url"]) == ("New bus", "https://new.example/")
    assert [each["summary"] for each in now["extension_objects"]] == ["Search"]
    row = acme.account.webhook_subscriptions.get()
    assert (row.service, row.url) == (search, "https://new.example/")


def test_lists_are_filtered(api, acme, search):
    bus = make(api, acme.service)
    make(api, search, name="Chat")

    assert names(api.get(PATH)) == ["Chat", "Our bus"]
    assert names(api.get(PATH, query="BUS")) == ["Our bus"]
    assert names(api.get(PATH, extension_object_id=search.public_id)) == ["Chat"]
    assert len(names(api.get(PATH, extension_schema_id=schema(api)))) == 2
    slack = schema(api, "slack")
    assert names(api.get(PATH, extension_schema_id=slack)) == []
    assert names(api.get(PATH, extension_schema_id="PNOWHERE")) == []
    full = {"include[]": ["extension_objects", "extension_schemas"]}
    shown = api.get(f"{PATH}/{bus['id']}", **full).json()["extension"]
    assert shown["extension_objects"][0]["name"] == "Checkout"
    assert shown["extension_schema"]["key"] == "generic_webhook"
    assert api.get(PATH, **{"include[]": ["users"]}).status_code == 400


def test_a_list_asks_the_database_as_often_for_many(
    api, acme, django_assert_max_num_queries
):
    for number in range(5):
        service = factories.service(acme.account, acme.policy, f"S{number}")
        make(api, acme.service, service, name=f"E{number}")

    with django_assert_max_num_queries(15):
        assert len(names(api.get(PATH))) == 5


def test_enabling_ends_a_temporary_disabling(api, acme, search):
    made = make(api, acme.service, search)
    rows = acme.account.webhook_subscriptions
    rows.filter(service=search).update(disabled_until=factories.NOON)
    path = f"{PATH}/{made['id']}"
    assert api.get(path).json()["extension"]["temporarily_disabled"] is True

    answer = api.post(f"{path}/enable")

    assert answer.status_code == 200
    assert answer.json()["extension"]["temporarily_disabled"] is False
    assert not rows.exclude(disabled_until=None).exists()


def test_deleting_takes_its_webhooks_along(api, acme):
    made = make(api, acme.service)

    assert api.delete(f"{PATH}/{made['id']}").status_code == 204
    assert api.get(f"{PATH}/{made['id']}").status_code == 404
    assert not acme.account.webhook_subscriptions.exists()


def test_slack_needs_somebody_to_sign_in(api, acme):
    slack = {"id": schema(api, "slack"), "type": "extension_schema_reference"}

    made = api.post(PATH, body(api, acme.service, extension_schema=slack))

    assert made.status_code == 400
    assert "Slack must be allowed by signing in there" in errors(made)[0]
    assert not acme.account.extensions.exists()


def test_those_of_a_team_and_of_chats_are_listed(api, acme):
    team = acme.account.teams.create(name="Payments")
    room = chats.room(acme.account)
    chats.extension(room, name="Chat for all", urgency="high")
    chats.extension(room, name="Chat of Payments", scope="team", team=team)
    made = make(api, acme.service)
    acme.account.extensions.filter(public_id=made["id"]).update(scope="account")

    every, of_team, bus = api.get(PATH).json()["extensions"]

    assert every["extension_objects"] == of_team["extension_objects"] == []
    assert every["config"]["channel"] == "#incidents"
    assert (every["config"]["scope"], every["config"]["urgency"]) == ("account", "high")
    assert of_team["config"]["team"]["id"] == team.public_id
    assert bus["config"] == {"headers": [], "scope": "account", "team": None}
    # A client renames it, and all the rest stays as it was.
    path = f"{PATH}/{of_team['id']}"
    renamed = api.put(path, {"extension": {"name": "Renamed"}}).json()["extension"]
    assert renamed == {**of_team, "name": "Renamed", "summary": "Renamed"}
    acme.account.rooms.update(broken_at=factories.NOON)
    assert api.get(path).json()["extension"]["temporarily_disabled"] is True
    enabled = api.post(f"{path}/enable").json()["extension"]
    assert enabled["temporarily_disabled"] is False
    narrowed = api.put(
        path, {"extension": {"extension_objects": [refer(acme.service)]}}
    )
    assert [
        each["id"] for each in narrowed.json()["extension"]["extension_objects"]
    ] == [acme.service.public_id]
    assert api.delete(path).status_code == 204


def test_it_stays_of_its_schema(api, acme):
    made = make(api, acme.service)
    slack = {"id": schema(api, "slack"), "type": "extension_schema_reference"}

    moved = api.put(f"{PATH}/{made['id']}", {"extension": {"extension_schema": slack}})

    assert moved.status_code == 400


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"endpoint_url": "http://bus.example/"}, "https://"),
        ({"endpoint_url": None}, "not an address of the web"),
        ({"name": ""}, "Name may not be blank"),
        ({"extension_objects": []}, "Extension objects"),
        ({"extension_objects": [{"id": "PX", "type": "service"}]}, "no service PX"),
        ({"extension_objects": "all"}, "Extension objects"),
        ({"extension_schema": {"id": "PX"}}, "no extension schema PX"),
        ({"config": {"headers": "X-Token"}}, "Headers are a list"),
        ({"config": {"headers": [{"name": "Host", "value": "a"}]}}, "ours to set"),
        ({"config": []}, "Config"),
    ],
)
def test_what_cannot_be_is_refused_in_words(api, acme, more, words):
    answer = api.post(PATH, body(api, acme.service, **more))

    assert answer.status_code == 400
    assert any(words in sentence for sentence in errors(answer)), errors(answer)
    assert not acme.account.extensions.exists()
    assert not acme.account.webhook_subscriptions.exists()


def test_nobody_reaches_those_of_another_account(api, stranger, acme, globex):
    made = make(api, acme.service)
    path = f"{PATH}/{made['id']}"

    answers = [
        stranger.get(path),
        stranger.put(path, {"extension": {"name": "Mine"}}),
        stranger.delete(path),
        stranger.post(f"{path}/enable"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert names(stranger.get(PATH)) == []
    assert stranger.post(PATH, body(api, acme.service)).status_code == 400
    moved = api.put(path, {"extension": {"extension_objects": [refer(globex.service)]}})
    assert moved.status_code == 400
    assert acme.account.extensions.get().name == "Our bus"


def test_who_may_not_configure_sees_none(api, acme):
    made = make(api, acme.service)
    bob = key(acme.account, acme.bob.membership)
    path = f"{PATH}/{made['id']}"

    answers = [
        bob.get(PATH),
        bob.get(path),
        bob.post(PATH, body(api, acme.service)),
        bob.put(path, {"extension": {"name": "Mine"}}),
        bob.delete(path),
        bob.post(f"{path}/enable"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    reader = key(acme.account, read_only=True)
    assert names(reader.get(PATH)) == ["Our bus"]
    assert reader.delete(path).status_code == 403
