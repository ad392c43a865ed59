"""The form behind a button."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms

from shop.actor import Actor
from shop.console.fields import VersionField
from shop.errors import Refused


class ActionForm(forms.Form):
    """What a verb asks for, about one subject. `version` is the subject's version when the form was shown; one that
    never grows too old says `version = None`.

    `act` is called with the subject's id and `read()`. `done_verb` is set by `run` where more came of it than the verb
    that was asked for; `amount_fen` is what the dialog shows in large, because it moves: `amount_is` says what it is,
    `amount_parts` by which way each part of it goes, and what of a greater sum is not in it.
    """

    name: str
    act: ClassVar[Callable[..., object]]
    done_verb = ""
    amount_fen: int | None = None
    amount_is: Any = ""
    amount_parts: tuple[Any, ...] = ()
    version: VersionField | None = VersionField()

    def __init__(self, data: Any = None, *, subject: Any, actor: Actor) -> None:
        super().__init__(data, auto_id=f"{self.name}_%s")
        self.subject, self.actor = subject, actor
        self.set_up()
        self.initial["version"] = subject.version

    @classmethod
    def find_obstacle(cls, subject: Any, actor: Actor) -> Any:
        """The sentence that says why this is of no use now, where the verb's guards do not say it."""
        return ""

    def set_up(self) -> None:
        """Fill in what depends on the subject."""

    def needs_reauthentication(self) -> bool:
        """Whether what was typed makes money by a word, so that the password is asked for again."""
        return False

    def read(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def run(self, actor: Actor, expected_version: int | None) -> Any:
        """Call the verb. Raises Refused as it does."""
        return type(self).act(self.subject.pk, **self.read(), actor=actor, expected_version=expected_version)

    def show_refusal(self, refused: Refused) -> None:
        """Say why the verb refused, beside the field it speaks of if there is one."""
        self.add_error(None, str(refused))

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.visible_fields())


def bare_form(name: str, act: Callable[..., object]) -> type[ActionForm]:
    """The form of a button that asks for nothing."""
    return type(name, (ActionForm,), {"name": name, "act": act})
