"""The invariants of the whole database, declared beside the data they are about; `manage.py check_books` runs them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Check = Callable[[], Iterator[str]]


@dataclass(frozen=True)
class Book:
    """One invariant: `find` yields a sentence per row that breaks it."""

    code: str
    title: str
    find: Check


BOOKS: list[Book] = []


def book(code: str, title: str) -> Callable[[Check], Check]:
    """Declare an invariant in an app's `books.py`."""

    def register(function: Check) -> Check:
        BOOKS.append(Book(code, title, function))
        return function

    return register
