"""The shop's settings with dummy secrets; DATABASE_URL and REDIS_URL choose the servers."""

import atexit
import os
import shutil
import tempfile

from harness.environment import set_test_environment

set_test_environment()
_data_dir = tempfile.mkdtemp(prefix="shop-test-data-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["DATA_DIR"] = _data_dir

from shop.database.postgres import make_pool  # noqa: E402 - as the settings
from shop.settings import *  # noqa: E402, F403 - the settings read the environment set above

# Runs beside this one share its Redis database, and must not hear each other's hints or fill each other's throttles.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
CACHES["default"]["KEY_PREFIX"] = _worker  # noqa: F405
for _layer in CHANNEL_LAYERS.values():  # noqa: F405
    _layer["CONFIG"]["prefix"] = _worker

# Each test client makes the middleware anew, and looking through all static files would take most of its time.
WHITENOISE_USE_FINDERS = False

# Argon2 takes 0.2 s on purpose; only its own tests need it.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]

# A test that waits for processes may do so inside a transaction of its own, for longer than a shop ever should.
for _database in DATABASES.values():  # noqa: F405
    if _database["OPTIONS"].pop("options", ""):
        _database["OPTIONS"]["pool"] = make_pool(8, 0)
