"""Pages of the freight templates: the list, and one template with its rows."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.access import has_capability
from shop.console.timeline import tell_last
from shop.errors import Refused
from shop.freight.choices import Counts
from shop.freight.forms import ElsewhereForm, RuleFormSet, TemplateForm, describe_rule
from shop.freight.models import FreightTemplate
from shop.freight.names import list_regions
from shop.freight.selectors import list_templates
from shop.freight.services import (
    MAX_RULES,
    Terms,
    add_template,
    change_template,
    delete_template,
    make_default,
)
from shop.freight.telling import spell_place, spell_price
from shop.http.api.fields import read_id, read_version
from shop.http.dialogs import Dialog
from shop.staff.actions.forms import bare_form
from shop.staff.actions.rows import Action, ActionPage, Offer, list_offers
from shop.staff.decorators import StaffRequest, staff_page
from shop.store.pages.tabs import list_tabs

LIST = "freight:list"
RULES, ELSEWHERE = "rules", "elsewhere"


@staff_page("settings.view")
def template_list(request: StaffRequest) -> HttpResponse:
    """Every template with its rows in words."""
    context = {
        "templates": [(template, _spell(template)) for template in list_templates()],
        "may_edit": has_capability(request.actor, "settings.edit"),
        "tabs": list_tabs(request),
    }
    return render(request, "freight/list.html", context)


def _spell(template: FreightTemplate) -> list[tuple[str, str]]:
    rules = template.rules.all()
    return [(spell_place(rule, rules), spell_price(rule, template.counts)) for rule in rules]


@dataclass
class _Forms:
    """Everything that one answer of a template's page shows."""

    template: FreightTemplate | None
    form: TemplateForm
    rules: Any
    elsewhere: ElsewhereForm
    error: str = ""

    def is_valid(self) -> bool:
        # All are asked, so that one answer names every mistake.
        return all([self.form.is_valid(), self.rules.is_valid(), self.elsewhere.is_valid()])

    @property
    def rows(self) -> list[Any]:
        return [*self.rules.filled(), self.elsewhere]

    @property
    def terms(self) -> Terms:
        return Terms(**self.form.cleaned_data, rules=[row.rule for row in self.rows])

    def show_refusal(self, refused: Refused) -> None:
        """Put the sentence beside the field or the row that it speaks of."""
        if refused.code == "name_taken":
            self.form.add_error("name", str(refused))
        elif refused.code == "bad_rules" and refused.extra["row"] < len(self.rows) - 1:
            self.rows[refused.extra["row"]].add_error("regions", str(refused))
        else:
            self.error = str(refused)


@staff_page("settings.edit", methods=("GET", "POST"), fresh=True)
def add(request: StaffRequest) -> HttpResponse:
    """An empty form with one row for regions; POST adds the template."""
    if request.method == "POST":
        return _save(request, None)
    rules = RuleFormSet(prefix=RULES, initial=[{}])
    return _show(
        request, _Forms(None, TemplateForm(initial={"counts": Counts.PIECE}), rules, _first_elsewhere())
    )


def _first_elsewhere() -> ElsewhereForm:
    return ElsewhereForm(prefix=ELSEWHERE, initial={"first_units": "1", "next_units": "1"})


@staff_page("settings.edit", methods=("GET", "POST"), fresh=True)
def edit(request: StaffRequest, template_id: int) -> HttpResponse:
    """A template as it is; POST saves what was changed."""
    template = get_object_or_404(FreightTemplate, pk=template_id)
    if request.method == "POST":
        return _save(request, template)
    return _show(request, _open(template))


def _open(template: FreightTemplate) -> _Forms:
    form = TemplateForm(initial={"name": template.name, "counts": template.counts})
    rules = [*template.rules.order_by("position")]
    rows = [describe_rule(rule, template.counts) for rule in rules]
    return _Forms(
        template,
        form,
        RuleFormSet(prefix=RULES, initial=rows[:-1]),
        ElsewhereForm(prefix=ELSEWHERE, initial=rows[-1]) if rows else _first_elsewhere(),
    )


