"""The move table: every verb with its legal steps, guards and actors. All buttons and checks read it."""

from orders.states.counter import COUNTER
from orders.states.ending import ENDING
from orders.states.paying import PAYING
from orders.states.refunding import REFUNDING
from orders.states.returning import RETURNING
from orders.states.sending import SENDING
from orders.states.tending import TENDING
from shop.moves.table import Move

MOVES: dict[str, Move] = {
    move.verb: move for move in (*PAYING, *SENDING, *RETURNING, *COUNTER, *ENDING, *TENDING, *REFUNDING)
}
"""Verb → its rule, in the order in which buttons and answers list what may be done."""
