"""How many pushes of couriers the shop takes in and reads in a minute, and what pages of the console take meanwhile.

    DATABASE_URL=postgres://… REDIS_URL=redis://… python bench/tracking.py --pushes 10000

Parcels of a filled shop (bench/fill.py) that are on their way are followed, and 快递鸟 pushes what happens to them,
each time the whole history so far, signed, over HTTP, as fast as --rate says. A web process takes it in, the deliverer
reads it, and a clerk looks at the order list before and meanwhile. Then a second round measures each alone: taking in
without any rate, and reading in this process. What is heard stays: give it a database of its own.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument("--pushes", type=int, default=10_000, help="pushes in each round (default 10,000)")
parser.add_argument("--rate", type=float, default=10_000, help="pushes a minute (default 10,000)")
parser.add_argument("--senders", type=int, default=4, help="connections that push (default 4)")
options = parser.parse_args()
if options.pushes < 1 or options.rate <= 0 or options.senders < 1:
    parser.error("--pushes and --senders are at least 1, --rate above 0")
run("bench.kit.tracking", options, needs=("DATABASE_URL", "REDIS_URL"))
