"""Settings common to every environment. Nothing here reads os.environ: see `env.py`."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import structlog
from django.utils.translation import gettext_lazy as _

from smartcommunity.kernel import logs
from smartcommunity.settings.env import BASE_DIR, env

# Field[int, int] and the like also at run time.
django_stubs_ext.monkeypatch()

SECRET_KEY = env("SECRET_KEY")
DEBUG = False
DEMO_MODE = env("DEMO_MODE")
ALLOWED_HOSTS = env("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env("CSRF_TRUSTED_ORIGINS")
STATE_DIR = Path(env("SC_STATE_DIR"))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "treebeard",
    "guardian",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "pgtrigger",
    "csp",
    "django_htmx",
    "template_partials",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "smartcommunity.kernel",
    "smartcommunity.fence",
    "accounts",
    "datasharing",
    "residents",
    "devices",
    "security",
    "services",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "smartcommunity.kernel.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.ViewerMiddleware",
    "accounts.middleware.InitialPasswordMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "smartcommunity.kernel.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "smartcommunity.urls"
ASGI_APPLICATION = "smartcommunity.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.shell",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["ENGINE"] = "smartcommunity.kernel.postgresql"  # tells whose scope it is
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
DATABASE_APP_ROLE = env("DATABASE_APP_ROLE")  # whom `migrate` gives the application's privileges
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env("SC_MEDIA_ROOT") or STATE_DIR / "media")
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
REQUEST_MAX_BYTES = 48 * 1024 * 1024  # four photographs of 10 MB and their form

# Field encryption: `FIELD_KEYS` is "id:base64,id:base64"; the first encrypts, all decrypt.
FIELD_KEYS = {
    key_id: base64.b64decode(value)
    for key_id, _sep, value in (entry.partition(":") for entry in env("FIELD_KEYS"))
}
BLIND_INDEX_KEY = base64.b64decode(env("BLIND_INDEX_KEY"))
FIELD_CIPHER = env("FIELD_CIPHER")

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
REQUIRE_SECOND_FACTOR = env("REQUIRE_SECOND_FACTOR")
OTP_TOTP_ISSUER = "智慧平安小区"
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
# 5 failures lock a user name from one address for 30 minutes (GB/T 22239 8.1.4.1).
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "accounts.views.sign_in.locked_out"
AXES_RESET_ON_SUCCESS = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
# Not in a cookie, which is readable: a message may name somebody.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "smartcommunity.kernel.error_pages.csrf_failure"

# --- web --------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "smartcommunity.kernel.static_files.HashedStaticFiles"},
}
WHITENOISE_MANIFEST_STRICT = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.StaffOnly"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "smartcommunity.kernel.pagination.ApiPagination",
    "EXCEPTION_HANDLER": "smartcommunity.kernel.api.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "智慧平安小区 API",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- wake-ups, devices, faces -----------------------------------------------------------------
REDIS_URL = env("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A killed worker's tasks come back after this; the sweep finds their work long before.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "retry_on_timeout": True,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "devices.tasks.send_commands": {"queue": "default"},  # a door never waits behind telemetry
    "devices.tasks.*": {"queue": "events"},
    "security.tasks.match_frames": {"queue": "faces"},
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "sweep-raw-messages": {"task": "devices.tasks.sweep", "schedule": timedelta(seconds=5)},
    "sweep-commands": {"task": "devices.tasks.sweep_commands", "schedule": timedelta(seconds=5)},
    "sweep-frames": {"task": "security.tasks.sweep_frames", "schedule": timedelta(seconds=5)},
    "expire-watch-entries": {
        "task": "security.tasks.expire_watch_entries",
        "schedule": timedelta(minutes=1),
    },
    "erase-departed": {
        "task": "security.tasks.erase_departed",
        "schedule": timedelta(minutes=10),
    },
    "sweep-offices": {"task": "accounts.tasks.sweep", "schedule": timedelta(minutes=5)},
    "sweep-sheets": {"task": "residents.tasks.sweep_sheets", "schedule": timedelta(seconds=5)},
    "expire-sheets": {
        "task": "residents.tasks.expire_sheets",
        "schedule": timedelta(minutes=10),
    },
    "prune-live-events": {
        "task": "smartcommunity.kernel.tasks.prune_live_events",
        "schedule": timedelta(minutes=10),
    },
}
MQTT_URL = env("MQTT_URL")
MQTT_BROKER_LOG = env("MQTT_BROKER_LOG")
BROKER_DIR = env("SC_BROKER_DIR")
FRAME_MAX_BYTES = env("FRAME_MAX_BYTES")
FACE_ENGINE = env("FACE_ENGINE")
# Decree 809: an owner department answers a request for its data in ten working days, for what is
# shared unconditionally in one. So many days before its end a grant is shown as expiring.
GRANT_REPLY_WORKING_DAYS = env("GRANT_REPLY_WORKING_DAYS")
# Statistics say nothing about fewer cases than this.
STATISTICS_THRESHOLD = env("STATISTICS_THRESHOLD")
# How many masked values one officer shows himself in an hour: reading in bulk is stopped, and seen.
REVEALS_AN_HOUR = env("REVEALS_AN_HOUR")
# 紧急查阅: how long it runs unless another time is chosen, and at most; how many an officer opens
# in 24 hours; how soon a second person has reviewed it.
EMERGENCY_MINUTES = env("EMERGENCY_MINUTES")
EMERGENCY_LONGEST_MINUTES = env("EMERGENCY_LONGEST_MINUTES")
EMERGENCIES_A_DAY = env("EMERGENCIES_A_DAY")
EMERGENCY_REVIEW_DAYS = env("EMERGENCY_REVIEW_DAYS")
GRANT_UNCONDITIONAL_REPLY_WORKING_DAYS = env("GRANT_UNCONDITIONAL_REPLY_WORKING_DAYS")
GRANT_EXPIRING_DAYS = env("GRANT_EXPIRING_DAYS")
# Holidays and make-up days beyond what the library knows; smartcommunity/kernel/workdays.py.
WORKDAYS_FILE = env("WORKDAYS_FILE")
# A proposed permission change that nobody approves falls after so many days.
PERMISSION_CHANGE_DAYS = env("PERMISSION_CHANGE_DAYS")
# Statistics of areas where the reader does not work: smaller counts than this are withheld.
STATISTICS_MIN_COUNT = env("STATISTICS_MIN_COUNT")
# Tables that come in: refused above these, before anything is unpacked or written.
IMPORT_MAX_BYTES = env("IMPORT_MAX_BYTES")
IMPORT_MAX_UNPACKED_BYTES = env("IMPORT_MAX_UNPACKED_BYTES")
IMPORT_MAX_ROWS = env("IMPORT_MAX_ROWS")
IMPORT_MAX_COMPRESSION = 100  # times; forms filled in by people stay below 20
IMPORT_MAX_ENTRIES = 200  # parts of a workbook
IMPORT_MAX_SHEETS = 20
IMPORT_MAX_COLUMNS = 200
IMPORT_MAX_BLANK_ROWS = 5000
IMPORT_MAX_CELL = 2000  # characters
IMPORT_KEEP = timedelta(days=7)  # an import that nobody finished
IMPORT_BATCH_ROWS = 500  # rows a transaction
EXPORT_ROWS_A_DAY = env("EXPORT_ROWS_A_DAY")  # an officer
EXPORT_KEEP = timedelta(hours=24)

# --- logs: structured, never personal data ----------------------------------------------------
LOG_LEVEL = env("LOG_LEVEL")
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *logs.COMMON,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_task_errors": {"()": logs.WithoutTaskErrors}},
    "formatters": {
        name: {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": renderer,
            "foreign_pre_chain": logs.COMMON,
        }
        for name, renderer in {
            "json": structlog.processors.JSONRenderer(ensure_ascii=False),
            "console": structlog.dev.ConsoleRenderer(colors=False),
        }.items()
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["without_task_errors"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # The default configuration of Django would also print errors in its own way.
    "loggers": {
        "axes": {"level": "WARNING"},
        "django": {"handlers": [], "level": "NOTSET"},
        "django.request": {"level": "ERROR"},
    },
}
