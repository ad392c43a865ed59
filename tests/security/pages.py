"""The forms of console pages as a browser would send them, read from the HTML."""

from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.test import Client

Fields = dict[str, list[str]]

# What a person types into a field, by the last part of its name, whatever stands there.
TYPED = {
    "amount": "12.00",
    "days": "2",
    "display_name": "新同事",
    "goods": "20.00",
    "name": "新名字",
    "on_hand": "7",
    "reason": "数错了",
    "reference": "REF-1",
    "shop_name": "换了招牌",
    "text": "一句备注",
    "tracking_no": "SF1234567890123",
    "username": "new-colleague",
}
TABLE_OF_SKUS = "skus-"


class _FormReader(HTMLParser):
    """Collects action → fields of every posted form; a field outside its form counts by its `form` attribute."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: dict[str, Fields] = {}
        self._by_id: dict[str, Fields] = {}
        self._inside: Fields | None = None
        self._into: list[str] | None = None
        self._select: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._start_form(found)
        elif tag == "option" and self._select is not None and "selected" in found:
            self._select.append(found.get("value", ""))
        elif tag in ("input", "textarea", "select", "button") and "name" in found and "disabled" not in found:
            self._add(tag, found)

    def _start_form(self, found: dict[str, str]) -> None:
        self._inside = {}
        self._by_id[found.get("id", "")] = self._inside
        if found.get("method", "").lower() == "post":
            action = urlsplit(found.get("action", "")).path or self.path
            self.forms.setdefault(action, self._inside)

    def _add(self, tag: str, found: dict[str, str]) -> None:
        fields = self._by_id.get(found["form"]) if "form" in found else self._inside
        kind = found.get("type", "")
        is_off = kind in ("checkbox", "radio") and "checked" not in found
        is_other = tag == "button" and (found["name"] == "more" or (fields and found["name"] in fields))
        if fields is None or is_off or is_other or kind == "file":
            return
        values = fields.setdefault(found["name"], [])
        if tag == "textarea":
            self._into = values
            values.append("")
        elif tag == "select":
            self._select = values
        else:
            values.append(found.get("value", "on" if kind == "checkbox" else ""))

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "textarea":
            self._into = None
        elif tag == "select":
            self._select = None


def read_forms(client: Client, paths: Iterable[str]) -> dict[str, Fields]:
    """Address of a button → what its form sends, filled in, over all these pages."""
    forms: dict[str, Fields] = {}
    for path in paths:
        reader = _FormReader(path)
        reader.feed(client.get(path).content.decode("utf-8", "replace"))
        forms = reader.forms | forms
    return {action: _type_into(fields) for action, fields in forms.items()}


def _type_into(fields: Fields) -> Fields:
    """One piece of every line, and `TYPED` elsewhere; the table of SKUs stays as it was shown."""

    def fill(name: str, values: list[str]) -> list[str]:
        last = name.rpartition("-")[2]
        if name.startswith(TABLE_OF_SKUS):
            return values
        return ["1"] if last.startswith("line_") else [TYPED[last]] if last in TYPED else values

    return {name: fill(name, values) for name, values in fields.items() if name != "csrfmiddlewaretoken"}
