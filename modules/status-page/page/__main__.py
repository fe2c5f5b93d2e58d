"""The page of a network's status: takes statements that nginx has put aside, and writes pages of what they say.

    python3 page serve SETTINGS     goes on until it is ended
    python3 page render SETTINGS    writes the pages once
"""

import json
import os
import signal
import sys
import time

from history import History
from output import Output
from prometheus import Prometheus
from spool import Spool
from store import Store, keys_of
from model import Model

# Seconds between two looks at the spool, and between two renderings when nothing has changed.
LOOK = 1
RENDER = 10


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Page:
    """All parts together."""

    def __init__(self, settings):
        self.inventory = load(settings["inventory"])
        self.store = Store(settings["store"], self.inventory, keys_of(settings["signers"]))
        self.spool = Spool(settings, self.inventory)
        self.history = History(settings["store"])
        self.prometheus = Prometheus(settings.get("prometheus"))
        self.output = Output(settings, self.inventory)

    def take(self):
        """Takes what has arrived; whether anything has."""
        good, bad = self.spool.take(self.store.newest())
        for text, document in good:
            self.store.keep(text, document)
        self.store.rejected(bad)
        return bool(good or bad)

    def render(self):
        now = time.time()
        self.prometheus.look(now)
        state = Model(self.inventory, self.store, self.prometheus, now).state()
        self.history.note(state, self.prometheus, now)
        self.output.write(state, self.history, now)

    def serve(self):
        last, cost, is_stale = 0.0, 0.0, True
        while True:
            is_stale = self.take() or is_stale
            waited = time.monotonic() - last
            # However large the network is, most of the time is left for statements.
            if waited > max(2, 5 * cost) and is_stale or waited > max(RENDER, 50 * cost):
                began = time.monotonic()
                self.render()
                last = time.monotonic()
                cost, is_stale = last - began, False
            if not self.spool.has_more:
                time.sleep(LOOK)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("serve", "render"):
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.umask(0o027)
    page = Page(load(sys.argv[2]))
    if sys.argv[1] == "serve":
        try:
            page.serve()
        finally:
            page.history.save()
    else:
        page.take()
        page.render()
        page.history.save()


main()
