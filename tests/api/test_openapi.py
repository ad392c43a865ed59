"""GET /openapi.json, GET /docs/"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import URLResolver, get_resolver
from drf_spectacular.validation import validate_schema

from shop.http.api.schema import CODES
from tests.api.conftest import Buyer, order_body

SIGNED_OUT = {
    "/api/v1/stores",
    "/api/v1/stores/{id}/slots",
    "/api/v1/shop",
    "/api/v1/regions",
    "/api/v1/auth/login",
    "/api/v1/products",
    "/api/v1/products/{id}",
}


def list_routes(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from list_routes(pattern, route)
        else:
            yield route


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, verb, op) for path, verbs in schema["paths"].items() for verb, op in verbs.items()]


def test_it_is_json_of_openapi_3_1_with_the_table_of_codes() -> None:
    answer = Client().get("/api/v1/openapi.json", headers={"Accept": "text/html"})
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["openapi"] == "3.1.0"
    assert all(f"`{code}`" in answer.json()["info"]["description"] for code in CODES)


def test_it_is_valid_and_made_without_a_warning(tmp_path: Any, schema: dict[str, Any]) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))
    validate_schema(schema)


def test_every_address_is_in_it(schema: dict[str, Any]) -> None:
    found = {route for route in list_routes(get_resolver(), "/") if route.startswith("/api/v1/")}
    routes = {route.replace("<str:", "{").replace(">", "}") for route in found}
    assert routes - set(schema["paths"]) == {"/api/v1/openapi.json", "/api/v1/docs/"}


def test_only_what_is_public_needs_no_token(schema: dict[str, Any]) -> None:
    without = {path for path, _verb, op in operations(schema) if op["security"] == [{}]}
    assert without == SIGNED_OUT
    assert schema["components"]["securitySchemes"]["buyerToken"]["scheme"] == "bearer"


def test_every_operation_documents_its_errors_in_the_one_shape(schema: dict[str, Any]) -> None:
    for path, verb, operation in operations(schema):
        answers = operation["responses"]
        assert "503" in answers, (path, verb)
        assert ("401" in answers) == (path not in SIGNED_OUT)
        assert ("400" in answers) or "requestBody" not in operation
        assert ("404" in answers) or "{" not in path
        for status, answer in answers.items():
            if status >= "400":
                assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorOut")


def test_inputs_refuse_unknown_fields(schema: dict[str, Any]) -> None:
    for _path, _verb, operation in operations(schema):
        if body := operation.get("requestBody"):
            [content] = body["content"].values()
            name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
            found = schema["components"]["schemas"][name] if name else content["schema"]
            assert found["additionalProperties"] is False


def test_placing_requires_the_idempotency_key(schema: dict[str, Any]) -> None:
    parameters = schema["paths"]["/api/v1/orders"]["post"]["parameters"]
    assert [(p["name"], p["in"], p["required"]) for p in parameters] == [("Idempotency-Key", "header", True)]


def test_answers_have_exactly_the_documented_fields(buyer: Buyer, schema: dict[str, Any]) -> None:
    order = buyer.post("/orders", order_body(), key="k1").json()
    answers = {
        "OrderOut": order,
        "OrderRowOut": buyer.get("/orders").json()["results"][0],
        "CountsOut": buyer.get("/orders/counts").json(),
        "TimelineEntryOut": buyer.get(f"/orders/{order['number']}/timeline").json()["results"][0],
        "ShopOut": buyer.get("/shop").json(),
        "ProductOut": buyer.get("/products").json()["results"][0],
        "CustomerOut": buyer.get("/me").json(),
    }
    for name, answer in answers.items():
        assert set(answer) == set(schema["components"]["schemas"][name]["properties"]), name


def test_the_docs_page_asks_nobody_else(db: None) -> None:
    page = Client().get("/api/v1/docs/")
    assert page.status_code == 200
    assert b"http://" not in page.content
    assert b"https://" not in page.content
    assert "validatorUrl: null" in (settings.BASE_DIR / "static/js/api-docs.js").read_text()


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/", "/api/v1/orders/1/2/3", "/api/v1/orders/"])
def test_an_address_that_is_not_there_is_json_404(path: str, db: None) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_it_is_put_together_once_and_known_by_its_tag(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/api/v1/openapi.json", headers={"accept-language": "en"})
    monkeypatch.setattr("drf_spectacular.views.SpectacularJSONAPIView.get", None)
    again = client.get("/api/v1/openapi.json", headers={"accept-language": "zh-hans"})
    assert (first.status_code, again.content) == (200, first.content)
    tag = {"if-none-match": first["ETag"]}
    assert client.get("/api/v1/openapi.json", headers=tag).status_code == 304
