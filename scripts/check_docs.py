"""Fail when a generated page of docs/ no longer says what the code says."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.environment import set_test_environment

set_test_environment()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

import django  # noqa: E402 - settings read the environment set above
from django.core.management import call_command  # noqa: E402

django.setup()
call_command("wiring", check=True)
