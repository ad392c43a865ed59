"""Fill the database of DATABASE_URL with a shop that has a long past.

    DATABASE_URL=postgres://… python bench/fill.py --orders 100000

Give it a database of its own: what is filled cannot be told from what was sold. Migrate first.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument("--orders", type=int, default=10_000, help="how many (default 10,000)")
parser.add_argument("--days", type=int, default=730, help="spread over so many days until now (default 730)")
parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices")
run("bench.kit.past.fill", parser.parse_args())
