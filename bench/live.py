"""How soon a change of an order is told at the pages that show it, and that no other page is woken.

    DATABASE_URL=postgres://… REDIS_URL=redis://… python bench/live.py --consoles 200 --topics 50

Starts two web processes, connects the consoles to both by real sockets with sessions of their own, and lets each listen
to one order. Then one order after the other is changed by a note; what counts is the time from the commit to the hint
at each of its readers. What is placed stays: give it a database of its own.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument("--consoles", type=int, default=200, help="how many are connected (default 200)")
parser.add_argument("--topics", type=int, default=50, help="orders they look at (default 50)")
parser.add_argument("--changes", type=int, default=100, help="changes in all (default 100)")
parser.add_argument("--rate", type=float, default=4, help="changes a second (default 4)")
options = parser.parse_args()
if not 2 <= options.topics <= options.consoles or options.changes < 1 or options.rate <= 0:
    parser.error("--topics is 2 to --consoles, --changes at least 1, --rate above 0")
run("bench.kit.open_pages.live", options, needs=("DATABASE_URL", "REDIS_URL"))
