"""Whatever is typed, pasted or scanned into a field of parcels, labels, freight or printers gets an answer."""

from collections.abc import Iterator

import pytest

from tests.console import browser
from tests.security.pages import Fields, read_forms
from tests.security.test_mass_assignment import READ_BESIDE, list_buttons
from tests.security.test_permissions import MATRIX, World, undone, world  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

# One file of the settings or one room of the desk, and the pages on which its buttons stand.
ROOMS: dict[str, tuple[str, ...]] = {
    "couriers:": (),
    "freight:": (),
    "printers:": (),
    "robots:": (),
    "orders:station": (),
    "exports:": (),
    "orders:waybill": ("label",),
    "orders:intercept": ("reveal_intercept",),
    "money:": (),
    "orders:invoice": (
        "ask_invoice",
        "issue_invoice",
        "refuse_invoice",
        "reissue_invoice",
        "reverse_invoice",
        "undo_issue",
    ),
    "orders:tracking": ("report_problem", "snooze_tracking", "settle_tracking", "tell_about_parcel"),
    "orders:print": (),
    "orders:bulk": (),
    "orders:ship": (
        "replace_number",
        "photo",
        "undo_parcel",
        "ask_intercept",
        "call_courier",
        "hand_over",
        "turn_back",
        "close_returned",
    ),
    "orders:change": ("postpone", "waive", "cancel_lines"),
}
ODD = {
    "nothing": "",
    "NUL": "75\x0000000000001",
    "control characters": "\x1b[31m\x07\x1d\x02",
    "turned around, full width": "\u202e１２３４５６",
    "Excel's": "7.73E+13",
    "less than nothing": "-1",
    "a huge number": "9" * 30,
    "no number": "NaN",
    "ten thousand": "😀<script>{{7*7}}" * 200,
}
ANSWERED = {200, 204, 302, 303, 400, 403, 404, 409, 410, 413, 422}


def list_odd(name: str, honest: Fields) -> Iterator[tuple[str, str, Fields]]:
    """Each field of a form with each odd value, the others as they should be; and all fields odd at once."""
    fields = sorted({*honest, *READ_BESIDE.get(name, ())})
    for what, value in ODD.items():
        yield "all", what, {field: [value] for field in fields}
        for field in fields:
            yield field, what, honest | {field: [value]}


def is_in(room: str, name: str) -> bool:
    alone = name.removeprefix("orders:")
    return name.startswith(room) or any(part in alone for part in ROOMS[room] if name != alone)


@pytest.mark.parametrize("room", ROOMS)
def test_every_field_answers_every_odd_value(world: World, room: str) -> None:  # noqa: F811
    client, buttons = browser("owner"), [name for name in list_buttons() if is_in(room, name)]
    pages = [name for name, method in MATRIX if method == "GET" and is_in(room, name)]
    shown = read_forms(client, {world.path(name) for name in (*pages, *buttons, "orders:detail")})
    broken: list[str] = []
    for name in buttons:
        for field, what, body in list_odd(name, shown.get(world.path(name), {})):
            with undone():
                try:
                    status = client.post(world.path(name), body).status_code
                except Exception as error:
                    broken.append(f"{name} {field} {what}: {type(error).__name__}: {error}"[:300])
                    continue
            broken += [f"{name} {field} {what}: {status}"] if status not in ANSWERED else []
    assert buttons and "\n".join(broken) == ""
