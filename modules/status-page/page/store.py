"""The newest statement of each node, one file each. When it arrived is the file's time: nobody's clock but the server's own counts."""

import base64
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


def keys_of(path):
    """Public keys by node, as they stand in a file for ssh-keygen."""
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file]
    return {words[0]: base64.b64decode(words[2]) for words in lines if len(words) > 2}


def is_by(key, armor):
    """Whether a signature, which was good when it arrived, is by this key: it names the key behind 10 bytes that all begin with."""
    return base64.b64decode("".join(armor))[10:].startswith(len(key).to_bytes(4, "big") + key)


class Store:
    """Statements of the nodes that the inventory knows. With keys, only what is by those: what a key said that was replaced since
    counts no more, and neither does its counter."""

    def __init__(self, folder, inventory, keys=None):
        self.folder = folder
        self.statements = {}
        self.bad = []
        for node in inventory["nodes"]:
            try:
                path = self.path(node)
                with open(path, encoding="ascii") as file:
                    text = file.read().strip().split("\n")
                document = json.loads(text[0])
                # A power cut may have left anything.
                if isinstance(document, dict) and document.get("node") == node and (keys is None or is_by(keys.get(node, b"-"), text[2:-1])):
                    self.statements[node] = (document, os.stat(path).st_mtime)
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
