"""The partner in docs/connect.md does what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from django.utils import timezone

from accounts import tenancy
from accounts.models import User
from incidents.models import Event
from integrations.demo import account as demo
from tests.integrations.connecting import finish, make_app
from tests.scenarios.instance import free_port
from tests.scenarios.people import eventually

PAGE = Path(__file__).resolve().parents[2] / "docs/connect.md"


@pytest.fixture
def program(tmp_path) -> Path:
    """The program of the page, in a file."""
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    found = tmp_path / "partner.py"
    found.write_text(code)
    return found


def answers(address):
    """The partner's answer once it listens; a redirect is an answer like any other."""
    try:
        return requests.get(address, allow_redirects=False, timeout=20)
    except requests.ConnectionError:
        return None


@pytest.mark.django_db(transaction=True)
def test_it_connects_two_services_and_sends_an_event_to_each(
    program, live_server, client
):
    port = free_port()
    with tenancy.all_accounts():
        made = demo.make(timezone.now())
        app = make_app(redirect_uris=f"http://localhost:{port}/callback")
    arguments = [live_server.url, app.client_id, str(port)]
    partner = subprocess.Popen([sys.executable, str(program), *arguments])  # noqa: S603
    try:
        home = f"http://localhost:{port}/"
        away = eventually(lambda: answers(home), "a partner that listens")
        link = away.headers["Location"].removeprefix(live_server.url)
        client.force_login(User.objects.get(email=demo.OWNER.email))
        chosen = [service.public_id for service in made.services]
        back = finish(client, link, services=chosen)["Location"]
        said = requests.get(back, timeout=20).text.splitlines()
        assert said == [f"{service.name}: 202" for service in made.services]
        again = requests.get(back, timeout=20).text
        assert again == "Nobody waits for this answer."
    finally:
        partner.terminate()
        partner.wait(20)
    with tenancy.all_accounts():
        assert Event.across_accounts.count() == 2
