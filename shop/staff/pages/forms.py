"""Signing in, hiring, changing people, and one's own password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shop.access import ROLE_LABELS
from shop.actor import Actor
from shop.console.fields import YuanField, text
from shop.errors import Refused
from shop.http.api.fields import NO_CONTROL
from shop.staff.models import StaffUser
from shop.staff.selectors import find_staff
from shop.staff.services import AT_STORES, LIMITS, may_give
from shop.staff.signing_in.reauthentication import check_own_password
from shop.store.pickup_stores.selectors import list_stores

MAX_LIMIT_FEN = 1_000_000_00


class SignInForm(AuthenticationForm):
    """Refuses user names that are too long to be one: the lockout would fail to write them down."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].validators.append(MaxLengthValidator(self.username_field.max_length or 40))


class PersonFields(forms.Form):
    """Name, role, limits and stores."""

    display_name = text(_("Name"), max_length=60, validators=[NO_CONTROL])
    role = forms.ChoiceField(label=_("Role"))
    refund_limit_fen = YuanField(
        label=_("Refund limit (yuan)"),
        max_fen=MAX_LIMIT_FEN,
        required=False,
        help_text=_(
            "The most for one order. Empty: no limit. It counts for roles that may cancel or refund."
        ),
    )

    money_limit_fen = YuanField(
        label=_("Money limit (yuan)"),
        max_fen=MAX_LIMIT_FEN,
        required=False,
        help_text=_("The most for one top-up, one recorded transfer or one lowered price. Empty: no limit."),
    )

    store_ids = forms.TypedMultipleChoiceField(
        label=_("Works at these stores only"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They see the pickup orders of these stores and no others. None: every order."),
    )

    def offer_stores(self) -> None:
        """Let somebody be bound to a store where there is one."""
        choices = [(store.pk, store.name) for store in list_stores()]
        if choices:
            self.fields["store_ids"].choices = choices  # type: ignore[attr-defined]  # as declared above
        else:
            del self.fields["store_ids"]

    def offer_roles(self, actor: Actor, *, present: str = "") -> None:
        """Let the actor choose from the roles they may give; of a store clerk there must be a store."""
        self.offer_stores()
        has_stores = "store_ids" in self.fields
        limits = {name: getattr(actor, name) for name in LIMITS}
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # a ChoiceField, as declared above
            (role, label)
            for role, label in ROLE_LABELS.items()
            if may_give(actor, role, **limits) and (role not in AT_STORES or has_stores or role == present)
        ]

    def show_refusal(self, refused: Refused) -> None:
        """Put the sentence beside the field it speaks of."""
        fields = {
            "username_taken": "username",
            "last_owner": "role",
            "more_rights": "refund_limit_fen",
            "stores_needed": "store_ids",
            "sees_every_store": "store_ids",
        }
        name = fields.get(refused.code)
        self.add_error(name if name in self.fields else None, str(refused))


class HireForm(PersonFields):
    """Everything a new colleague needs; the password is made by the shop."""

    username = text(
        _("User name"),
        max_length=40,
        min_length=2,
        validators=[
            RegexValidator(r"\A[\w.@+-]+\Z", _("Use letters, digits and . @ + - _ only, without spaces."))
        ],
        help_text=_("What they type to sign in; it cannot be changed later."),
        attrs={"autocapitalize": "none", "spellcheck": "false"},
    )
    field_order = ("display_name", "username", "role", "refund_limit_fen", "money_limit_fen", "store_ids")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_roles(actor)
        self.fields["display_name"].widget.attrs["autofocus"] = True
        self.fields["role"].initial = "order_clerk"


class PeopleFilterForm(forms.Form):
    """What the list of staff is narrowed to; the address is its state."""

    name = text(_("Part of a name or user name"), max_length=60, required=False, attrs={"type": "search"})
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("Every role")), *ROLE_LABELS.items()]
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)
        self.fields["name"].widget.attrs["placeholder"] = str(self.fields["name"].label)
        self.fields["role"].widget.attrs["data-autosubmit"] = True

    def find(self) -> "QuerySet[StaffUser]":
        """Whom it asks for; nobody by a name that cannot be one, instead of everybody."""
        self.is_valid()
        if "name" in self.errors:
            return StaffUser.objects.none()
        return find_staff(words=self.cleaned_data["name"], role=self.cleaned_data.get("role", ""))


class WeakBesideTheFirst:
    """A new password typed twice: what is wrong with it stands beside the first, that they differ beside the second."""

    def validate_password_for_user(self, user: Any, _field: str = "") -> None:
        super().validate_password_for_user(user, "new_password1")  # type: ignore[misc]  # of Django's form


class OwnPasswordForm(WeakBesideTheFirst, PasswordChangeForm):
    """The present password, and the new one twice."""

    def __init__(self, request: Any, data: Any = None) -> None:
        super().__init__(request.user, data)
        self.request = request
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        _word(self)

    def clean_old_password(self) -> str:
        """Checked as at sign-in, so that guessing here is locked out too."""
        password: str = self.cleaned_data["old_password"]
        try:
            is_right = check_own_password(self.request, password)
        except Refused as refused:
            raise ValidationError(str(refused)) from refused
        if not is_right:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


class FirstPasswordForm(WeakBesideTheFirst, SetPasswordForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The new password twice, by somebody who has just signed in with one that a colleague knows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self)


def _word(form: forms.BaseForm) -> None:
    """Our own words instead of a list of rules."""
    labels = {
        "old_password": _("Present password"),
        "new_password1": _("New password"),
        "new_password2": _("New password again"),
    }
    for name, field in form.fields.items():
        field.label, field.help_text = labels[name], ""
    form.fields["new_password1"].help_text = _("At least 10 characters, and not one of the common ones.")
