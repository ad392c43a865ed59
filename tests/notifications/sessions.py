"""Sessions made without the login form."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from shop.staff.models import StaffUser
from shop.staff.signing_in.reauthentication import keep_reauthentication


def make_session(user: StaffUser) -> str:
    """Sign this member of staff in and return what belongs into the session cookie."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    keep_reauthentication(session)
    session.create()
    return str(session.session_key)
