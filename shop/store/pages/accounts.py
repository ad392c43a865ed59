"""The pages of the credentials at WeChat and at Alipay: what is secret goes in and never comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability, require
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.credentials import Account
from shop.store.pages.forms import AccountForm, AlipayAccountForm, WeChatAccountForm
from shop.store.pages.tabs import list_tabs
from shop.store.selectors import get_alipay_account, get_store_settings, get_wechat_account
from shop.store.services import (
    change_alipay_account,
    change_wechat_account,
    check_alipay_account,
    check_wechat_account,
)


@dataclass(frozen=True)
class _Page:
    """The page of one gateway: its address and template, its form, and what stores and tests what is typed there."""

    address: str
    template: str
    form: type[AccountForm]
    find: Callable[[], Account | None]
    change: Callable[..., Account]
    check: Callable[..., None]
    passed: Any


_WECHAT = _Page(
    "store:wechat",
    "store/wechat.html",
    WeChatAccountForm,
    get_wechat_account,
    change_wechat_account,
    check_wechat_account,
    _("WeChat Pay accepted the credentials."),
)
_ALIPAY = _Page(
    "store:alipay",
    "store/alipay.html",
    AlipayAccountForm,
    get_alipay_account,
    change_alipay_account,
    check_alipay_account,
    _("Alipay accepted the credentials."),
)


@staff_page("settings.view", methods=("GET", "POST"), fresh=True)
def wechat_page(request: StaffRequest) -> HttpResponse:
    """Credentials at WeChat; POST saves and needs `settings.edit`."""
    return _answer(request, _WECHAT)


@staff_page("settings.view", methods=("GET", "POST"), fresh=True)
def alipay_page(request: StaffRequest) -> HttpResponse:
    """Credentials at Alipay; POST saves and needs `settings.edit`."""
    return _answer(request, _ALIPAY)


@staff_page("settings.edit", methods=("POST",))
def check_connection(request: StaffRequest) -> HttpResponse:
    """Test the stored credentials with a real call at WeChat Pay."""
    return _check(request, _WECHAT)


@staff_page("settings.edit", methods=("POST",))
def check_alipay(request: StaffRequest) -> HttpResponse:
    """Test the stored credentials with a real call at Alipay."""
    return _check(request, _ALIPAY)


def _answer(request: StaffRequest, page: _Page) -> HttpResponse:
    account = page.find()
    if request.method != "POST":
        return _show(request, page, page.form(account), account)
    require(request.actor, "settings.edit")
    form = page.form(account, request.POST)
    if not form.is_valid():
        return _show(request, page, form, account, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    before = account.version if account else 0
    if page.change(form.cleaned_data, actor=request.actor).version == before:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("The credentials are saved. Now test the connection."))
    return redirect(page.address)


def _show(
    request: StaffRequest,
    page: _Page,
    form: AccountForm,
    account: Account | None,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    may_edit = has_capability(request.actor, "settings.edit")
    if not may_edit:
        form.lock()
    context = {
        "form": form,
        "account": account,
        "store": get_store_settings(),
        "may_edit": may_edit,
        "tabs": list_tabs(request),
        "changes": tell_last(account) if may_edit and account else [],
    }
    return render(request, page.template, context, status=status)


def _check(request: StaffRequest, page: _Page) -> HttpResponse:
    try:
        page.check(actor=request.actor)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, page.passed)
    return redirect(page.address)
