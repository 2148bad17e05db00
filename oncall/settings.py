"""All settings, from the environment, complete or refused at start."""

from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from oncall import configuration
from oncall.configuration import env

BASE_DIR = Path(__file__).resolve().parent.parent
# Lets forms and managers name their models at run time, as they do for mypy.
django_stubs_ext.monkeypatch()

configuration.required("SECRET_KEY", "DATABASE_URL", "REDIS_URL")

# The installation
SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
EMBEDDED = env.bool("EMBEDDED", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
INSTANCE_ID = env.str("INSTANCE_ID", default="")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
APP_DOMAIN = env.str("APP_DOMAIN", default="oncall.example")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])
if not SITE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured("SITE_URL must begin with http:// or https://")
SECURE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "oncall.apps.OnCallConfig",
    "integrations",
    "incidents",
    "accounts",
    "oncall.apps.OperatorsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "heroicons",
]
MIDDLEWARE = [
    "oncall.bare.BareMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "integrations.api.middleware.ApiMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ScopeMiddleware",
]
ROOT_URLCONF = "oncall.urls"
WSGI_APPLICATION = "oncall.wsgi.application"
# What Django 6 does by itself; the setting goes with it.
FORMS_URLFIELD_ASSUME_HTTPS = True
FORM_RENDERER = "oncall.renderers.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context.account",
                "incidents.context.incidents",
            ],
            "builtins": ["oncall.templatetags.ui"],
        },
    }
]
# A path with or without its slash is the same door; an API answers no redirect.
APPEND_SLASH = False

# Storage
DATABASES = {"default": configuration.database("DATABASE_URL")}
if env.str("DATABASE_OWNER_URL", default=""):
    DATABASES["owner"] = configuration.database("DATABASE_OWNER_URL")
if env.bool("DATABASE_POOL", default=False):
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 2, "max_size": 12, "timeout": 10},
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": configuration.redis(REDIS_URL, 1),
    }
}

# Background work: a tick each second, and hints. The rows are the truth.
CELERY_BROKER_URL = configuration.broker(configuration.redis(REDIS_URL, 0))
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "tick": configuration.every(1, "incidents.tick"),
    "audit": configuration.every(30, "incidents.audit"),
    "webhooks": configuration.every(1, "integrations.send_webhooks"),
    "chats": configuration.every(1, "integrations.send_chats"),
    "chat requests": configuration.every(1, "integrations.answer_chats"),
    "chat sweeps": configuration.every(30, "integrations.sweep_chats"),
    "slack work": configuration.every(10, "integrations.work_slack"),
    "webhook sweeps": configuration.every(30, "integrations.sweep_webhooks"),
    # What is over has been over for days, so it matters little when exactly.
    "token sweeps": configuration.every(3600, "integrations.sweep_tokens"),
}
# What is told outside has queues of its own: paging never waits for it, nor do
# webhooks for chats.
CELERY_TASK_ROUTES = {
    "incidents.relay": {"queue": "outbox"},
    **{
        f"integrations.{name}": {"queue": "chat"}
        for name in ("send_chats", "answer_chats", "sweep_chats", "work_slack")
    },
    "integrations.*": {"queue": "outbox"},
}

# Signing in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = env.str("ACCOUNT_EMAIL_VERIFICATION", default="optional")
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {"login": "accounts.forms.signing_up.LoginForm"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "oncall.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
)
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        # Only for CSS variables that carry data positions, such as shift widths.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "https:", "data:"],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Partners and apps. The models are swapped from the first migration on, because
# a token belongs to one account.
OAUTH2_PROVIDER_APPLICATION_MODEL = "integrations.App"
OAUTH2_PROVIDER_GRANT_MODEL = "integrations.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "integrations.AccessToken"  # noqa: S105
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "integrations.RefreshToken"  # noqa: S105
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "integrations.IDToken"  # noqa: S105
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "integrations.oauth.vocabulary.Vocabulary",
    # What is asked for of an app, and for how long, `integrations.oauth` decides.
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # Only digests of tokens are kept.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
}
# The keys that sign who signed in; the first one signs, all of them are published.
OIDC_KEYS = configuration.oidc_keys("OIDC_KEYS")
# Where this installation is, as apps name it before the account's subdomain.
REGION = env.str("REGION", default="us")
# Requests of the REST API a minute: of one credential altogether, and of it for each of
# some that cost more.
API_LIMITS = {
    "requests": 960,
    "POST incidents": 300,
    "PUT incidents": 300,
    "GET oncalls": 300,
}
API_LIMITS |= env.dict("API_LIMITS", {"value": int}, {})

# How many seconds a provider of messages has for its answer, before another is asked.
PROVIDER_TIMEOUT = env.float("PROVIDER_TIMEOUT", default=8.0)

# Mail; without EMAIL_URL every message goes to the local outbox, which only the
# embedded default shows.
EMAIL_URL = env.str("EMAIL_URL", default="")
# Or a provider's own interface, which also says what became of a mail. Its keys are
# ANYMAIL_POSTMARK_SERVER_TOKEN and so on, as django-anymail names them.
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", default="")
EMAIL_PROVIDERS = {
    "amazon_ses",
    "brevo",
    "mailersend",
    "mailgun",
    "mailjet",
    "mailtrap",
    "postal",
    "postmark",
    "resend",
    "sendgrid",
    "sparkpost",
}
ANYMAIL: dict[str, Any] = {}
if not (EMBEDDED or EMAIL_PROVIDER):
    configuration.required("EMAIL_URL")
