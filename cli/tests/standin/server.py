#!/usr/bin/env python3
"""AWS for tests on 127.0.0.1: moto's server inside `middleware.StandIn`.

Prints its port on one line when it is ready and ends when its standard input closes, so that a test that
is killed leaves nothing behind.
"""

import argparse
import os
import sys
import threading


def main():
    """Serves until standard input closes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--managed-policies", action="store_true", help="load AWS's managed policies (slower start)")
    options.add_argument("--detach", action="store_true", help="go on when standard input closes")
    given = options.parse_args()
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = str(given.managed_policies).lower()

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    import gaps
    import queues
    from connections import Server
    from middleware import StandIn

    gaps.install()
    queues.install()
    stand_in = StandIn(DomainDispatcherApplication(create_backend_app))
    server = Server(given.port, stand_in, stand_in.runtime.hung_up)
    port = server.server_address[1]
    os.environ["MOTO_PORT"] = str(port)
    stand_in.endpoint = f"http://127.0.0.1:{port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(port, flush=True)
    sys.stdout = sys.stderr  # nobody reads on, and moto likes to talk
    if given.detach:
        threading.Event().wait()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
