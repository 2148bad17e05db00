"""The door of the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from accounts.checks import refuse_unsafe_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")

application = get_wsgi_application()
refuse_unsafe_role()
# What is loaded by now stays: collections need not look through it in the middle of an
# answer.
gc.freeze()
