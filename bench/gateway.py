"""What a slow or dead WeChat Pay does to the shop: pages, callbacks, paid orders, and how soon all is settled after.

    DATABASE_URL=postgres://… REDIS_URL=redis://… python bench/gateway.py --dead 600

Starts two web processes, both workers, the deliverer and the pretend WeChat Pay. Fifty buyers place orders and press
"pay" all the time, while clerks ask for pages: first with a gateway that is well, then with one that answers after
three seconds, after six, and not at all. In each part some orders are paid on the phone of which the shop hears
nothing, and their time to pay runs out: none of them may be closed. Afterwards the gateway is well again.

What is placed stays: give it a database of its own.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument("--buyers", type=int, default=50, help="how many press “pay” (default 50)")
parser.add_argument("--seconds", type=float, default=60, help="of each part but the last (default 60)")
parser.add_argument("--dead", type=float, default=600, help="seconds without any answer (default 600)")
options = parser.parse_args()
if options.buyers < 1 or options.seconds <= 0 or options.dead <= 0:
    parser.error("--buyers is at least 1, --seconds and --dead are above 0")
run("bench.kit.gateway", options, needs=("DATABASE_URL", "REDIS_URL"))
