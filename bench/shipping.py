"""How long a sheet of tracking numbers takes from its upload to its end, beside reading it and bare SQL.

    DATABASE_URL=postgres://… python bench/shipping.py --rows 10000

Orders are placed and confirmed first, which is not measured, twice as many as the sheet has rows: half of them are
shipped by the very statements that shipping one order fires, recorded from the service and fired over one psycopg
connection, one transaction for each; the others by the job. Prints the seconds of each step, the share of the whole
job in reading plus bare SQL (promised: at most 3), and by how much the process grew. What is placed stays: give it a
database of its own.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument("--rows", type=int, default=10_000, help="rows of the sheet (default 10,000)")
options = parser.parse_args()
if not 2 <= options.rows <= 10_000:
    parser.error("--rows is 2 to 10,000")
run("bench.kit.shipping", options)
