"""Pages of escalation policies, schedules, and who is on call now."""
