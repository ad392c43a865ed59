"""Static files in production: compressed, and named by what is in them, so that a browser keeps each for ever."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """What a script imports is called by its hashed name too: the names that a page gives its browser beforehand."""

    support_js_module_import_aggregation = True
    # Of our own scripts: an extension of htmx, which nobody loads, imports by a name that is no file.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )
