"""What chats cost the relay: the same for one happening as for a hundred."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import actions, relay
from integrations.models import ChatLine, ChatMessage
from tests.factories import NOON
from tests.integrations.chat.showing import SECOND, do, join, open_incident


def queries_of_handing_on() -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        relay.hand_on_due(NOON + SECOND)
    return len(seen)


def test_many_happenings_and_rooms_cost_as_much_as_one(acme, ours, square):
    incident = open_incident(acme)
    do(acme, actions.add_note, incident, text="One")
    one = queries_of_handing_on()

    for number in range(4):
        join(acme, channel=f"market {number}")
    for number in range(10):
        another = open_incident(acme, f"Number {number}")
        do(acme, actions.add_note, another, text="Hello")
        do(acme, actions.resolve, another)
    many = queries_of_handing_on()

    assert ChatMessage.across_accounts.count() == 1 + 10 * 5
    assert ChatLine.across_accounts.count() == 1 + 10 * 5 * 2
    # What is there already is made due by two more.
    assert many <= one + 3
