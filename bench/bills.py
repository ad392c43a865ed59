"""How long a bill takes to be compared beside reading it by hand and bare SQL, and by how much the process grows.

    DATABASE_URL=postgres://… python bench/bills.py --rows 100000

Of a database that `bench/fill.py` has filled: a bill with its payments by WeChat, and made-up ones where these are not
enough. By hand it is split at the backticks, its payments are looked up by 2,000 and its rows are inserted, over a bare
psycopg connection (at most 3 times). Nothing of it stays in the database.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument("--rows", type=int, default=100_000, help="rows of the bill (default 100,000)")
run("bench.kit.bills", parser.parse_args())
