"""How soon the pages of the console are ready in a browser, each for the first time on a device and then again.

    python bench/pages.py http://127.0.0.1:8000 --logins var/logins
    python bench/pages.py http://127.0.0.1:8000 --logins var/logins --beside http://127.0.0.1:8001 other/logins

A page is ready when it is loaded and the largest of its paints has come, whichever is later, counted from the
press. The browser is Chromium, the shop one that runs (`bin/run`), whose file of logins says how the owner signs in.
`--beside` asks two shops in turn, page by page, so that both meet the same moments of the machine. Blocking files are
those that the first paint waits for; shift is what jumped, at worst, of 1.
"""

import sys
from pathlib import Path

# Called by its path, a script finds only what lies beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.start import make_parser, run

parser = make_parser(__doc__)
parser.add_argument("url", help="address of a running shop")
parser.add_argument("--logins", type=Path, required=True, help="its file of logins")
parser.add_argument("--beside", nargs=2, metavar=("URL", "LOGINS"), help="a second shop")
parser.add_argument("--rounds", type=int, default=7, help="visits of each page (default 7)")
parser.add_argument("--only", default="", help="only pages whose name has these letters")
run("bench.kit.ready", parser.parse_args(), needs=())
