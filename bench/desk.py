"""How fast the desk is: every kind of view, filter and search over HTTP, and the same data by hand-written SQL.

    DATABASE_URL=postgres://… python bench/desk.py --save 1m.json --compare 10k.json
    python bench/desk.py --table 10k.json 100k.json 1m.json

`bench/fill.py` must have filled the database. A console is started on it unless --url names one that runs there;
somebody called bench-… is hired for it. Prints tables: whole response p50 and p95, database time and queries of
our page, the bare SQL of the same page, their ratio and the promise; all counters together; the list asked for by
eight people at once; and what other shop systems take for the same. Last, every promise that is not kept.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.figures import load_desk
from bench.kit.side_by_side import print_side_by_side
from bench.kit.start import add_console, add_figures, make_parser, run

parser = make_parser(__doc__)
add_console(parser)
parser.add_argument("--rounds", type=int, default=20, help="requests per page (default 20)")
parser.add_argument(
    "--seconds", type=float, default=5, help="how long eight people ask for the list (default 5)"
)
add_figures(parser)
parser.add_argument(
    "--compare", type=Path, metavar="FILE.json", help="how many times longer than in these figures"
)
options = parser.parse_args()
if options.table:
    print_side_by_side([load_desk(path) for path in options.table])
    sys.exit()
if options.compare:
    # A file that cannot be read should be found out before anything is measured.
    load_desk(options.compare)
run("bench.kit.desk", options)
