"""The stand-ins' keys are made once for the whole run; everything else is each test's own."""

from tests.clients.conftest import data_dir, key_dir

__all__ = ["data_dir", "key_dir"]
