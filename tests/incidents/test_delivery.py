"""Due deliveries reach a real mail server, once, and what fails is not silent."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts.permissions import Actor
from incidents import actions, delivery, engine, leases, results
from incidents.models import Incident, Notification
from tests import factories
from tests.fakes.smtp import Mailbox, mail_server


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = mailbox.host, mailbox.port
        yield mailbox


@pytest.fixture
def incident(acme) -> Incident:
    return actions.open_incident(
        acme.service,
        actor=Actor("web", acme.bob.membership),
        at=engine.now(),
        title="Checkout is down",
    )


def the_page(incident: Incident) -> Notification:
    return incident.notifications.get(purpose="page", episode=incident.episode)


def make_due(notification: Notification) -> None:
    rows = Notification.across_accounts.filter(pk=notification.pk)
    rows.update(send_at=engine.now())


def test_a_page_arrives_with_the_incident_and_is_recorded(incident, mailbox):
    assert delivery.deliver_due() == 1

    mail = mailbox.mails[0]
    assert mail["To"] == "alice@acme.example"
    assert "Checkout is down" in mail["Subject"]
    assert "/r/" in mail.get_body(("plain",)).get_content()
    page = the_page(incident)
    assert (page.status, page.attempts) == ("sent", 1)
    assert page.provider_id == mail["Message-ID"]
    assert incident.timeline.filter(verb="notified").count() == 1


@pytest.mark.promise(5)
def test_nothing_is_sent_twice_by_two_rounds(incident, mailbox):
    delivery.deliver_due()
    delivery.deliver_due()
    assert len(mailbox.mails) == 1


def test_a_page_is_not_sent_before_its_time(acme, mailbox):
    acme.alice.email.notification_rules.update(delay_minutes=15)
    actions.open_incident(
        acme.service,
        actor=Actor("web", acme.bob.membership),
        at=engine.now(),
        title="Down",
    )
    assert delivery.deliver_due() == 0
    assert mailbox.mails == []


@pytest.mark.promise(4)
def test_a_delivery_that_its_sender_died_with_is_sent_after_the_lease(
    incident, mailbox
):
    assert len(leases.lease(engine.now(), limit=10)) == 1
    assert delivery.deliver_due() == 0

    later = engine.now() + leases.LEASE
    assert len(leases.lease(later, limit=10)) == 1
    assert the_page(incident).attempts == 2


def test_a_page_answered_after_it_was_planned_is_called_off(acme, incident, mailbox):
    Incident.across_accounts.filter(pk=incident.pk).update(status="acknowledged")
    delivery.deliver_due()
    assert mailbox.mails == []
    assert the_page(incident).status == "cancelled"


@pytest.mark.promise(19)
def test_an_address_that_is_somebody_elses_by_now_is_not_told(acme, incident, mailbox):
    acme.alice.email.membership = acme.bob.membership
    acme.alice.email.save()
    delivery.deliver_due()
    assert mailbox.mails == []


def test_a_busy_server_is_tried_again(incident, mailbox):
    mailbox.at_rcpt = "451 Try later"
    delivery.deliver_due()
    page = the_page(incident)
    assert page.status == "planned"
    assert page.send_at > engine.now()
    assert "451" in page.error or "later" in page.error.lower()

    mailbox.at_rcpt = ""
    make_due(page)
    delivery.deliver_due()
    assert the_page(incident).status == "sent"


def test_a_refused_address_pulls_the_next_level_forward(acme, incident, mailbox):
    mailbox.at_rcpt = "550 No such user"
    delivery.deliver_due()
    assert the_page(incident).status == "failed"

    mailbox.at_rcpt = ""
    engine.tick(engine.now())
    delivery.deliver_due()

    assert mailbox.mails[0]["To"] == "bob@acme.example"


@pytest.mark.promise(10)
def test_a_refused_address_pulls_the_persons_next_rule_forward(acme, mailbox):
    other = factories.contact(
        acme.alice.membership, "email", "alice@home.example", delays=(15,)
    )
    incident = actions.open_incident(
        acme.service,
        actor=Actor("web", acme.bob.membership),
        at=engine.now(),
        title="Down",
    )
    batch = leases.lease(engine.now(), limit=1)
    results.not_sent(batch[0], "refused", at=engine.now(), is_permanent=True)

    delivery.deliver_due()
    assert [mail["To"] for mail in mailbox.mails] == [other.address]
    assert incident.notifications.filter(status="failed").count() == 1


def test_after_its_last_attempt_a_delivery_has_failed(incident, mailbox):
    mailbox.at_rcpt = "451 Try later"
    for _ in range(len(results.BACKOFF) + 1):
        make_due(the_page(incident))
        delivery.deliver_due()
    assert the_page(incident).status == "failed"
    assert incident.timeline.filter(verb="notify_failed").exists()


def test_a_delivery_that_cannot_be_written_does_not_stop_the_others(
    acme, incident, mailbox
):
    channel_gone = factories.contact(acme.alice.membership, "pigeon", "loft 4")
    second = actions.open_incident(
        acme.service,
        actor=Actor("web", acme.bob.membership),
        at=engine.now(),
        title="Other",
    )
    delivery.deliver_due()
    assert "Other" in mailbox.mails[0].get_body(("plain",)).get_content()
    lost = second.notifications.get(contact_method=channel_gone)
    assert lost.status == "failed"


def test_a_receipt_never_goes_backwards(incident, mailbox):
    delivery.deliver_due()
    page = the_page(incident)
    assert results.receipt(page.token, "delivered", "", at=engine.now())
    results.answered(page, at=engine.now())
    results.receipt(page.token, "failed", "late", at=engine.now())
    assert the_page(incident).status == "answered"
    assert not results.receipt("0" * 32, "delivered", "", at=engine.now())


@pytest.mark.promise(14)
def test_senders_serve_the_accounts_in_turns(acme, globex):
    at = engine.now()
    for world, count in ((acme, 20), (globex, 1)):
        for number in range(count):
            actions.open_incident(
                world.service,
                actor=Actor("event", name="Tool"),
                at=at - timedelta(seconds=100 - number),
                title=f"Down {number}",
            )
    first_two = leases.lease(at, limit=2)
    assert {row.account for row in first_two} == {acme.account, globex.account}


def test_unconfirmed_addresses_are_paged_within_a_daily_quota(acme, mailbox):
    acme.account.unconfirmed_pages_per_day = 1
    acme.account.save()
    bob = acme.bob.email
    bob.verified_at, bob.added_by_other = None, True
    bob.save()
    for title in ("One", "Two"):
        actions.open_incident(
            acme.service,
            actor=Actor("web", acme.alice.membership),
            at=engine.now(),
            title=title,
            assignees=[acme.bob.membership],
        )
        delivery.deliver_due()
    delivery.deliver_due()

    to_bob = [mail for mail in mailbox.mails if mail["To"] == bob.address]
    assert len(to_bob) == 1
    alarm = [mail for mail in mailbox.mails if mail["To"] == "alice@acme.example"]
    assert "Unconfirmed addresses" in alarm[0]["Subject"]
    failed = Notification.across_accounts.get(status="failed")
    assert "quota" in failed.error


def test_confirmed_addresses_meet_no_quota(acme, incident, mailbox):
    acme.account.unconfirmed_pages_per_day = 0
    acme.account.save()
    delivery.deliver_due()
    assert the_page(incident).status == "sent"
