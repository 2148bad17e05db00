"""`/oncall page`: an incident from a sentence."""

import pytest

from accounts.permissions import Actor
from incidents import actions
from tests import chats, factories
from tests.factories import NOON
from tests.fakes.slack.blocks import faults_of
from tests.integrations.slack.commanding import CHANNEL, links, typist


def only(world):
    return world.account.incidents.get()


def test_page_opens_an_incident_and_tells_the_channel_who_is_told(acme):
    said = typist(acme, "bob").types("page checkout Cards are refused")

    incident = only(acme)
    assert (incident.title, incident.urgency) == ("Cards are refused", "high")
    assert incident.service == acme.service
    assert said.in_channel
    assert "Bob opened #1 Cards are refused of Checkout." in said.text
    assert "Paged now: Alice." in said.text
    assert not faults_of(said.blocks)
    assert incident.timeline.order_by("id").first().via == "slack"


@pytest.mark.parametrize(
    "typed",
    [
        'page "Card payments" It is "down"',
        "page “Card payments” It is &quot;down&quot;",
        "page card payments It is down",
        "page Card It is down",
    ],
)
def test_page_understands_names_of_several_words(acme, typed):
    service = factories.service(acme.account, acme.policy, name="Card payments")

    typist(acme).types(typed)

    assert only(acme).service == service
    assert only(acme).title.startswith("It is")


def test_the_longest_name_is_meant(acme):
    longer = factories.service(acme.account, acme.policy, name="Checkout API")

    typist(acme).types("page checkout api answers slowly")

    assert only(acme).service == longer
    assert only(acme).title == "answers slowly"


def test_page_lists_services_where_none_is_meant(acme):
    said = typist(acme).types("page Moon is down")

    assert "No service or policy is called like “Moon”" in said.text
    assert "“Checkout”" in said.text
    assert not said.in_channel
    assert not acme.account.incidents.exists()


def test_page_of_several_that_fit_names_them(acme):
    factories.service(acme.account, acme.policy, name="Card payments")
    factories.service(acme.account, acme.policy, name="Card issuing")

    said = typist(acme).types("page Card is down")

    assert "Several are called like “Card”" in said.text
    assert not acme.account.incidents.exists()


def test_page_asks_what_is_broken(acme):
    writer = typist(acme)

    assert "Say what is broken" in writer.types("page").text
    assert "Say what is broken too" in writer.types("page Checkout").text
    assert not acme.account.incidents.exists()


def test_a_disabled_service_is_not_offered(acme):
    acme.service.disabled_at = NOON
    acme.service.save()

    said = typist(acme).types("page Checkout is down")

    assert "no service here" in said.text
    assert not acme.account.incidents.exists()


def test_page_a_person_pages_that_person(acme):
    writer = typist(acme)
    links(writer, acme.bob.membership, "U0BOB")

    said = writer.types("page <@U0BOB|bob> The cache is cold")

    assert [row.membership for row in only(acme).assignments.all()] == [
        acme.bob.membership
    ]
    assert "Paged now: Bob." in said.text
    assert only(acme).title == "The cache is cold"


def test_page_a_person_names_the_service_where_there_are_several(acme):
    batch = factories.service(acme.account, acme.policy, name="Batch")
    writer = typist(acme)
    links(writer, acme.bob.membership, "U0BOB")

    assert "Say of which service" in writer.types("page <@U0BOB|bob> cold").text
    writer.types("page <@U0BOB|bob> batch is late")

    assert only(acme).service == batch


def test_page_somebody_whom_nobody_knows(acme):
    said = typist(acme).types("page <@U0EVE|eve> help")

    assert "does not know which member @eve is" in said.text
    assert not acme.account.incidents.exists()


def test_a_person_of_another_account_is_nobody_here(acme, globex):
    writer = typist(acme)
    theirs = typist(globex, "mallory")
    links(theirs, globex.mallory.membership, "U0MAL")

    assert "does not know which member" in writer.types("page <@U0MAL|mal> hi").text


def test_page_in_an_incidents_channel_asks_for_help_with_it(acme):
    incident = actions.open_incident(
        acme.service,
        actor=Actor("web", acme.alice.membership),
        at=NOON,
        title="Disk full",
    )
    writer = typist(acme, channel="C0OWN")
    chats.room(
        acme.account, workspace=writer.workspace, channel_id="C0OWN", incident=incident
    )
    links(writer, acme.bob.membership, "U0BOB")

    said = writer.types("page <@U0BOB|bob> Please look at the disks")

    asked = incident.responders.get()
    assert asked.membership == acme.bob.membership
    assert asked.request.message == "Please look at the disks"
    assert "Alice asked Bob to help with #1 Disk full" in said.text
    assert only(acme) == incident


def test_page_a_policy_pages_its_people(acme):
    factories.policy(acme.account, [acme.bob.membership], name="Nights")

    said = typist(acme).types("page Nights the batch is late")

    assert "Paged now: Bob." in said.text
    assert only(acme).title == "the batch is late"
    assert only(acme).service == acme.service


def test_page_says_when_nobody_could_be_paged(acme):
    lonely = factories.policy(acme.account, name="Nobody")
    factories.service(acme.account, lonely, name="Attic")

    said = typist(acme).types("page Attic it leaks")

    assert "Nobody could be paged" in said.text


def test_an_observer_may_not_page(acme):
    acme.people["eve"] = factories.person(acme.account, "Eve", "observer")

    said = typist(acme, "eve").types("page Checkout down")

    assert "Your role does not allow this" in said.text
    assert not acme.account.incidents.exists()


def test_anybody_pages_only_what_the_extension_shows(acme):
    factories.service(acme.account, acme.policy, name="Batch")
    anybody = Actor("slack", None, name="eve (To #incidents)")
    writer = typist(acme, None, actor=anybody)
    room = chats.room(acme.account, workspace=writer.workspace, channel_id=CHANNEL)
    chats.extension(room, acme.service, anybody_may_act=True)

    assert "No service or policy" in writer.types("page Batch is late").text
    assert "No service or policy" in writer.types("page Default is late").text
    said = writer.types("page Checkout is late")

    assert "eve (To #incidents) opened #1 is late of Checkout." in said.text


def test_a_title_is_one_line_of_what_fits(acme):
    typist(acme).types("page Checkout " + "Ärger <!channel> 🔥\n" * 500)

    title = only(acme).title
    assert len(title) == 1024
    assert "\n" not in title


def test_what_was_typed_tells_nobody_in_slack(acme):
    said = typist(acme).types("page Checkout <!channel> *look* <@U1|al>")

    assert only(acme).title == "<!channel> *look* @al"
    assert "<!channel>" not in said.text
    assert "<@U1" not in said.text


def test_page_takes_few_queries(acme, django_assert_max_num_queries):
    writer = typist(acme)
    for number in range(30):
        factories.service(acme.account, acme.policy, name=f"Service {number}")

    with django_assert_max_num_queries(40):
        writer.types("page Checkout is down")
