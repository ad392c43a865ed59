"""Requests are carried through middleware and view without going back to the event loop between them."""

from asgiref.sync import iscoroutinefunction
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler

from shop.http.handler import OneThreadHandler


def is_asynchronous(handler: BaseHandler) -> bool:
    return iscoroutinefunction(handler._middleware_chain)  # type: ignore[attr-defined]  # Django's own


def test_middleware_and_view_are_one_synchronous_chain() -> None:
    assert not is_asynchronous(OneThreadHandler())


def test_what_django_makes_of_the_same_middleware_is_not() -> None:
    assert is_asynchronous(ASGIHandler())
