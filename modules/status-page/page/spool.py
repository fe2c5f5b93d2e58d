"""What nginx has put aside: anybody who reaches the port can put anything there."""

import json
import os
import re
import subprocess
import sys
import time

# Names that nginx gives: the address it came from, and a random number.
NAME = re.compile(r"([0-9a-fA-F.:]{2,45})-([0-9a-f]{32})")
# How many are looked at in one go, and how many may wait at all.
BATCH = 100
WAITING = 2000
LIMIT = 18000


class Spool:
    """The folder, and the program that judges what is in it."""

    def __init__(self, settings, inventory):
        self.folder = settings["spool"]
        self.command = [settings["statement"], "check", "--network", inventory["network"]["id"], "--signers", settings["signers"], "--kinds", "status"]
        self.scratch = os.path.join(settings["store"], "newest.json")
        self.folder_of_copies = os.path.join(settings["store"], "arrived")
        os.makedirs(self.folder_of_copies, exist_ok=True)
        self.has_more = False

    def waiting(self):
        """Files, those of an address after one another in turns, so that nobody who sends much keeps the others waiting."""
        found = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                match = NAME.fullmatch(entry.name)
                if match and entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    # When it came: the file's own time is the header Date of who sent it.
                    found.append((about.st_ctime, match[1], entry.path, about.st_size))
        turns, ordered = {}, []
        for came, address, path, size in sorted(found):
            turns[address] = turns.get(address, 0) + 1
            ordered.append((turns[address], came, address, path, size))
        return sorted(ordered)

    def take(self, newest):
        """Removes a batch. Returns what holds, as (text, document), and what does not, as (time, address, why)."""
        waiting = self.waiting()
        dropped, waiting = waiting[WAITING:], waiting[:WAITING]
        bad = []
        for *_, address, path, _ in dropped:
            os.unlink(path)
        if dropped:
            bad.append((time.time(), dropped[0][2], f"{len(dropped)} were thrown away unread: too many arrive"))
        batch, self.has_more = waiting[:BATCH], len(waiting) > BATCH
        texts, addresses = {}, {}
        for number, (_, came, address, path, size) in enumerate(batch):
            if size > LIMIT:
                bad.append((came, address, "it is larger than 16 kB"))
            else:
                # A copy of its own: what is judged is what is kept.
                own = os.path.join(self.folder_of_copies, str(number))
                with open(path, "rb") as file:
                    texts[own] = file.read(LIMIT)
                with open(own, "wb") as file:
                    file.write(texts[own])
                addresses[own] = (came, address)
            os.unlink(path)
        good = []
        for answer in self.judge(list(addresses), newest):
            path = answer["file"]
            if "why" in answer:
                bad.append((*addresses[path], answer["why"]))
            else:
                good.append((texts[path].decode("ascii"), answer["document"]))
        for when, address, why in bad:
            print(f"from {address}: rejected: {why}", file=sys.stderr, flush=True)
        return good, bad

    def judge(self, paths, newest):
        if not paths:
            return
        with open(self.scratch, "w", encoding="ascii") as file:
            json.dump(newest, file)
        done = subprocess.run([*self.command, "--newest", self.scratch, *paths], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120)
        if done.returncode != 0:
            print(f"statement check: {done.stderr.decode(errors='replace')[:500]}", file=sys.stderr, flush=True)
        for line in done.stdout.decode().splitlines():
            yield json.loads(line)
