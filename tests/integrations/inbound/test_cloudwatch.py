"""CloudWatch alarms by SNS: signed, confirmed, and no host but Amazon's is asked."""

import json
from base64 import b64encode
from datetime import timedelta

import pytest
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone
from hypothesis import given

from integrations import sns
from integrations.inbound import cloudwatch
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "cloudwatch"
HOST = "https://sns.eu-central-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-0123456789abcdef.pem"
CONFIRM = f"{HOST}/?Action=ConfirmSubscription&Token=2336412f37"
KEY = rsa.generate_private_key(65537, 2048)


def certificate():
    now = timezone.now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def signed(message, version="2"):
    """Sign as SNS does: the fields in the order of their names, a line for each."""
    names = {"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
    names |= {"SubscribeURL", "Token"}
    parts = [f"{n}\n{message[n]}\n" for n in sorted(names) if n in message]
    algorithm = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303
    found = KEY.sign("".join(parts).encode(), padding.PKCS1v15(), algorithm)
    return message | {
        "SignatureVersion": version,
        "Signature": b64encode(found).decode(),
        "SigningCertURL": CERTIFICATE,
    }


def alarm(state="ALARM"):
    return {
        "AlarmName": "Queue is too long",
        "AlarmDescription": "Orders wait",
        "AWSAccountId": "123456789012",
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed: 1 datapoint (900.0) > 500.0",
        "StateChangeTime": "2027-03-10T11:59:22.417+0000",
        "Region": "EU (Frankfurt)",
        "AlarmArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:Queue",
        "OldStateValue": "OK",
        "Trigger": {
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Namespace": "AWS/SQS",
            "Dimensions": [{"value": "orders", "name": "QueueName"}],
            "Threshold": 500.0,
        },
    }


def message(inner, kind="Notification", **more):
    return {
        "Type": kind,
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
        "Message": inner if isinstance(inner, str) else json.dumps(inner),
        "Timestamp": "2027-03-10T11:59:23.000Z",
        **more,
    }


def subscription(url=CONFIRM):
    words = {"Token": "2336412f37", "SubscribeURL": url}
    return message("You have chosen to subscribe", "SubscriptionConfirmation", **words)


@pytest.fixture
def amazon():
    """SNS, which has a certificate and takes confirmations."""
    sns.forget()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as amazon:
        amazon.get(CERTIFICATE, body=certificate())
        amazon.get(f"{HOST}/", body="<ConfirmSubscriptionResponse/>")
        yield amazon
    sns.forget()


def asked(amazon):
    return [call.request.url for call in amazon.calls]


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["1", "2"])
def test_an_alarm_opens_and_ends(tool, amazon, version):
    subject = 'ALARM: "Queue is too long"'
    [event] = tool.says(signed(message(alarm(), Subject=subject), version))
    assert event.body["summary"] == "Queue is too long: Orders wait"
    assert event.body["severity"] == "critical"
    assert event.body["source"] == "QueueName=orders"
    assert event.body["component"] == "AWS/SQS"
    assert event.body["timestamp"] == "2027-03-10T11:59:22.417000+00:00"

    tool.says(signed(message(alarm("OK"))))
    assert tool.open_incidents == []
    # The certificate was asked for only once.
    assert asked(amazon) == [CERTIFICATE]


@pytest.mark.django_db
def test_a_subscription_confirms_itself(tool, amazon):
    assert tool.says(signed(subscription())) == []

    assert asked(amazon) == [CERTIFICATE, CONFIRM]


@pytest.mark.django_db
def test_what_is_no_alarm_is_told_as_it_is(tool, amazon):
    tool.says(signed(message("Failover has begun", Subject="RDS")))

    assert tool.open_incidents == ["RDS"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"Message": "Something else"}, "'Signature'"),
        ({"Signature": "bm8="}, "'Signature'"),
        ({"Signature": "%"}, "'Signature'"),
        ({"SignatureVersion": "3"}, "'SignatureVersion'"),
        ({"SigningCertURL": "https://sns.evil.example/x.pem"}, "'SigningCertURL'"),
        ({"SigningCertURL": "https://x.s3.amazonaws.com/x.pem"}, "'SigningCertURL'"),
        ({"SigningCertURL": CERTIFICATE.replace("https", "http")}, "'SigningCertURL'"),
        ({"Type": None}, "'Type'"),
    ],
)
def test_a_message_that_sns_did_not_sign_is_refused(tool, amazon, change, word):
    answer = tool.post(signed(message(alarm())) | change)

    assert answer.status_code == 403
    assert word in answer.json()["message"]
    assert not tool.integration.events.exists()
    assert tool.last_payload.outcome == "refused"
    assert word in tool.last_payload.reason


@pytest.mark.django_db
def test_a_confirmation_leads_nowhere_else(tool, amazon):
    answer = tool.post(signed(subscription("https://evil.example/")))

    assert answer.status_code == 403
    assert asked(amazon) == [CERTIFICATE]


@pytest.mark.django_db
def test_sns_is_told_to_try_again_when_its_certificate_is_out_of_reach(tool, amazon):
    amazon.replace("GET", CERTIFICATE, status=503)

    assert tool.post(signed(message(alarm()))).status_code == 503


@given(broken(message(alarm(), Subject="x")) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(cloudwatch.read, payload))


@given(broken(alarm()))
def test_odd_alarms_are_read(inner):
    assert all(words_of(cloudwatch.read, message(json.dumps(inner))))


@given(broken(signed(message(alarm()))) | ODD)
def test_odd_messages_are_not_taken_for_signed_ones(payload):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as amazon:
        amazon.get(CERTIFICATE, body=certificate())
        sns.forget()
        with pytest.raises((sns.Forged, sns.Unavailable)):
            sns.check(_unsigned(payload), at=timezone.now())


def _unsigned(payload):
    """Take the signature away, where what is left of the message still has it."""
    return payload | {"Signature": "bm8="} if isinstance(payload, dict) else payload
