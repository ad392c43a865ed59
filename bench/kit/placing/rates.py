"""How many orders a second were placed in each way, kept in a file as the desk's figures are."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.kit.peers import PLACED_PER_SECOND
from bench.kit.tables import MISSING, print_table

BUYERS = 8
BARE = "bare SQL, one stream"
SERVICE = "service, one stream"
ONE = "HTTP, one stream"
TOGETHER = f"HTTP, {BUYERS} buyers"
PROMISED = {ONE: "≥ 25 % of bare SQL", TOGETHER: "≥ 100 a second"}


@dataclass(frozen=True)
class PlaceFigures:
    """`orders` were there before; `oversold` SKUs do not hold what their orders hold; `rates` is way → a second."""

    orders: int
    placed: int
    oversold: int
    rates: dict[str, float]

    def of_bare(self, way: str) -> float:
        return self.rates[way] / self.rates[BARE]


def load_rates(path: Path) -> PlaceFigures:
    """Stops the program when the file holds something else."""
    try:
        return PlaceFigures(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise SystemExit(f"{path} does not hold what `bench/place.py --save` writes: {error}") from error


def print_rates(runs: Sequence[PlaceFigures]) -> None:
    """Smallest shop first, with the shop that was measured in the same way beside ours."""
    runs = sorted(runs, key=lambda run: run.orders)
    header = ["way"]
    for run in runs:
        header += [f"a second at {run.orders:,}", "of bare SQL"]
    print_table([*header, "promised"], _list_rows(runs))
    name, shopxo, *_none = PLACED_PER_SECOND
    print(f"\n{name}: ShopXO 6.9 {shopxo}, ours {runs[-1].rates[TOGETHER]:.0f}")
    for run in runs:
        print(f"at {run.orders:,}: {run.placed:,} orders placed, {run.oversold} SKUs oversold")


def _list_rows(runs: Sequence[PlaceFigures]) -> Iterator[list[str]]:
    for way in (BARE, SERVICE, ONE, TOGETHER):
        row = [way]
        for run in runs:
            row += [f"{run.rates[way]:.0f}", f"{run.of_bare(way):.0%}"]
        yield [*row, PROMISED.get(way, MISSING)]
