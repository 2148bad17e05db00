"""Schedules and escalation policies."""

from oncall.models.feed import CalendarFeed
from oncall.models.policy import EscalationPolicy, EscalationRule, EscalationTarget
from oncall.models.schedule import Layer, LayerUser, Override, Restriction, Schedule
from oncall.models.tag import Tag, Tagging
from oncall.models.version import ScheduleVersion

__all__ = [
    "CalendarFeed",
    "EscalationPolicy",
    "EscalationRule",
    "EscalationTarget",
    "Layer",
    "LayerUser",
    "Override",
    "Restriction",
    "Schedule",
    "ScheduleVersion",
    "Tag",
    "Tagging",
]
