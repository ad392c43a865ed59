"""The QR code of a link as a picture: PNG for screens and messages, SVG for paper."""

from io import BytesIO

import qrcode
from qrcode.image.base import BaseImage
from qrcode.image.svg import SvgPathImage

_MODULE_PX = 10


def draw_png(text: str) -> bytes:
    return _draw(text, None)


def draw_svg(text: str) -> bytes:
    return _draw(text, SvgPathImage)


def _draw(text: str, factory: type[BaseImage] | None) -> bytes:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=_MODULE_PX)
    code.add_data(text)
    stream = BytesIO()
    code.make_image(image_factory=factory).save(stream)
    return stream.getvalue()
