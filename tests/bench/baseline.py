"""The baseline: a Django application of two bare views, for the same web server.

`/hello` is the ceiling of the server; `/take` does the work of taking an event
(look for the dedup key, write the alert, a log entry and a timer) in one round trip.
"""

import json
import os
from functools import cache

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path
from psycopg_pool import ConnectionPool

# As many as the server has threads, so that none waits for a connection.
CONNECTIONS = int(os.environ.get("BASELINE_CONNECTIONS", "8"))

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    SECRET_KEY="the baseline signs nothing",
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()


def hello(request: HttpRequest) -> JsonResponse:
    """Answer, and nothing else."""
    return JsonResponse({"status": "success"}, status=202)


def take(request: HttpRequest) -> JsonResponse:
    """Take an event."""
    event = json.loads(request.body)
    arguments = [event["routing_key"], event["dedup_key"], json.dumps(event["payload"])]
    with _pool().connection() as connection:
        connection.execute("SELECT take_event(%s, %s, %s)", arguments)
    return JsonResponse(
        {"status": "success", "dedup_key": event["dedup_key"]}, status=202
    )


@cache
def _pool() -> ConnectionPool:
    return ConnectionPool(
        os.environ["BASELINE_DATABASE"],
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        kwargs={"autocommit": True},
        open=True,
    )


urlpatterns = [path("hello", hello), path("take", take)]
application = get_wsgi_application()
