"""How long exports take beside bare SQL with the bare writer, and by how much the process grows.

    DATABASE_URL=postgres://… python bench/exports.py --lines 200000

Of a database that `bench/fill.py` has filled: so many order lines with 20 columns, none of them sealed, beside the very
columns over a bare psycopg cursor into the same writer (at most 2.5 times, L6); ten thousand orders with what people
usually export, names and phones masked; the same in full. Prints seconds, rows a second and the growth of the process.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument(
    "--lines", type=int, default=200_000, help="order lines of the first sheet (default 200,000)"
)
parser.add_argument("--orders", type=int, default=10_000, help="orders of the others (default 10,000)")
parser.add_argument("--profile", action="store_true", help="where the time of the first sheet goes")
run("bench.kit.exports", parser.parse_args())
