#!/usr/bin/env python
"""Django's command line for the shop."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    if "deliver" not in sys.argv[1:2]:
        # Commands that people run may ask what takes minutes.
        os.environ.setdefault("DATABASE_PATIENCE_S", "0")
    execute_from_command_line(sys.argv)
