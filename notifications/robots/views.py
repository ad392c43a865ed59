"""Pages of the robots: all of them, a new one, and one with its test and what it said."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.models import AlertKind
from notifications.moves import ROBOTS
from notifications.robots.choices import RobotKind
from notifications.robots.forms import RobotForm
from notifications.robots.models import Robot
from notifications.robots.selectors import find_robot, list_last, list_robots
from notifications.robots.services.setting_up import (
    add_robot,
    change_robot,
    drop_robot,
    remove_robot,
    take_robot,
)
from notifications.robots.services.testing import send_test
from shop.access import has_capability, require
from shop.actor import Actor
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.http.api.fields import read_version
from shop.http.dialogs import Dialog
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.pages.tabs import list_tabs

HOME = "robots:overview"
DROP = Action(
    "robot.drop",
    bare_form("switch_off", drop_robot),
    words=_("It says nothing any more. What you entered here stays stored."),
    done=_("The robot is switched off."),
)
TAKE = Action(
    "robot.take",
    bare_form("switch_on", take_robot),
    words=_("It speaks of alerts that come from now on."),
    done=_("The robot is switched on."),
)
REMOVE = Action(
    "robot.remove",
    bare_form("remove", remove_robot),
    words=_("Its address and secret are forgotten. The record keeps that it was there."),
    done=_("The robot is removed."),
    is_grave=True,
    is_final=True,
    answer=lambda _request, _robot, _result: redirect(HOME),
)
ACTIONS = (DROP, TAKE, REMOVE)


@staff_page("settings.view")
def overview(request: StaffRequest) -> HttpResponse:
    """The robots, and the kinds of which one can be added."""
    robots = [(robot, _name_kinds(robot)) for robot in list_robots()]
    context = {"robots": robots, "kinds": list(RobotKind)}
    return render(request, "notifications/robots/overview.html", context | frame(request))


def _name_kinds(robot: Robot) -> list[Any]:
    return [kind.label for kind in AlertKind if kind in robot.alert_kinds]


def frame(request: StaffRequest) -> dict[str, Any]:
    """What every page of these settings shows around it."""
    may_edit = has_capability(request.actor, "settings.edit")
    return {"tabs": list_tabs(request, inside="voice:settings"), "may_edit": may_edit}


@staff_page("settings.edit", methods=("GET", "POST"), fresh=True)
def add(request: StaffRequest, robot_kind: str) -> HttpResponse:
    """A new robot of this kind; POST makes it."""
    if robot_kind not in RobotKind.values:
        raise Http404(str(ROBOTS.missing))
    robot = Robot(kind=robot_kind)
    if request.method != "POST":
        return _render(request, robot, RobotForm(robot))
    form = RobotForm(robot, request.POST)
    if form.is_valid():
        try:
            robot = add_robot(robot_kind, form.read(), actor=request.actor)
        except Refused as refused:
            form.show_refusal(refused)
        else:
            messages.success(request, _("The robot is saved. Now send a test."))
            return redirect("robots:robot", robot.pk)
    return _render(request, robot, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@staff_page("settings.view", methods=("GET", "POST"), fresh=True)
def robot(request: StaffRequest, robot_id: int) -> HttpResponse:
    """One robot; POST saves it and needs `settings.edit`."""
    subject = get_robot(request.actor, robot_id)
    if request.method != "POST":
        return _show(request, subject)
    require(request.actor, "settings.edit")
    form, seen = RobotForm(subject, request.POST), read_version(request.POST)
    if not form.is_valid():
        subject.version = seen  # Nobody has been told what others changed since.
    elif _save(request, form, subject, seen):
        return redirect("robots:robot", subject.pk)
    return _show(request, subject, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def get_robot(_actor: Actor, robot_id: int) -> Robot:
    """One that was not removed. Raises Refused `not_found` (404)."""
    subject = find_robot(robot_id)
    if subject is None:
        raise Refused("not_found", ROBOTS.missing, 404)
    return subject


def _save(request: StaffRequest, form: RobotForm, subject: Robot, seen: int) -> bool:
    try:
        saved = change_robot(subject.pk, form.read(), actor=request.actor, expected_version=seen)
    except Refused as refused:
        form.show_refusal(refused)
        return False
    if saved.version == subject.version:
        messages.info(request, _("Nothing was changed."))
    elif saved.tested_at:
        messages.success(request, _("The robot is saved."))
    else:
        messages.success(request, _("The robot is saved. Now send a test."))
    return True


def _show(
    request: StaffRequest,
    subject: Robot,
    *,
    form: RobotForm | None = None,
    bound: object = None,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    more = {
        "offers": list_offers(
            ACTIONS, subject, request.actor, action_url=_find_action_url, is_silent=lambda _refused: True
        ),
        "dialog": dialog,
        "changes": tell_last(subject),
        "notes": [(note, AlertKind(note.alert.kind).label) for note in list_last(subject)],
    }
    return _render(request, subject, form or RobotForm(subject), status=status, **more)


def _render(
    request: StaffRequest, subject: Robot, form: RobotForm, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    context = {"form": form, "robot": subject, **more} | frame(request)
    return render(request, "notifications/robots/robot.html", context, status=status)


def _find_action_url(subject: Robot, name: str) -> str:
    return reverse(f"robots:{name}", args=[subject.pk])


PAGE = ActionPage(
    get=get_robot,
    render=_show,
    url=lambda subject: reverse("robots:robot", args=[subject.pk]),
    action_url=_find_action_url,
)


@staff_page("settings.edit", methods=("POST",))
def check(request: StaffRequest, robot_id: int) -> HttpResponse:
    """Say a few words in the group, and show what came back."""
    try:
        send_test(robot_id, actor=request.actor)
    except Refused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            raise
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The robot has taken the test. Look whether it stands in the group."))
    return redirect("robots:robot", robot_id)
