"""A chat is never the only way to a person, whichever door asks for it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts import companions, contact_methods, notification_rules, readiness
from accounts.models import ContactMethod
from accounts.onboarding import Refused
from accounts.permissions import Actor
from incidents import notifications
from oncall import coverage, queries
from oncall.models import Schedule
from tests import factories
from tests.factories import NOON
from tests.incidents.channel import Pigeon, registered


@pytest.fixture(autouse=True)
def _a_chat():
    with registered(Pigeon(label="Chat", is_companion=True)):
        yield


@pytest.fixture
def chat(acme) -> ContactMethod:
    """Alice's chat, beside her e-mail address; nothing names it yet."""
    return factories.contact(acme.alice.membership, "pigeon", "coo", delays=())


@pytest.fixture
def by_alice(acme) -> Actor:
    return Actor("web", acme.alice.membership)


def words(acme) -> list[str]:
    return [f.words for f in readiness.findings(acme.alice.membership, NOON)]


def told(acme, urgency: str = "high") -> list[tuple[str, int]]:
    member = acme.alice.membership
    steps = notifications.steps_of(acme.account, [member], urgency)
    return sorted((s.method.kind, s.delay_minutes) for s in steps.get(member.pk, ()))


def page_by(method: ContactMethod, actor: Actor, delay: int = 0, urgency="high"):
    return notification_rules.add(
        method, urgency=urgency, delay_minutes=delay, actor=actor, at=NOON
    )


class TestContactMethods:
    def test_it_comes_beside_another_way(self, acme, chat):
        companions.require_another(acme.alice.membership)

    def test_it_is_refused_without_another_way_that_works(self, acme, chat):
        contact_methods.disable(acme.alice.email, "bounced", at=NOON)
        fresh = type(acme.alice.membership).across_accounts.get(
            pk=acme.alice.membership.pk
        )

        with pytest.raises(Refused, match="never depend on a chat alone"):
            companions.require_another(fresh)

    def test_the_last_other_way_cannot_be_removed(self, acme, chat, by_alice):
        with pytest.raises(Refused, match="only Chat would be left"):
            contact_methods.remove(acme.alice.email, actor=by_alice, at=NOON)

        assert acme.alice.membership.contact_methods.count() == 2

    def test_the_chat_itself_can_and_then_the_other_too(self, acme, chat, by_alice):
        contact_methods.remove(chat, actor=by_alice, at=NOON)
        contact_methods.remove(acme.alice.email, actor=by_alice, at=NOON)

        assert not acme.alice.membership.contact_methods.exists()

    def test_what_does_not_work_anyway_can_be_removed(self, acme, chat, by_alice):
        contact_methods.disable(acme.alice.email, "bounced", at=NOON)

        contact_methods.remove(acme.alice.email, actor=by_alice, at=NOON)

        assert acme.alice.membership.contact_methods.get() == chat

    def test_nobody_types_its_address_nor_confirms_it_by_code(
        self, acme, chat, by_alice
    ):
        with pytest.raises(ValidationError, match="Link yourself"):
            contact_methods.clean_address(acme.account, "pigeon", "T1/U2")
        with pytest.raises(Refused, match="needs no code"):
            contact_methods.send_code(chat, at=NOON)

    def test_the_last_other_address_cannot_become_an_unknown_one(
        self, acme, chat, by_alice
    ):
        with pytest.raises(Refused, match="only Chat would be left"):
            contact_methods.change(
                acme.alice.email, address="new@acme.example", actor=by_alice, at=NOON
            )

        acme.alice.email.refresh_from_db()
        assert acme.alice.email.address == "alice@acme.example"


class TestRules:
    def test_a_rule_beside_another_one_is_taken(self, acme, chat, by_alice):
        page_by(chat, by_alice)

        assert told(acme) == [("email", 0), ("pigeon", 0)]

    def test_as_the_only_rule_of_high_urgency_it_is_refused(self, acme, chat, by_alice):
        acme.alice.email.notification_rules.filter(urgency="high").delete()

        with pytest.raises(Refused, match="never depends on Chat alone"):
            page_by(chat, by_alice)

        assert not chat.notification_rules.exists()

    def test_low_urgency_may_depend_on_it(self, acme, chat, by_alice):
        acme.alice.email.notification_rules.filter(urgency="low").delete()

        page_by(chat, by_alice, urgency="low")

        assert told(acme, "low") == [("pigeon", 0)]

    def test_the_other_rule_cannot_be_removed_from_under_it(self, acme, chat, by_alice):
        page_by(chat, by_alice)
        other = acme.alice.email.notification_rules.get(urgency="high")

        with pytest.raises(Refused, match="depend on Chat alone"):
            notification_rules.remove(other, actor=by_alice, at=NOON)

        assert acme.alice.email.notification_rules.filter(urgency="high").exists()

    @pytest.mark.parametrize("becomes", ["pigeon", "low"])
    def test_the_other_rule_cannot_become_another_one(
        self, acme, chat, by_alice, becomes
    ):
        page_by(chat, by_alice)
        other = acme.alice.email.notification_rules.get(urgency="high")

        with pytest.raises(Refused, match="never depends on Chat alone"):
            notification_rules.change(
                other,
                method=chat if becomes == "pigeon" else acme.alice.email,
                urgency="low" if becomes == "low" else "high",
                delay_minutes=7,
                actor=by_alice,
                at=NOON,
            )

        other.refresh_from_db()
        assert (other.contact_method, other.urgency) == (acme.alice.email, "high")


class TestWhatIsLeft:
    def test_rules_that_are_left_with_it_alone_page_everything_else_too(
        self, acme, chat, by_alice
    ):
        phone = factories.contact(
            acme.alice.membership, "sms", "+4915112345678", delays=()
        )
        page_by(chat, by_alice, delay=5)
        contact_methods.disable(acme.alice.email, "bounced", at=NOON)

        assert told(acme) == [("pigeon", 5), ("sms", 0)]
        assert "High urgency names only a chat, so everything else is paged too" in (
            words(acme)
        )
        assert phone.may_be_paged

    def test_nobody_is_ready_with_it_alone(self, acme, chat, by_alice):
        page_by(chat, by_alice)
        assert readiness.is_reachable(acme.alice.membership, NOON)

        acme.alice.email.delete()

        assert "Only a chat, on which pages never depend alone" in words(acme)
        assert not readiness.is_reachable(acme.alice.membership, NOON)
        # It is paged all the same: one way is better than none.
        assert told(acme) == [("pigeon", 0)]

    def test_with_e_mail_it_is_still_e_mail_only(self, acme, chat):
        assert "E-mail only, no phone or push" in words(acme)

    def test_a_schedule_warns_of_somebody_with_it_alone(self, acme, chat):
        acme.alice.email.delete()
        rota = factories.schedule(acme.account, acme.alice.membership)

        assert "unreachable" in concerns(rota)

    def test_a_schedule_does_not_warn_of_somebody_with_another_way(self, acme, chat):
        assert "unreachable" not in concerns(
            factories.schedule(acme.account, acme.alice.membership)
        )


def concerns(rota: Schedule) -> set[str]:
    until = NOON + timedelta(days=7)
    planned = queries.load(rota.account, [rota.pk], NOON, until)[rota.pk]
    subject = coverage.Subject(rota.account, planned, NOON, until, rota)
    return {concern.kind for concern in coverage.concerns(subject)}
