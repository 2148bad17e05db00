"""The clock: Celery's beat with our schedule, and nothing of what the ticks do."""

from celery import Celery

# Without Django's fixup, which would load every part of the product.
app = Celery("oncall", fixups=[])
app.config_from_object("oncall.settings", namespace="CELERY")
app.conf.worker_log_format = "%(asctime)s %(levelname)s %(name)s %(message)s"
