"""The newest statement of each node, one file each. When it arrived is the file's time: nobody's clock but the server's own counts."""

import json
import os
import time

# How many rejected uploads are remembered for the page.
REMEMBERED = 20


def replace(path, text):
    """A whole file in place of another one, at once."""
    fresh = f"{path}.new"
    with open(fresh, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(fresh, path)


class Store:
    """Statements of the nodes that the inventory knows."""

    def __init__(self, folder, inventory):
        self.folder = folder
        self.statements = {}
        self.bad = []
        for node in inventory["nodes"]:
            try:
                path = self.path(node)
                with open(path, encoding="ascii") as file:
                    self.statements[node] = (json.loads(file.readline()), os.stat(path).st_mtime)
            except (OSError, ValueError):
                pass

    def path(self, node):
        return os.path.join(self.folder, f"{node}.statement")

    def newest(self):
        return {node: document["counter"] for node, (document, _) in self.statements.items()}

    def keep(self, text, document):
        """Only in the place of an older one: of two that came together, the newer one stays."""
        node = document["node"]
        if document["counter"] > self.newest().get(node, 0):
            replace(self.path(node), text)
            self.statements[node] = (document, time.time())

    def rejected(self, bad):
        self.bad = (self.bad + bad)[-REMEMBERED:]
