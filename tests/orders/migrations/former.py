"""Rows as version 1 sealed them: bound to their table and column only, with the shop's key alone."""

from django.db.models import Model

from shop.crypto import EncryptedTextField, Sealed
from shop.crypto.sealing import seal_as_before
from shop.rotation import list_encrypted_models


def seal_all_as_before() -> None:
    for model in list_encrypted_models():
        for row in model._base_manager.all():
            _seal(row)


def _seal(row: Model) -> None:
    fields = [field for field in row._meta.concrete_fields if isinstance(field, EncryptedTextField)]
    values = {field: getattr(row, field.attname) for field in fields}
    sealed = {f.attname: Sealed(seal_as_before(text, context=f.context)) for f, text in values.items() if text}
    type(row)._base_manager.filter(pk=row.pk).update(**sealed)
