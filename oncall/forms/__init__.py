"""What people type about schedules and escalation policies."""
