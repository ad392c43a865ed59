"""A button as data: which verb, which form, and what the dialog says beforehand."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpResponse

from shop.actor import Actor
from shop.errors import Refused
from shop.events.models import Versioned
from shop.http.dialogs import Dialog
from shop.moves.services import list_available
from shop.moves.table import MOVES
from shop.staff.actions.forms import ActionForm

S = TypeVar("S", bound=Versioned)


@dataclass(frozen=True)
class ActionPage(Generic[S]):
    """The page of one subject, on which its buttons stand.

    `get(actor, **arguments)` reads it by the arguments of its address and raises Refused `not_found`; `render(request,
    subject, bound=…, dialog=…, status=…)` draws it, with a form of the page itself that was refused, or a dialog open.
    """

    get: Callable[..., S]
    render: Callable[..., HttpResponse]
    url: Callable[[S], str]
    action_url: Callable[[S, str], str]


@dataclass(frozen=True)
class Action:
    """One button. `words` say what will happen, `undo` whether it can be taken back, `done` that it is done.

    `title`, `submit` and `done` are the verb's own words unless they are given. `in_menu` puts it into the menu of the
    page, `anchor` says where on the page its form stands instead. `is_final` makes its button one that must be held and
    says that there is no way back, `is_grave` one to think about; `is_fresh` asks for the password again; `is_first`
    stands out on its page. `answer(request, subject, result)` is what is shown afterwards instead of the page.

    `back(subject)` is the address of the verb that takes back what was just done to the subject, "" where none does:
    the toast that says so has a button for it. The form of such an action returns the subject. `back_asks`: that verb
    has to be told something; `back_needs`: the capability of who may do it, where that is another one.
    """

    verb: str
    form: type[ActionForm]
    title: Any = ""
    submit: Any = ""
    words: Any = ""
    undo: Any = ""
    done: Any = ""
    in_menu: bool = True
    is_final: bool = False
    is_grave: bool = False
    is_fresh: bool = False
    is_first: bool = False
    anchor: str = ""
    template: str = "components/_action.html"
    answer: Callable[..., HttpResponse] | None = None
    back: Callable[[Any], str] = lambda _subject: ""
    back_asks: bool = False
    back_needs: str = ""

    @property
    def name(self) -> str:
        return self.form.name

    @property
    def icon_name(self) -> str:
        return MOVES[self.verb].icon_name

    @property
    def capability(self) -> str:
        return MOVES[self.verb].capability

    @property
    def button(self) -> Any:
        """What stands on the button that opens it."""
        return MOVES[self.verb].pressed

    @property
    def heading(self) -> Any:
        return self.title or MOVES[self.verb].pressed

    @property
    def pressed(self) -> Any:
        """What stands on the button that does it."""
        return self.submit or MOVES[self.verb].pressed

    def make_dialog(self, page: ActionPage[S], subject: S, form: ActionForm) -> Dialog:
        """The question that it asks; `form` may be one that was refused and keeps what was typed."""
        return Dialog(
            template=self.template,
            name=form.name,
            title=self.heading,
            url=page.action_url(subject, self.name),
            form=form,
            subject=self,
        )


@dataclass(frozen=True)
class Offer:
    """An action as one subject's page shows it: a button, or the reason why it is not possible."""

    action: Action
    url: str
    refused: str = ""


def list_offers(
    actions: Iterable[Action],
    subject: S,
    actor: Actor,
    *,
    action_url: Callable[[S, str], str],
    is_silent: Callable[[Refused], bool] = lambda _refused: False,
) -> dict[str, Offer]:
    """What can be pressed on this subject, by name; refusals that `is_silent` names are not worth a line."""
    available, offers = list_available(subject, actor), {}
    for action in actions:
        found = available.get(action.verb)
        if found is None or (found.refused and is_silent(found.refused)):
            continue
        refused = found.refused or action.form.find_obstacle(subject, actor)
        offers[action.name] = Offer(action, action_url(subject, action.name), str(refused or ""))
    return offers
