"""How long a sheet of ten thousand rows takes from its upload to its end, what it costs in memory, and its page.

    DATABASE_URL=postgres://… python bench/sheets.py --rows 10000

Two sheets of products in the bench's database: a new product with two SKUs for every two rows, then the same with
other prices. Prints the seconds of each step, how many rows a second that is, by how much the process grew over the
largest it had been, and the p50 of the page that shows what the sheet would do beside that of the order list.
What is added stays: give it a database of its own.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import add_console, make_parser, run

parser = make_parser(__doc__)
add_console(parser)
parser.add_argument("--rows", type=int, default=10_000, help="rows of each sheet (default 10,000)")
parser.add_argument("--rounds", type=int, default=20, help="requests per page (default 20)")
options = parser.parse_args()
if not 2 <= options.rows <= 10_000:
    parser.error("--rows is 2 to 10,000")
run("bench.kit.sheets", options)