if EMAIL_PROVIDER:
    if EMAIL_PROVIDER not in EMAIL_PROVIDERS:
        raise ImproperlyConfigured(f"EMAIL_PROVIDER cannot be {EMAIL_PROVIDER}.")
    # Without it anybody could switch people's addresses off.
    configuration.required("EMAIL_WEBHOOK_SECRET")
    if ":" not in env.str("EMAIL_WEBHOOK_SECRET"):
        raise ImproperlyConfigured("EMAIL_WEBHOOK_SECRET must be name:password.")
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
    ANYMAIL = {
        name.removeprefix("ANYMAIL_"): value
        for name, value in env.ENVIRON.items()
        if name.startswith("ANYMAIL_")
    } | {
        "WEBHOOK_SECRET": env.str("EMAIL_WEBHOOK_SECRET"),
        "REQUESTS_TIMEOUT": (3, PROVIDER_TIMEOUT),
        # What a provider lacks, such as metadata, must not keep a page back.
        "IGNORE_UNSUPPORTED_FEATURES": True,
    }
elif EMAIL_URL:
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "integrations.outbox.EmailBackend"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="OnCall <oncall@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Texts and calls; without credentials they go to the local outbox too.
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM = env.str("TWILIO_FROM", default="")
TWILIO_API_BASE = env.str("TWILIO_API_BASE", default="")
configuration.whole(
    "Twilio",
    TWILIO_ACCOUNT_SID=TWILIO_ACCOUNT_SID,
    TWILIO_AUTH_TOKEN=TWILIO_AUTH_TOKEN,
    TWILIO_FROM=TWILIO_FROM,
)

# Pushes to browsers: our key, and whom the push services may turn to.
VAPID_PRIVATE_KEY = configuration.vapid_key("VAPID_PRIVATE_KEY")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="") or (
    f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}"
)
# Hosts of our own network that users may name as receivers all the same.
ALLOWED_PRIVATE_HOSTS = [
    h.lower() for h in env.list("ALLOWED_PRIVATE_HOSTS", default=[])
]

# Slack: what its app's page says. Without it nobody is offered Slack.
SLACK_CLIENT_ID = env.str("SLACK_CLIENT_ID", default="")
SLACK_CLIENT_SECRET = env.str("SLACK_CLIENT_SECRET", default="")
SLACK_SIGNING_SECRET = env.str("SLACK_SIGNING_SECRET", default="")
configuration.whole(
    "Slack",
    SLACK_CLIENT_ID=SLACK_CLIENT_ID,
    SLACK_CLIENT_SECRET=SLACK_CLIENT_SECRET,
    SLACK_SIGNING_SECRET=SLACK_SIGNING_SECRET,
)
# For installations without a public address: Slack's Socket Mode, "xapp-…".
SLACK_APP_TOKEN = env.str("SLACK_APP_TOKEN", default="")
SLACK_API_BASE = env.str("SLACK_API_BASE", default="https://slack.com").rstrip("/")
TELEGRAM_API_BASE = env.str("TELEGRAM_API_BASE", default="https://api.telegram.org")

# How long the log of webhooks is kept.
WEBHOOK_LOG_DAYS = env.int("WEBHOOK_LOG_DAYS", default=14)

# A second provider of texts and calls: any gateway that speaks docs/gateway.md.
SMS_HTTP_URL = env.str("SMS_HTTP_URL", default="")
VOICE_HTTP_URL = env.str("VOICE_HTTP_URL", default="")
PHONE_HTTP_TOKEN = env.str("PHONE_HTTP_TOKEN", default="")
PHONE_HTTP_SECRET = env.str("PHONE_HTTP_SECRET", default="")
PHONE_HTTP_FROM = env.str("PHONE_HTTP_FROM", default="")
if SMS_HTTP_URL or VOICE_HTTP_URL:
    # Without them anybody could send through it, or call back in its name.
    configuration.required("PHONE_HTTP_TOKEN", "PHONE_HTTP_SECRET")
# Who is asked first; the other takes over when the first fails.
PHONE_PROVIDERS = {"twilio", "gateway"}
SMS_PROVIDERS = env.list("SMS_PROVIDERS", default=["twilio", "gateway"])
VOICE_PROVIDERS = env.list("VOICE_PROVIDERS", default=["twilio", "gateway"])
if _strange := {*SMS_PROVIDERS, *VOICE_PROVIDERS} - PHONE_PROVIDERS:
    raise ImproperlyConfigured(f"No provider of texts and calls: {', '.join(_strange)}")
RING_SECONDS = env.int("RING_SECONDS", default=30)
# How many codes and tests an hour: to one number, for one person, one account, and
# to one country from the whole installation. Pages never meet these.
CODE_QUOTAS = {"number": 5, "person": 15, "account": 60, "country": 600}
CODE_QUOTAS |= env.dict("CODE_QUOTAS", {"value": int}, {})
TEST_QUOTAS = {"number": 10, "person": 30, "account": 120, "country": 600}
TEST_QUOTAS |= env.dict("TEST_QUOTAS", {"value": int}, {})

# Words, time, files
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = EMBEDDED or DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if env.bool("STATIC_MANIFEST", default=False)
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        name: {"level": "WARNING"}
        for name in (
            # Each logs a line for each tick.
            *("celery.app.trace", "celery.worker.strategy", "celery.beat"),
            # It names whole addresses, which are secrets where chats are.
            "urllib3",
        )
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
PHONENUMBER_DB_FORMAT = "E164"
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "integrations.api.documentation.schema.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OnCall REST API",
    "VERSION": "2",
    "DESCRIPTION": "What PagerDuty's clients call, on a host of your own.",
    "SERVERS": [{"url": "/api"}],
    "SCHEMA_PATH_PREFIX": "",
    "POSTPROCESSING_HOOKS": ["integrations.api.documentation.generation.complete"],
}