def _save(request: StaffRequest, template: FreightTemplate | None) -> HttpResponse:
    if "more" in request.POST:
        return _show(request, _add_row(request, template))
    forms = _read(request, template)
    if forms.is_valid() and _apply(request, forms):
        messages.success(request, _("The freight template is saved."))
        return redirect(LIST)
    return _show(request, forms, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _read(request: StaffRequest, template: FreightTemplate | None) -> _Forms:
    counts = request.POST.get("counts", "")
    return _Forms(
        template,
        TemplateForm(request.POST),
        RuleFormSet(request.POST, prefix=RULES, form_kwargs={"counts": counts}),
        ElsewhereForm(request.POST, prefix=ELSEWHERE, counts=counts),
    )


def _add_row(request: StaffRequest, template: FreightTemplate | None) -> _Forms:
    """The same form, unchecked, with one more row: how it works without a script."""
    data = request.POST
    count = min(max(read_id(data.get(f"{RULES}-TOTAL_FORMS", "")), 0), MAX_RULES - 2)
    names = (*RuleFormSet.form.base_fields, "DELETE")
    rows = [{name: data.get(f"{RULES}-{at}-{name}", "") for name in names} for at in range(count)]
    elsewhere = {name: data.get(f"{ELSEWHERE}-{name}", "") for name in ElsewhereForm.base_fields}
    return _Forms(
        template,
        TemplateForm(initial={name: data.get(name, "") for name in TemplateForm.base_fields}),
        RuleFormSet(prefix=RULES, initial=[*rows, {}]),
        ElsewhereForm(prefix=ELSEWHERE, initial=elsewhere),
    )


def _apply(request: StaffRequest, forms: _Forms) -> bool:
    try:
        if forms.template is None:
            add_template(forms.terms, actor=request.actor)
        else:
            seen = read_version(request.POST)
            change_template(forms.template.pk, forms.terms, actor=request.actor, expected_version=seen)
    except Refused as refused:
        forms.show_refusal(refused)
        return False
    return True


def _show(
    request: StaffRequest, forms: _Forms, *, dialog: Dialog | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    template = forms.template
    context = {
        "template": template,
        "version": request.POST.get("version") or (template.version if template else ""),
        "forms": forms,
        "places": list_regions(),
        "tabs": list_tabs(request, inside=LIST),
        "may_edit": True,
        "dialog": dialog,
        "offers": _list_offers(request, template) if template else {},
        "changes": tell_last(template) if template else [],
    }
    return render(request, "freight/edit.html", context, status=status)


def _list_offers(request: StaffRequest, template: FreightTemplate) -> dict[str, Offer]:
    return list_offers(
        (MAKE_DEFAULT, DELETE),
        template,
        request.actor,
        action_url=_find_action_url,
        is_silent=lambda refused: refused.code == "is_default",
    )


def _show_template(
    request: StaffRequest,
    template: FreightTemplate,
    *,
    dialog: Dialog | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    return _show(request, _open(template), dialog=dialog, status=status)


def _find_action_url(template: FreightTemplate, name: str) -> str:
    return reverse(f"freight:{name}", args=[template.pk])


def _say_deleted(request: StaffRequest, _template: FreightTemplate, _result: None) -> HttpResponse:
    messages.success(request, _("The freight template is deleted."))
    return redirect(LIST)


TEMPLATE_PAGE = ActionPage(
    get=lambda _actor, template_id: get_object_or_404(FreightTemplate, pk=template_id),
    render=_show_template,
    url=lambda template: reverse("freight:template", args=[template.pk]),
    action_url=_find_action_url,
)
MAKE_DEFAULT = Action(
    "freight_template.make_default",
    bare_form("make_default", make_default),
    words=_("New orders of all products that name no template are priced by this one."),
    done=_("This is the default template now."),
    is_first=True,
)
DELETE = Action(
    "freight_template.delete",
    bare_form("delete", delete_template),
    title=_("Delete this template"),
    submit=_("Delete this template"),
    words=_("Orders that exist keep their freight."),
    is_grave=True,
    answer=_say_deleted,
)
