"""What came in, what became of it, and who was told: read-only, but for retries."""

from incidents import health
from incidents.admin import deliveries, engine, incidents, received, services
from oncall.admin_site import register_health

__all__ = ["deliveries", "engine", "incidents", "received", "services"]

for lines in (
    health.due_work,
    health.queues,
    health.failures,
    health.repairs,
    health.last_tick,
):
    register_health(lines)
