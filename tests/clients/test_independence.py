"""The clients know neither Django nor the settings, and the stand-ins know nothing of the clients."""

import ast
from pathlib import Path

import shop.clients
import shop.demo.standins


def imported_modules(folder: Path) -> set[str]:
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
    return names


def begins_with(names: set[str], *prefixes: str) -> set[str]:
    return {name for name in names if name.startswith(prefixes)}


def test_clients_import_no_django_and_nothing_else_of_the_shop() -> None:
    names = imported_modules(Path(shop.clients.__path__[0]))

    assert (
        begins_with(
            names, "django", "rest_framework", "celery", "orders", "pickup", "aftersales", "notifications"
        )
        == set()
    )
    assert {name for name in begins_with(names, "shop") if not name.startswith("shop.clients")} == set()


def test_stand_ins_share_no_code_with_the_clients() -> None:
    names = imported_modules(Path(shop.demo.standins.__path__[0]))

    assert begins_with(names, "shop.clients", "wechatpayv3", "alipay", "django") == set()
