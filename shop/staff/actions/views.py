"""What a button does: GET shows its dialog, POST calls the verb."""

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability
from shop.errors import Refused
from shop.http.dialogs import Dialog, show_dialog, show_obstacle
from shop.http.middleware import read_next, read_opener
from shop.http.toasts import Button, say_done
from shop.moves.services import check_move
from shop.moves.table import MOVES
from shop.staff.actions.forms import ActionForm
from shop.staff.actions.rows import Action, ActionPage, S
from shop.staff.decorators import StaffRequest, staff_page
from shop.staff.signing_in import second
from shop.staff.signing_in.reauthentication import ask_to_reauthenticate, is_answer

_NOT_HERE = ("forbidden", "not_found")


def make_action_view(page: ActionPage[S], action: Action) -> Any:
    """The view of one action. A refusal shows the page with the dialog open, with the sentence and what was typed."""

    @staff_page(action.capability, methods=("GET", "POST"), fresh=action.is_fresh)
    def act(request: StaffRequest, /, **address: Any) -> HttpResponse:
        subject = page.get(request.actor, **address)
        press = _Press(page, action, request, address)
        if request.method != "POST":
            return press.ask(subject)
        if is_answer(request) and (question := ask_to_reauthenticate(request)):
            return question
        if second.is_answer(request) and (question := second.take_second(request)):
            return question
        form = press.make_form(subject, request.POST)
        if not form.is_valid():
            return press.show_invalid(subject, form)
        if form.needs_reauthentication() and (question := ask_to_reauthenticate(request)):
            return question
        try:
            result = form.run(request.actor, form.cleaned_data.get("version"))
        except Refused as refused:
            return press.show_refused(refused)
        return press.go_on(subject, form, result)

    act.action = action
    return act


def action_paths(page: ActionPage[S], actions: Iterable[Action], prefix: str) -> list[URLPattern]:
    """The addresses of a page's buttons below `prefix`: each is named as its form."""
    return [
        path(f"{prefix}{action.name.replace('_', '-')}/", make_action_view(page, action), name=action.name)
        for action in actions
    ]


class _Press:
    """One request to a button: its page, and the arguments of its address."""

    def __init__(
        self, page: ActionPage[Any], action: Action, request: StaffRequest, address: dict[str, Any]
    ) -> None:
        self.page, self.action, self.request, self.address = page, action, request, address

    def make_form(self, subject: Any, data: Any = None) -> ActionForm:
        return self.action.form(data, subject=subject, actor=self.request.actor)

    def type_again(self, subject: Any) -> ActionForm:
        """What was typed, for the subject as it is now: its reader is told what stood against it."""
        typed = self.request.POST.copy()
        typed["version"] = str(subject.version)
        form = self.make_form(subject, typed)
        form.is_valid()
        return form

    def draw(self, subject: Any, **more: Any) -> HttpResponse:
        return self.page.render(self.request, subject, **more)

    def ask(self, subject: Any) -> HttpResponse:
        """The dialog; where the action is not possible any more, the reason is said instead."""
        if obstacle := self.find_obstacle(subject):
            return show_obstacle(self.request, obstacle, lambda: self.draw(subject))
        form = self.make_form(subject)
        if self.action.anchor:
            return self.draw(subject, bound=form)
        dialog = self.make_dialog(subject, form)
        return show_dialog(self.request, dialog, lambda dialog: self.draw(subject, dialog=dialog))

    def find_obstacle(self, subject: Any) -> str:
        try:
            check_move(subject, MOVES[self.action.verb], self.request.actor)
        except Refused as refused:
            return str(refused)
        return str(self.action.form.find_obstacle(subject, self.request.actor))

    def show_invalid(self, subject: Any, form: ActionForm) -> HttpResponse:
        if "version" in form.errors:
            messages.error(self.request, str(_("This form is damaged. Look again, then repeat.")))
            form = self.type_again(subject)
        if obstacle := self.find_obstacle(subject):
            messages.warning(self.request, obstacle)
            return self.draw(subject, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.show_again(subject, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def show_again(self, subject: Any, form: ActionForm, *, status: int) -> HttpResponse:
        """The page with a form that was refused, open and as it was typed."""
        if self.action.anchor:
            return self.draw(subject, bound=form, status=status)
        dialog = replace(self.make_dialog(subject, form), is_open=True)
        return self.draw(subject, dialog=dialog, status=status)

    def make_dialog(self, subject: Any, form: ActionForm) -> Dialog:
        """The question; where it was asked from a list, its answer leads back there."""
        dialog = self.action.make_dialog(self.page, subject, form)
        return replace(dialog, back=read_opener(self.request))

    def show_refused(self, refused: Refused) -> HttpResponse:
        """The subject as it is now, with the form as it was typed and the sentence of the refusal."""
        if refused.code == second.REQUIRED:
            return second.show_second(self.request, refused)
        if refused.code in _NOT_HERE:
            raise refused
        subject = self.page.get(self.request.actor, **self.address)
        form = self.type_again(subject)
        if form.asks and not self.find_obstacle(subject):
            form.show_refusal(refused)
            return self.show_again(subject, form, status=refused.status)
        messages.error(self.request, str(refused))
        return self.draw(subject, status=refused.status)

    def go_on(self, subject: Any, form: ActionForm, result: Any) -> HttpResponse:
        """Back to where the button was: the list it stood in, else the subject's page."""
        if self.action.answer:
            return self.action.answer(self.request, subject, result)
        done = self.action.done or MOVES[form.done_verb or self.action.verb].done
        say_done(self.request, done, self.find_undo(result))
        page = self.page.url(subject) + self.action.anchor
        return HttpResponseRedirect(read_next(self.request, otherwise=page))

    def find_undo(self, result: Any) -> Button | None:
        """What takes back what was done, and leads back to the same place; the version is that of the subject now."""
        action = self.action
        is_theirs = not action.back_needs or has_capability(self.request.actor, action.back_needs)
        if not is_theirs or not (url := action.back(result)):
            return None
        if action.back_asks:
            return Button(url, asks=True)
        return Button(url, {"version": str(result.version), "next": read_next(self.request)})
