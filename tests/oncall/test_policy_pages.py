"""The pages of escalation policies, as people with and without scripts use them."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from oncall.models import EscalationPolicy
from tests import factories
from tests.oncall.pages import press, typed

PAST = datetime(2026, 1, 5, tzinfo=UTC)
NEW = "/escalation-policies/new/"


def key(person: factories.Person) -> str:
    return f"user:{person.membership.public_id}"


def page(policy: EscalationPolicy, name: str = "escalation_policy") -> str:
    return reverse(name, args=[policy.public_id])


def levels_of(policy: EscalationPolicy) -> list[tuple[int, list[str]]]:
    return [
        (rule.delay_minutes, [str(target) for target in rule.targets.all()])
        for rule in policy.rules.all()
    ]


def test_a_policy_is_made_on_one_form_without_scripts(alice, acme):
    schedule = factories.schedule(acme.account, acme.bob.membership)
    held = typed(alice.get(NEW).content.decode())

    answer = press(
        alice,
        NEW,
        held,
        "level/0/targets/add",
        name="Payments",
        **{"level-0-targets": [key(acme.alice)], "level-0-delay_minutes": "5"},
    )
    held = typed(answer.content.decode())
    assert held["name"] == ["Payments"]
    assert held["level-0-targets"] == [key(acme.alice), ""]

    held["level-0-targets"][1] = f"schedule:{schedule.public_id}"
    held = typed(press(alice, NEW, held, "level/add").content.decode())
    held["level-1-targets"] = [key(acme.bob)]
    answer = press(alice, NEW, held, "save", repeats="2")

    made = acme.account.escalation_policies.get(name="Payments")
    assert answer.headers["Location"] == page(made)
    assert levels_of(made) == [(5, ["Alice", "Primary"]), (30, ["Bob"])]
    assert made.repeats == 2


def test_arranging_levels_keeps_what_was_typed_and_saves_nothing(alice, acme):
    url = page(acme.policy, "escalation_policy_edit")
    held = typed(alice.get(url).content.decode())

    answer = press(alice, url, held, "level/down/0", level__0__delay_minutes="soon")

    held = typed(answer.content.decode())
    assert held["level-0-targets"] == [key(acme.bob)]
    assert held["level-1-delay_minutes"] == ["soon"]
    assert levels_of(acme.policy) == [(30, ["Alice"]), (30, ["Bob"])]

    held = typed(press(alice, url, held, "level/remove/1").content.decode())
    assert "level-1-targets" not in held
    press(alice, url, held, "save")
    assert levels_of(acme.policy) == [(30, ["Bob"])]


def test_a_mistake_is_explained_and_loses_nothing(alice, acme):
    held = typed(alice.get(NEW).content.decode())

    answer = press(
        alice, NEW, held, "save", name="Default", level__0__delay_minutes="0"
    )

    text = answer.content.decode()
    assert "There is an escalation policy of this name already." in text
    assert "Choose somebody to page: a person or a schedule." in text
    assert "greater than or equal to 1" in text
    assert typed(text)["name"] == ["Default"]
    assert acme.account.escalation_policies.count() == 1


def test_a_level_takes_ten_targets_and_not_eleven(alice, acme):
    people = [factories.person(acme.account, f"Person{n}") for n in range(11)]
    held = typed(alice.get(NEW).content.decode()) | {"name": ["Crowd"]}

    held["level-0-targets"] = [key(person) for person in people]
    answer = press(alice, NEW, held, "save")
    assert "at most 10 people and schedules" in answer.content.decode()

    held["level-0-targets"] = held["level-0-targets"][:10]
    press(alice, NEW, held, "save")
    assert (
        len(levels_of(acme.account.escalation_policies.get(name="Crowd"))[0][1]) == 10
    )


def test_a_target_of_another_account_is_not_accepted(alice, acme, globex):
    held = typed(alice.get(NEW).content.decode()) | {"name": ["Intruders"]}

    held["level-0-targets"] = [key(globex.mallory)]
    answer = press(alice, NEW, held, "save")

    assert "no longer exists" in answer.content.decode()
    assert not acme.account.escalation_policies.filter(name="Intruders").exists()


def test_the_editor_shows_who_gets_what_before_anything_is_saved(alice, acme):
    factories.contact(
        acme.bob.membership, "sms", "+15550100042", delays=(2,), verified=True
    )
    held = typed(alice.get(NEW).content.decode())

    answer = press(
        alice,
        NEW,
        held,
        "preview",
        name="Payments",
        **{"level-0-targets": [key(acme.bob)]},
    )

    text = answer.content.decode()
    assert "If an incident opens now" in text
    assert "b…@acme.example" in text
    assert "after 2 min" in text
    assert "+15…42" in text
    assert not acme.account.escalation_policies.filter(name="Payments").exists()


def test_the_page_warns_of_a_person_whom_nothing_reaches(alice, acme):
    acme.bob.membership.notification_rules.all().delete()

    text = alice.get(page(acme.policy)).content.decode()

    assert "Bob gets no message" in text
    assert "Alice gets no message" not in text


def test_the_page_says_who_a_schedule_means_now_and_who_uses_the_policy(alice, acme):
    schedule = factories.schedule(acme.account)
    factories.layer(schedule, acme.bob.membership, starts_at=PAST)
    empty = factories.schedule(acme.account, name="Nights")
    policy = factories.policy(acme.account, [schedule], [empty], name="Two")
    factories.service(acme.account, policy, name="Invoices")

    text = alice.get(page(policy)).content.decode()

    assert reverse("person", args=[acme.bob.membership.public_id]) in text
    assert text.count("Nobody is reached at this level now") == 1
    assert "Invoices" in text


def test_a_policy_in_use_is_kept_and_its_services_are_listed(alice, acme):
    url = page(acme.policy, "escalation_policy_delete")

    answer = alice.post(url)

    assert answer.status_code == 409
    assert "Checkout" in answer.content.decode()
    assert acme.account.escalation_policies.filter(pk=acme.policy.pk).exists()


def test_a_policy_that_nothing_uses_is_deleted_by_a_post_alone(alice, acme):
    spare = factories.policy(acme.account, [acme.bob.membership], name="Spare")
    url = page(spare, "escalation_policy_delete")

    alice.get(url)
    assert acme.account.escalation_policies.filter(pk=spare.pk).exists()
    alice.post(url)
    assert not acme.account.escalation_policies.filter(pk=spare.pk).exists()


def test_a_responder_sees_policies_and_no_way_to_change_them(bob, acme):
    for url in (reverse("escalation_policies"), page(acme.policy)):
        answer = bob.get(url)
        assert answer.status_code == 200
        assert "/edit/" not in answer.content.decode()
        assert NEW not in answer.content.decode()
    for url in (NEW, page(acme.policy, "escalation_policy_edit")):
        assert bob.get(url).status_code == 403
        assert bob.post(url, {"do": "save", "name": "Mine"}).status_code == 403
    assert bob.post(page(acme.policy, "escalation_policy_delete")).status_code == 403


@pytest.mark.parametrize(
    "name",
    ["escalation_policy", "escalation_policy_edit", "escalation_policy_delete"],
)
def test_a_policy_of_another_account_is_not_found(alice, globex, name):
    url = page(globex.policy, name)

    assert alice.get(url).status_code == 404
    if name != "escalation_policy":
        assert alice.post(url, {"do": "save"}).status_code == 404


def test_a_stranger_is_asked_to_sign_in(client, acme):
    answer = client.get(page(acme.policy))

    assert answer.status_code == 302
    assert reverse("account_login") in answer.headers["Location"]


def test_the_list_takes_as_many_queries_for_many_policies(
    alice, acme, django_assert_max_num_queries
):
    schedule = factories.schedule(acme.account, acme.bob.membership)
    for number in range(8):
        factories.policy(
            acme.account, [schedule], [acme.alice.membership], name=f"P{number}"
        )

    with django_assert_max_num_queries(20):
        alice.get(reverse("escalation_policies"))
    with django_assert_max_num_queries(20):
        answer = alice.get(reverse("on_call"))
    assert "Bob" in answer.content.decode()


def test_a_level_in_turns_is_chosen_shown_and_played(alice, acme):
    url = page(acme.policy, "escalation_policy_edit")
    held = typed(alice.get(url).content.decode())
    assert held["level-0-strategy"] == ["assign_to_everyone"]
    held["level-0-targets"] = [key(acme.alice), key(acme.bob)]
    held["level-0-strategy"] = ["round_robin"]
    said = press(alice, url, held, "preview").content.decode()
    assert "the incidents after this one go to: Bob" in said

    press(alice, url, held, "save")

    rule = acme.policy.rules.get(level=1)
    assert rule.strategy == "round_robin"
    acme.policy.rules.filter(pk=rule.pk).update(turns=1)
    said = alice.get(page(acme.policy)).content.decode()
    assert "In turns: each new incident goes to the next one" in said
    assert "the incidents after this one go to: Alice" in said
    assert "One of them for each incident, in turns" in (
        alice.get(reverse("on_call")).content.decode()
    )


def test_saving_a_policy_gives_no_turn_back(alice, acme):
    url = page(acme.policy, "escalation_policy_edit")
    held = typed(alice.get(url).content.decode())
    acme.policy.rules.filter(level=1).update(turns=7)

    press(alice, url, held, "save")

    assert acme.policy.rules.get(level=1).turns == 7


def test_a_strategy_that_is_not_offered_is_refused(alice, acme):
    url = page(acme.policy, "escalation_policy_edit")
    held = typed(alice.get(url).content.decode())
    held["level-0-strategy"] = ["by_lot"]

    press(alice, url, held, "save")

    assert acme.policy.rules.get(level=1).strategy == "assign_to_everyone"
