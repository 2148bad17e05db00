"""Incidents as a channel of Slack shows them: posted, changed, found again."""

from dataclasses import replace

import pytest
from django.utils import timezone

from integrations.chat import rooms
from tests import chats
from tests.integrations.slack.test_blocks import CARD
