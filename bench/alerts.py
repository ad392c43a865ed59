"""How soon a new order is told at every open console, and that none is lost when a web process dies.

    DATABASE_URL=postgres://… REDIS_URL=redis://… python bench/alerts.py --consoles 200

Starts two web processes and the deliverer, and connects the consoles to both by real sockets with sessions of their
own. Orders are placed by the service, one after the other; what counts is the time from the commit to the message
that holds the alert, at every console. Then one web process is killed and started again while more orders come:
its consoles connect again as pages do, and learn by state what they missed.

The deliverer does what is due in the database, and what is placed stays: give it a database of its own.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

SHOWN = 200
"""As many unhandled alerts as a page is told of; the rest is a number."""

parser = make_parser(__doc__)
parser.add_argument("--consoles", type=int, default=200, help="how many are connected (default 200)")
parser.add_argument("--orders", type=int, default=60, help="orders of each part, 3 to 200 (default 60)")
parser.add_argument("--rate", type=float, default=4, help="orders a second (default 4)")
options = parser.parse_args()
if not 3 <= options.orders <= SHOWN or options.consoles < 2 or options.rate <= 0:
    parser.error(f"--orders is 3 to {SHOWN}, --consoles at least 2, --rate above 0")
run("bench.kit.open_pages.alerts", options, needs=("DATABASE_URL", "REDIS_URL"))
