"""Serve the newsroom until Ctrl-C and print its feeds: `python -m broadsheet.newsroom [--port N] [--edition 2]`."""

import argparse
import sys
from contextlib import suppress
from threading import Event

from broadsheet.newsroom import Newsroom


def main() -> None:
    """Print one feed per line once the servers respond."""
    parser = argparse.ArgumentParser(prog="python -m broadsheet.newsroom", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=0, help="port of every publisher's host (default: free ports)"
    )
    parser.add_argument("--edition", type=int, choices=(1, 2), default=1, help="2 has the updated article")
    options = parser.parse_args()
    with Newsroom(options.port) as newsroom, suppress(KeyboardInterrupt):
        if options.edition == 2:
            newsroom.publish_update()
        sys.stdout.write("\n".join(newsroom.feeds) + "\n")
        sys.stdout.flush()
        Event().wait()


if __name__ == "__main__":
    main()
