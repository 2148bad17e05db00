"""A page as channels are handed it."""

from accounts import channels
from tests.factories import NOON

PHONE = "+4915112345678"
PAGE = channels.Page(
    token="0f" * 16,
    account="Acme",
    recipient="Alice",
    number=1042,
    title="Checkout latency",
    service="Checkout",
    urgency="high",
    status="triggered",
    link="https://oncall.example/r/0gnVuwPOwvEF1IIBVCQxTAIP5ZHWeCNd",
    opened_at=NOON,
)
