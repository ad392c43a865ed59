"""How long it takes from a scanned or typed pickup code to all that its card shows, beside bare indexed SQL.

    DATABASE_URL=postgres://… python bench/pickup.py --codes 200

Some orders of a filled shop (bench/fill.py) wait at a store for the time of the run, in a transaction that is taken
back. Their codes are read as the phone of a verifier of that store sends them, once each, and the card's rows are read;
then the very same rows by hand-written SQL over the same connection, by keys that stand in indexes. Prints the time in
the database, the ratio of the two (promised: at most 4), and what a wrong code costs beside a right one.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument("--codes", type=int, default=200, help="codes that are read in each way (default 200)")
options = parser.parse_args()
if options.codes < 1:
    parser.error("--codes is at least 1")
run("bench.kit.pickup", options)
