"""Packing photos in a form: the pictures are sent first, by a script of the page, and the form names them."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders.shipping.models import MAX_PHOTOS
from shop.actor import Actor
from shop.files.models import Picture

MAX_DIGITS = 12


class PhotosField(forms.Field):
    """Ids of pictures; a refused form keeps them."""

    widget = forms.MultipleHiddenInput
    most = MAX_PHOTOS

    def to_python(self, value: Any) -> list[int]:
        texts = value if isinstance(value, list | tuple) else []
        if not all(_is_id(str(text)) for text in texts):
            raise ValidationError(_("A photo is missing. Take or choose it again."))
        return sorted({int(text) for text in texts})

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(_("Take or choose a photo first."), code="required")
        if len(value) > MAX_PHOTOS:
            raise ValidationError(_("A parcel has at most %(most)d photos."), params={"most": MAX_PHOTOS})


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def list_named(value: Any, actor: Actor) -> Collection[Picture]:
    """The pictures that a form names, of those that this person sent."""
    ids = [int(text) for text in value or () if _is_id(str(text))]
    return (
        Picture.objects.filter(pk__in=ids[: 2 * MAX_PHOTOS], staff_id=actor.id).order_by("pk") if ids else ()
    )
