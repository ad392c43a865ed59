"""How fast orders are placed: over HTTP by one buyer, by eight, by the service alone, and by bare SQL.

    DATABASE_URL=postgres://… python bench/place.py --save 1m.json
    python bench/place.py --table 10k.json 1m.json

The bare script fires the statements that one placing fires, recorded from the service itself, over one psycopg
connection: same rows, same commits, no Django. A web process is started on the database unless --url names one that
runs there. What is placed stays.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.placing.rates import load_rates, print_rates
from bench.kit.start import add_console, add_figures, make_parser, run

parser = make_parser(__doc__)
add_console(parser)
parser.add_argument("--seconds", type=float, default=8, help="how long each way is measured (default 8)")
add_figures(parser)
options = parser.parse_args()
if options.table:
    print_rates([load_rates(path) for path in options.table])
else:
    run("bench.kit.placing.ways", options)
