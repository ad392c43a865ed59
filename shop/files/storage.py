"""Where pictures lie: the shop's own in a folder that a proxy may serve, what customers sent in another."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, default_storage

from shop.files.models import Picture


def storage_of(picture: Picture) -> Storage:
    return FileSystemStorage(settings.PRIVATE_ROOT) if picture.is_private else default_storage
