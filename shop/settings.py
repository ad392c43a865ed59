"""Settings come from the environment (twelve-factor); the demo is the only place with defaults for secrets.

`bin/run` and the tests write these variables; docs/deploy.md lists them for production.
"""

import base64
from pathlib import Path
from typing import Any

import django
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from shop.database.postgres import make_options, make_pool
from shop.queues import ROUTES
from shop.storage.origins import list_origins

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = environ.Env()
DEMO = env.bool("DEMO", False)
DEBUG = False


def _secret(name: str) -> str:
    value = str(env.str(name, ""))
    if not value or value.startswith(("change-me", "django-insecure")):
        raise ImproperlyConfigured(f"{name} is missing or still a default: set it to a secret of your own.")
    return value


def _endpoint(name: str) -> str:
    address = str(env.str(name, ""))
    if not address.startswith(("https://", "http://")):
        raise ImproperlyConfigured(f"{name} must be an address like https://s3.example.com.")
    return address


def _data_keys(text: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64`; the first key encrypts, the others only decrypt."""
    pairs = (item.split(":", 1) for item in text.split(","))
    return {key_id.strip(): base64.b64decode(key) for key_id, key in pairs}


SECRET_KEY = _secret("SECRET_KEY")
if not DEMO and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5):
    raise ImproperlyConfigured("SECRET_KEY is too weak: give it at least 50 random characters.")
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
DATA_KEYS = _data_keys(_secret("DATA_KEYS"))
SEARCH_KEY = base64.b64decode(_secret("SEARCH_KEY"))
# Set while the search key is being changed: lookups try both until `manage.py rotate_keys` is through.
SEARCH_KEY_OLD = base64.b64decode(env.str("SEARCH_KEY_OLD", ""))
if any(len(key) != 32 for key in (*DATA_KEYS.values(), SEARCH_KEY, *filter(None, [SEARCH_KEY_OLD]))):
    raise ImproperlyConfigured("DATA_KEYS, SEARCH_KEY and SEARCH_KEY_OLD must each hold 32 bytes in base64.")

DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
WECHAT_PAY_URL = env.str("WECHAT_PAY_URL", "https://api.mch.weixin.qq.com").rstrip("/")
ALIPAY_URL = env.str("ALIPAY_URL", "https://openapi.alipay.com/gateway.do")
WECHAT_MINI_URL = env.str("WECHAT_MINI_URL", "https://api.weixin.qq.com").rstrip("/")
WECHAT_OPEN_URL = env.str("WECHAT_OPEN_URL", "https://open.weixin.qq.com").rstrip("/")
# The vendors' own pages and demos disagree about some of these paths.
KDNIAO_URL = env.str("KDNIAO_URL", "https://api.kdniao.com").rstrip("/")
KDNIAO_WAYBILL_PATH = env.str("KDNIAO_WAYBILL_PATH", "/api/EOrderService")
KDNIAO_QUERY_PATH = env.str("KDNIAO_QUERY_PATH", "/Ebusiness/EbusinessOrderHandle.aspx")
KDNIAO_COLLECT_PATH = env.str("KDNIAO_COLLECT_PATH", "/api/OOrderService")
KDNIAO_COLLECT_KINDS = (env.str("KDNIAO_COLLECT_TYPE", "1001"), env.str("KDNIAO_CALL_OFF_TYPE", "1004"))
KDNIAO_SUBSCRIBE_PATH = env.str("KDNIAO_SUBSCRIBE_PATH", "/api/dist")
KDNIAO_TRACK_KINDS = (env.str("KDNIAO_ASK_TYPE", "1002"), env.str("KDNIAO_SUBSCRIBE_TYPE", "1008"))
# What the plan of 快递鸟 holds for a day.
TRACKING_DAILY_QUERIES = env.int("TRACKING_DAILY_QUERIES", 30_000)
KUAIDI100_URL = env.str("KUAIDI100_URL", "https://api.kuaidi100.com").rstrip("/")
KUAIDI100_POLL_URL = env.str("KUAIDI100_POLL_URL", "https://poll.kuaidi100.com").rstrip("/")
KUAIDI100_WAYBILL_PATH = env.str("KUAIDI100_WAYBILL_PATH", "/label/order")
KUAIDI100_VOID_PATH = env.str("KUAIDI100_VOID_PATH", "/label/order")
FEIE_URL = env.str("FEIE_URL", "https://api.feieyun.cn").rstrip("/")
YILIANYUN_URL = env.str("YILIANYUN_URL", "https://open-api.10ss.net/v2").rstrip("/")
WECOM_ROBOT_URL = env.str("WECOM_ROBOT_URL", "https://qyapi.weixin.qq.com").rstrip("/")
DINGTALK_ROBOT_URL = env.str("DINGTALK_ROBOT_URL", "https://oapi.dingtalk.com").rstrip("/")
FEISHU_ROBOT_URL = env.str("FEISHU_ROBOT_URL", "https://open.feishu.cn").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "axes",
    "csp",
    "shop.events",
    "shop.http",
    "shop.files",
    "shop.callbacks",
    "shop.store",
    "shop.staff",
    "shop.jobs",
    "shop.freight",
    "shop.customers",
    "shop.catalog",
    "shop.couriers",
    "shop.printers",
    "orders",
    "orders.payments",
    "orders.shipping",
    "orders.waybills",
    "orders.collections",
    "orders.tracking",
    "orders.packing",
    "orders.invoices",
    "orders.exports",
    "orders.bills",
    "orders.printing",
    "orders.notices",
    "orders.wechat_report",
    "orders.desk",
    "pickup",
    "pickup.cash",
    "pickup.uncollected",
    "aftersales",
    "aftersales.terms",
    "notifications",
    # The image has no such folders.
    *(["shop.demo", "seeding"] if DEMO else []),
    "shop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shop.http.request_log.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # What follows is for people at a browser: requests of programs turn off here.
    "shop.http.shortcut.ProgramShortcut",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "shop.staff.middleware.StaffMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shop.http.middleware.console_middleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "shop.urls"
WEBSOCKET_URLCONF = "notifications.socket.routing"
ASGI_APPLICATION = "shop.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates", Path(django.__file__).parent / "forms/jinja2"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "shop.jinja.make_environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "shop.http.csrf.one_token",
                "shop.frame.console",
            ],
        },
    },
]
FORM_RENDERER = "shop.console.rendering.Renderer"
# A name that a template was not given, a fact that no table names: an error where it is tested, and nobody is
# stopped by it where people work.
STRICT = env.bool("STRICT", False)

# Seconds for one statement; 0, as for commands that people run, means without end.
DATABASE_PATIENCE_S = env.float("DATABASE_PATIENCE_S", 8.0)
DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{DATA_DIR}/shop.sqlite3")}
if env.str("REPLICA_URL", ""):
    DATABASES["replica"] = env.db("REPLICA_URL")
    DATABASE_ROUTERS = ["shop.database.replica.ReplicaRouter"]
for _database in DATABASES.values():
    if _database["ENGINE"].endswith("sqlite3"):
        _database["OPTIONS"] = {
            # IMMEDIATE takes the write lock at BEGIN: with DEFERRED, upgrades fail at once as "database is locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
        }
    else:
        # Under ASGI, persistent connections pile up one per thread; the pool bounds them.
        _database["CONN_MAX_AGE"] = 0
        # After a restart of PostgreSQL the pool still holds dead connections: each is checked when taken out.
        _database["CONN_HEALTH_CHECKS"] = True
        _database["OPTIONS"] = {
            **make_options(DATABASE_PATIENCE_S),
            "pool": make_pool(env.int("DATABASE_POOL", 8), DATABASE_PATIENCE_S),
            "connect_timeout": 3,
            # Only what runs inside `shop.database.prepared.prepared()`; behind PgBouncer before 1.21 it must be off.
            "prepare_threshold": 2 if env.bool("DATABASE_PREPARE", True) else None,
        }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
_CORE_LAYER = "channels_redis.core.RedisChannelLayer"
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    # channels_redis blocks 5 s in BZPOPMIN, the same as redis-py's default socket timeout: without `None`
    # every idle socket would close after 5 s.
    "default": {
        "BACKEND": _CORE_LAYER,
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "capacity": 2000},
    },
    # The deliverer pushes hints; a hung Redis must not hold it up.
    "push": {
        "BACKEND": _CORE_LAYER,
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": 0.5, "socket_connect_timeout": 0.3}],
            "capacity": 2000,
        },
    },
}
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "shop.http.cache.FailOpenRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
    }
}

# Orders of one buyer that wait to be paid; each holds stock back from others.
MAX_UNPAID_ORDERS = env.int("MAX_UNPAID_ORDERS", 20)

CELERY_BROKER_URL = REDIS_URL.replace("unix:", "redis+socket:")
CELERY_TASK_ROUTES = ROUTES
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "socket_timeout": 3,
    "socket_connect_timeout": 1,
}
# Enqueuing is itself a delivery that is retried, so it must fail fast instead of waiting inside.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Asia/Shanghai"

AUTH_USER_MODEL = "staff.StaffUser"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "staff:login"
LOGIN_REDIRECT_URL = "desk:home"
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Behind a proxy everybody would share the proxy's; and of IPv6 addresses anybody has as many as they like.
AXES_CLIENT_IP_CALLABLE = "shop.staff.signing_in.known_devices.read_door"
AXES_LOCKOUT_CALLABLE = "shop.staff.pages.signing_in.locked_out"
AXES_DISABLE_ACCESS_LOG = True
# A refused try is kept with what was sent: passwords under any of these names are not.
AXES_SENSITIVE_PARAMETERS = [
    "old_password",
    "new_password1",
    "new_password2",
    "proof_password",
    "proof_carried",
]
AXES_VERBOSE = False
SESSION_ENGINE = "shop.staff.signing_in.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
# The demo serves straight from the sources; production collects them first.
STATIC_ROOT = None if DEMO else env.str("STATIC_ROOT", str(BASE_DIR / "static-built"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEMO
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
# What customers sent, beside the folder that a proxy may serve.
PRIVATE_ROOT = DATA_DIR / "private"
# Files of the shop lie in these folders, or with S3_BUCKET in a bucket that several machines share.
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "shop.storage.local.LocalFolder", "OPTIONS": {"setting": "MEDIA_ROOT"}},
    "private": {"BACKEND": "shop.storage.local.LocalFolder", "OPTIONS": {"setting": "PRIVATE_ROOT"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "shop.storage.static.HashedFiles"
    },
}
S3_BUCKET = env.str("S3_BUCKET", "")
LINK_ORIGINS: list[str] = []
if S3_BUCKET:
    S3_ENDPOINT = _endpoint("S3_ENDPOINT")
    S3_LINK_ENDPOINT = _endpoint("S3_LINK_ENDPOINT") if env.str("S3_LINK_ENDPOINT", "") else S3_ENDPOINT
    _bucket = {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT,
        "link_endpoint": S3_LINK_ENDPOINT,
        "access_key": _secret("S3_KEY"),
        "secret_key": _secret("S3_SECRET"),
        "region_name": env.str("S3_REGION", "us-east-1"),
        "addressing_style": env.str("S3_ADDRESSING", "path"),
    }
    for _store, _folder in (("default", "media"), ("private", "private")):
        STORAGES[_store] = {
            "BACKEND": "shop.storage.s3.Bucket",
            "OPTIONS": {**_bucket, "location": _folder},
        }
    LINK_ORIGINS = list_origins(S3_LINK_ENDPOINT, S3_BUCKET)
# Every store of the shop's files, by the name of its folder in a backup.
FILE_STORES = {"media": "default", "private": "private"}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *LINK_ORIGINS],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if not DEMO:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
CSRF_FAILURE_VIEW = "shop.http.pages.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["shop.customers.authentication.CustomerTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["shop.http.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "shop.http.api.rendering.api_exception_handler",
    # Proxies of our own before us: what a client writes into X-Forwarded-For beyond them is not believed.
    "NUM_PROXIES": env.int("NUM_PROXIES", 0),
    "DEFAULT_THROTTLE_CLASSES": ["shop.http.api.throttle.BucketThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "login": "600/min" if DEMO else "30/min",
        "password": "600/min" if DEMO else "20/min",
        "place": "600/min" if DEMO else "60/min",
        "pay": "600/min" if DEMO else "20/min",
        "cancel": "600/min" if DEMO else "20/min",
        "upload": "600/min" if DEMO else "30/min",
    },
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shop mini-program API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ActionsEnum": "orders.desk.api.buyer.BuyerAction",
        "AftersaleAction": "aftersales.api.serializers.BuyerVerb",
        "AftersaleKind": "aftersales.choices.Kind",
        "DisputeAbout": "aftersales.choices.About",
        "DisputeState": "aftersales.choices.DisputeState",
        "CancelReason": "orders.stages.BuyerReason",
        "Journey": "orders.tracking.models.Journey",
        "ParcelPlace": "orders.desk.api.parcels.ParcelPlace",
        "ParcelPurpose": "orders.shipping.models.Purpose",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "shop.logs.JsonLines"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line" if DEMO else "json"},
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        # Whatever LOG_LEVEL is: its debugging lines hold addresses with the keys of robots and tokens in them.
        "urllib3": {"level": "INFO"},
        # These bring handlers of their own, which write other lines than ours.
        "django": {"handlers": [], "level": "INFO"},
        "uvicorn": {"handlers": [], "propagate": True},
        # It holds whole addresses, with what was searched for.
        **({} if DEMO else {"uvicorn.access": {"handlers": [], "propagate": False}}),
    },
}
# W021: whether the merchant's domain goes into the browsers' preload list is for the merchant to say.
SILENCED_SYSTEM_CHECKS = ["security.W004"] if DEMO else ["security.W021"]
