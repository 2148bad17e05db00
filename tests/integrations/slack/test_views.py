"""The forms over Slack's window: what they ask, and what is read of them."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from incidents.forms import verbs as forms
from incidents.forms.incident import IncidentForm
from integrations.slack.layout import actions, choices, elements, filling, views
from integrations.slack.layout.elements import Choice
from integrations.slack.layout.filling import Subject
from tests import factories
from tests.factories import NOON
from tests.fakes.slack.blocks import faults_of_view

SUBJECT = Subject("Q0123456789ABC", 12, "Disk full", "C0INCIDENTS", "1700000000.0001")
PEOPLE = [Choice("PALICE", "Alice"), Choice("PBOB", "Bob")]
POLICIES = [Choice("PDEFAULT", "Default")]
VIEWS = {
    "note": lambda subject: views.note(subject),
    "reassign": lambda subject: views.reassign(subject, PEOPLE, POLICIES),
    "snooze": lambda subject: views.snooze(subject),
    "update": lambda subject: views.status_update(subject),
    "priority": lambda subject: views.priority(subject, POLICIES, chosen="PDEFAULT"),
    "create": lambda subject: views.create_incident(subject, POLICIES, title="Broken"),
}


def filled(view, **values):
    """Fill a form in, as Slack sends it: each field with what its kind has."""
    state = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        name, element = block["block_id"], block["element"]
        value = values.get(name.removeprefix("oncall:"))
        state[name] = {element["action_id"]: _answer(element, value)}
    return {**view, "state": {"values": state}}


def _answer(element, value):
    kind = element["type"]
    if kind.startswith("multi_"):
        return {"type": kind, "selected_options": [{"value": v} for v in value or ()]}
    if kind in ("static_select", "radio_buttons"):
        found = {"value": value} if value else element.get("initial_option")
        return {"type": kind, "selected_option": found}
    if kind == "datetimepicker":
        return {"type": kind, "selected_date_time": value}
    return {"type": kind, "value": value or element.get("initial_value")}


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_each_form(name):
    view = VIEWS[name](SUBJECT)

    assert not faults_of_view(view)
    assert len(view["private_metadata"]) <= 3000


@pytest.mark.parametrize("name", VIEWS)
def test_a_form_comes_back_with_what_it_is_about(name):
    read = filling.read(VIEWS[name](SUBJECT))

    assert read.subject == SUBJECT
    assert read.form.startswith(actions.PREFIX)


WORDS = st.text(max_size=4000)


@given(title=WORDS, permalink=WORDS, number=st.integers(0, 10**18))
def test_slack_takes_forms_about_anything(title, permalink, number):
    subject = Subject("Q0123456789ABC", number, title, permalink=permalink)

    for form in VIEWS.values():
        view = form(subject)
        assert not faults_of_view(view)
        assert len(view["private_metadata"]) <= 3000
        assert len(json.dumps(view["private_metadata"])) <= 6000


@given(labels=st.lists(WORDS, min_size=1, max_size=100), text=WORDS)
def test_slack_takes_lists_of_anything(labels, text):
    options = [Choice(f"P{place}", label) for place, label in enumerate(labels)]

    for view in (
        views.reassign(SUBJECT, options, options),
        views.priority(SUBJECT, options, chosen="P0"),
        views.create_incident(
            SUBJECT, options, title=text, description=text, service="P0"
        ),
        views.said(text, text),
    ):
        assert not faults_of_view(view)


def test_a_long_list_falls_into_groups():
    options = [Choice(f"P{n}", f"Service {n:04}") for n in range(950)]

    view = views.create_incident(SUBJECT, options, service="P949")

    assert not faults_of_view(view)
    element = next(b for b in view["blocks"] if b.get("block_id") == "oncall:service")
    groups = element["element"]["option_groups"]
    assert len(groups) <= 100
    assert all(1 <= len(group["options"]) <= 100 for group in groups)
    assert sum(len(group["options"]) for group in groups) == 950
    assert groups[0]["label"]["text"] == "Service 0000 - Service 0094"
    assert element["element"]["initial_option"]["value"] == "P949"


@pytest.mark.parametrize(
    ("label", "shown"),
    [("S", elements.MOST_CHOICES), ("Ж" * 75, 185)],
    ids=["by number", "by length"],
)
def test_a_list_that_is_too_long_says_so(label, shown):
    many = range(elements.MOST_CHOICES + 1)
    options = [Choice(f"P{n:013}", f"{label}{n}") for n in many]

    view = views.reassign(SUBJECT, options, options)

    assert f"Only the first {shown} are listed" in json.dumps(view)
    assert len(json.dumps(view)) < 250_000
    assert not faults_of_view(view)


def test_without_a_service_there_is_nothing_to_fill_in():
    view = views.create_incident(SUBJECT, [])

    assert "There is no service yet" in json.dumps(view)
    assert "submit" not in view
    assert not faults_of_view(view)


def test_reassign_offers_what_there_is(acme):
    incident = factories.policy(acme.account, [acme.bob.membership], name="Nights")
    acme.service.escalation_policy = incident
    acme.service.save()
    opened = acme.account.incidents.model(account=acme.account, service=acme.service)

    people = choices.people(acme.account, opened)
    view = views.reassign(SUBJECT, people, choices.policies(acme.account))

    # Who is on the service's policy comes first.
    assert [each.label for each in people] == ["Bob", "Alice"]
    assert not faults_of_view(view)


def test_what_is_chosen_for_a_reassignment_fits_our_own_form(acme):
    bob = acme.bob.membership
    view = views.reassign(SUBJECT, [Choice(bob.public_id, "Bob")], [])

    read = filling.read(filled(view, people=[bob.public_id]))
    form = forms.ReassignForm(read.data, account=acme.account)

    assert form.is_valid(), form.errors
    assert form.arguments(NOON) == {"people": [bob], "policy": None}


def test_a_reassignment_to_nobody_is_refused_below_the_field(acme):
    read = filling.read(filled(views.reassign(SUBJECT, PEOPLE, POLICIES)))
    form = forms.ReassignForm(read.data, account=acme.account)

    assert not form.is_valid()
    assert filling.errors(form.errors, read) == {
        "response_action": "errors",
        "errors": {"oncall:people": "Choose at least one person, or a policy."},
    }


def test_what_belongs_to_no_field_is_said_below_the_first():
    read = filling.read(filled(views.note(SUBJECT), text="Hi"))

    said = filling.errors({"__all__": ["No."], "text": ["Too short."]}, read)

    assert said["errors"] == {"oncall:text": "No. Too short."}


def test_snooze_is_an_hour_at_first(acme):
    read = filling.read(filled(views.snooze(SUBJECT)))
    form = forms.SnoozeForm(read.data, account=acme.account)

    assert form.is_valid(), form.errors
    assert form.arguments(NOON) == {"until": NOON + timedelta(hours=1)}


def test_snooze_until_a_chosen_time_keeps_the_instant(acme):
    until = (timezone.now() + timedelta(hours=30)).replace(second=0, microsecond=0)
    view = views.snooze(SUBJECT)

    with timezone.override("America/New_York"):
        read = filling.read(filled(view, length="custom", until=int(until.timestamp())))
        form = forms.SnoozeForm(read.data, account=acme.account)
        assert form.is_valid(), form.errors
        assert form.arguments(timezone.now()) == {"until": until}


def test_an_incident_of_a_message(acme):
    service = acme.service
    title, details = views.of_message(
        "Cards are refused &amp; nobody knows why <!channel>\nsince <https://x.test|noon>",
        "https://acme.slack.test/p1",
    )
    view = views.create_incident(
        Subject(channel="C1", permalink="https://acme.slack.test/p1"),
        choices.services(acme.account),
        title=title,
        description=details,
    )

    read = filling.read(filled(view, service=service.public_id))
    form = IncidentForm(read.data, account=acme.account)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["title"] == (
        "Cards are refused & nobody knows why <!channel>"
    )
    assert form.cleaned_data["description"].endswith(
        "since noon\n\nhttps://acme.slack.test/p1"
    )
    assert form.cleaned_data["service"] == service
    assert form.cleaned_data["urgency"] == ""


def test_services_that_are_disabled_or_of_others_are_not_offered(acme, globex):
    factories.service(acme.account, acme.policy, name="Old", disabled_at=NOON)

    assert [each.label for each in choices.services(acme.account)] == ["Checkout"]


@given(text=st.text(max_size=5000), permalink=st.text(max_size=500))
def test_titles_and_details_of_messages_always_fit(text, permalink):
    title, details = views.of_message(text, permalink)

    assert len(title) <= views.LONGEST_FIRST_LINE
    assert "\n" not in title
    assert not faults_of_view(
        views.create_incident(SUBJECT, POLICIES, title=title, description=details)
    )


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": None, "private_metadata": None},
        {"state": {"values": None}, "private_metadata": "[1]"},
        {"state": {"values": {}}, "private_metadata": "{"},
        {"private_metadata": '{"number": "12", "incident": 5, "other": "x"}'},
    ],
)
def test_a_form_with_nothing_in_it_is_read_as_empty(view):
    read = filling.read(view)

    assert read.data == {}
    assert read.subject == Subject()


def test_the_menu_of_an_incident_is_read_back():
    value = actions.choice(actions.MORE_PRIORITY, "Q0123456789ABC")

    assert actions.chosen(value) == ("change_priority", "Q0123456789ABC")
    assert actions.chosen("nonsense") == ("nonsense", "")
