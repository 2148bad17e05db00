"""People of the fake Slack who are linked to members, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accounts.models import ContactMethod
from accounts.permissions import Actor
from integrations.models import ChatUser, SlackWorkspace
from integrations.slack.direct_messages import paging, reach
from tests import chats
from tests.factories import NOON, Person
from tests.fakes import slack
from tests.fakes.slack import Slack


@contextmanager
def serving(settings: Any) -> Iterator[Slack]:
    """Run a Slack that our product talks to, and forget what it knew of another."""
    settings.SLACK_CLIENT_ID = slack.CLIENT_ID
    settings.SLACK_CLIENT_SECRET = slack.CLIENT_SECRET
    settings.SLACK_SIGNING_SECRET = slack.SIGNING_SECRET
    with slack.serving() as fake:
        settings.SLACK_API_BASE = fake.base
        reach.forget()
        yield fake
        reach.forget()


def connected(fake: Slack, account: Any) -> SlackWorkspace:
    """Connect the fake's workspace to an account."""
    return chats.workspace(
        account,
        team_id=fake.team.id,
        name=fake.team.name,
        bot_user_id=fake.team.bot,
        token=fake.install(),
    )


def linked(fake: Slack, workspace: SlackWorkspace, person: Person) -> ChatUser:
    """Link a member to somebody of the same name in the fake."""
    name = person.user.name.lower()
    user: ChatUser = workspace.account.chat_users.create(
        place=workspace.place,
        user_id=fake.person(name).id,
        name=name,
        membership=person.membership,
        linked_by="email",
        created_at=NOON,
    )
    return user


def paged(fake: Slack, workspace: SlackWorkspace, person: Person) -> ContactMethod:
    """Let a member be paged in the fake too; no rule names it yet."""
    user = linked(fake, workspace, person)
    return paging.add(user, actor=Actor("web", person.membership), at=NOON)
