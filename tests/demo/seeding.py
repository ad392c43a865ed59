"""Running the seeding in a test, without the seconds that drawing the pictures takes."""

from io import BytesIO
from pathlib import Path
from unittest.mock import patch

from django.core.management import call_command
from django.test import override_settings
from PIL import Image

from shop import clock
from shop.demo.goods import PRODUCTS


def copy_keys(key_dir: Path, directory: Path) -> Path:
    """A data directory whose stand-ins have the run's keys."""
    standins = directory / "standins"
    standins.mkdir()
    for path in key_dir.iterdir():
        (standins / path.name).write_bytes(path.read_bytes())
    return directory


def seed(data_dir: Path, **options: int) -> None:
    """`manage.py seed_demo` into the test's database and this directory."""
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "#c23b2a").save(buffer, "JPEG")
    pictures = {product.code: buffer.getvalue() for product in PRODUCTS}
    with (
        override_settings(DATA_DIR=data_dir, MEDIA_ROOT=data_dir / "media"),
        patch("seeding.living.draw_pictures", return_value=pictures),
        clock.at(clock.now()),
    ):
        call_command("seed_demo", **options)
