"""What a Prometheus on this machine knows: who answers now, and who did over the last day. It is only asked from here, and shown to nobody."""

import http.client
import json
import time
import urllib.parse
import urllib.request

SLOT = 900
SLOTS = 96
# More than it has to say of 10,000 machines: another program may have its port.
LIMIT = 64 * 1024 * 1024
# Seconds for an answer.
PATIENCE = 10


class Prometheus:
    """Asked once a minute; one that does not answer is as good as none."""

    def __init__(self, url):
        self.url = url
        self.up = {}
        self.day = {}
        self.problem = None
        self.next = 0

    def ask(self, path, **query):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=3) as answer:
            text, end = b"", time.monotonic() + PATIENCE
            while part := answer.read1(LIMIT):
                text += part
                if len(text) > LIMIT or time.monotonic() > end:
                    raise TimeoutError
            return json.loads(text)["data"]["result"]

    def look(self, now):
        if self.url is None or 0 < self.next - now <= 60:
            return
        self.next = now + 60
        wanted = 'max by (node) (up{job=~"node-.*"})'
        try:
            self.up = {one["metric"].get("node"): one["value"][1] == "1" for one in self.ask("query", query=wanted)}
            end = int(now) // SLOT * SLOT
            day = self.ask("query_range", query=wanted, start=end - (SLOTS - 1) * SLOT, end=end, step=SLOT)
            self.day = {one["metric"].get("node"): {int(at) // SLOT: value == "1" for at, value in one["values"] if end - SLOTS * SLOT <= at <= end} for one in day}
            self.problem = None
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, http.client.HTTPException) as error:
            self.up, self.problem = {}, f"Prometheus does not answer: {type(error).__name__}"
