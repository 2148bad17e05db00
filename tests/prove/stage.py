"""Sets an instance up with its providers, its accounts and the tools that send."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from oncall.embedded.terminal import step
from tests.bench.instance import free_port
from tests.fakes import gateway
from tests.fakes.twilio import AUTH_TOKEN, NUMBER, SID
from tests.prove.faults import Breaker
from tests.prove.instance import ALWAYS, Instance
from tests.prove.ledger import Ledger, Page
from tests.prove.providers import Gateway, Mail, Provider, Twilio
from tests.prove.push_service import PushService, browser
from tests.prove.responders import Responders
from tests.prove.slack import FailingSlack
from tests.prove.tools import Tools
from tests.prove.world import World

Kind = TypeVar("Kind", Mail, Twilio, Gateway, PushService)


@dataclass
class Stage:
    """All that acts in a run."""

    ledger: Ledger
    instance: Instance
    world: World
    tools: Tools
    responders: Responders
    breaker: Breaker
    mail: Mail
    twilio: Twilio
    # Nothing where nobody has a chat.
    slack: FailingSlack | None


@asynccontextmanager
async def stage(
    folder: Path,
    ledger: Ledger,
    *,
    seed: int,
    parts: Sequence[str] = ALWAYS,
    is_read: bool = True,
    has_chat: bool = False,
) -> AsyncIterator[Stage]:
    """Start everything; this will end it afterwards.

    What arrives is read and answered by people, unless they are away. With a chat
    every incident is to be shown in Slack, which fails all the time.
    """
    async with AsyncExitStack() as stack:
        port = free_port()
        responders = Responders(seed, port, ledger)
        listener = responders.read if is_read else _unread

        async def opened(kind: type[Kind]) -> Kind:
            chance = Random(f"{seed}/{kind.__name__}")
            provider = kind(ledger, frozenset(), chance, listener)
            return await stack.enter_async_context(provider)

        mail, twilio = await opened(Mail), await opened(Twilio)
        second, push = await opened(Gateway), await opened(PushService)
        slack = await stack.enter_async_context(FailingSlack()) if has_chat else None
        settings = _settings(mail.port, twilio.port, second.port)
        given = {"PROVE_PUSH": f"http://localhost:{push.port}"}
        if slack:
            settings["SLACK_API_BASE"] = f"http://127.0.0.1:{slack.port}"
            given["PROVE_CHAT"] = "yes"
        instance = Instance(folder, port, settings, ledger, parts)
        stack.push_async_callback(instance.stop)
        with step("Starting an instance"):
            await instance.start()
            made = await instance.furnish(given)
        world = World.from_json(made)
        twilio.hopeless = second.hopeless = world.hopeless
        push.browsers = {row["path"]: browser(row) for row in made["browsers"]}
        spoiled: dict[str, Provider] = {
            "mail": mail,
            "twilio": twilio,
            "gateway": second,
            "push": push,
        }
        tools = Tools(port, list(world.services.values()), ledger)
        breaker = Breaker(instance, spoiled, ledger)
        yield Stage(
            ledger, instance, world, tools, responders, breaker, mail, twilio, slack
        )


def _unread(page: Page) -> None:
    """Nobody is there."""


def _settings(mail: int, twilio: int, second: int) -> dict[str, str]:
    return {
        "EMAIL_URL": f"smtp://127.0.0.1:{mail}",
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": NUMBER,
        "TWILIO_API_BASE": f"http://127.0.0.1:{twilio}",
        "SMS_HTTP_URL": f"http://127.0.0.1:{second}/sms",
        "VOICE_HTTP_URL": f"http://127.0.0.1:{second}/voice",
        "PHONE_HTTP_TOKEN": gateway.TOKEN,
        "PHONE_HTTP_SECRET": gateway.SECRET,
        "PHONE_HTTP_FROM": gateway.NUMBER,
        # The push service is on this machine too.
        "ALLOWED_PRIVATE_HOSTS": "localhost",
    }
