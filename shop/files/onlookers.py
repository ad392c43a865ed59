"""Whether a member of staff may see a private picture: whoever sees some orders only sees what hangs on these."""

from collections.abc import Callable

from shop.actor import Actor
from shop.files.models import Picture

Shows = Callable[[Picture, Actor], bool]
_SHOWN_BY: list[Shows] = []


def shows_picture(shows: Shows) -> Shows:
    """Decorator: whether the picture hangs on something of the app that is in the actor's scope."""
    _SHOWN_BY.append(shows)
    return shows


def may_see_picture(picture: Picture, actor: Actor) -> bool:
    """Whether one who sees orders may see this picture; their own always."""
    if not actor.store_ids or picture.staff_id == actor.id:
        return True
    return any(shows(picture, actor) for shows in _SHOWN_BY)
