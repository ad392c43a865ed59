"""`python -m shop.demo.standins --port P --data-dir DIR [--host 127.0.0.1] [--printer-port Q] [--push-url URL]`."""

import argparse
import signal
import sys
from functools import partial

from shop.demo.standins.couriers.tracking import pump
from shop.demo.standins.printers.socket_printer import print_in_thread
from shop.demo.standins.server import StandInServer
from shop.demo.standins.world import World


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m shop.demo.standins", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--printer-port", type=int, default=0, help="of the receipt printer; any without it")
    parser.add_argument(
        "--push-url", default="", help="where news of waybills of the pretend 快递鸟 is pushed"
    )
    options = parser.parse_args()
    world = World(options.data_dir)
    world.push_url = options.push_url
    world.start_sending(partial(pump, world))
    server = StandInServer(options.host, options.port, world)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"Stand-ins listen on {server.base_url}", flush=True)
    try:
        with print_in_thread(world, port=options.printer_port, host=options.host) as printer_port:
            print(f"A receipt printer (ESC/POS) listens on {options.host}:{printer_port}", flush=True)
            server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        world.close()
    return 0


sys.exit(main())
