"""What became of each machine: changes, and the last day in quarters of an hour."""

import json
import os

from prometheus import SLOT, SLOTS
from store import replace

# Changes that are kept of each machine.
EVENTS = 60
# Of two states in one quarter of an hour the worse one counts.
WORSE = "-hacuo"
LETTER = {"healthy": "h", "away": "a", "changed": "c", "unknown": "-", "unhealthy": "u", "offline": "o"}


class History:
    """Kept in a file, which is written every few minutes and at the end."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "history.json")
        self.saved = 0
        self.days, self.events, self.last = {}, {}, {}
        try:
            with open(self.path, encoding="utf-8") as file:
                kept = json.load(file)
            days = {key: {int(slot): letter for slot, letter in day.items()} for key, day in kept["days"].items()}
            self.days, self.events, self.last = days, kept["events"], kept["last"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass

    def save(self):
        replace(self.path, json.dumps({"days": self.days, "events": self.events, "last": self.last}))

    def mark(self, key, slot, letter):
        day = self.days.setdefault(key, {})
        if WORSE.index(letter) > WORSE.index(day.get(slot, "-")):
            day[slot] = letter

    def day(self, key, now):
        """A letter for each quarter of an hour, the oldest first."""
        end, day = int(now) // SLOT, self.days.get(key, {})
        return "".join(day.get(slot, "-") for slot in range(end - SLOTS + 1, end + 1))

    def note(self, state, prometheus, now):
        slot = int(now) // SLOT
        for machine in state["machines"]:
            name = machine["name"]
            for then, is_up in prometheus.day.get(name, {}).items():
                if self.days.get(name, {}).get(then, "-") == "-":
                    self.mark(name, then, "h" if is_up else "o")
            self.mark(name, slot, LETTER[machine["state"]])
            for check in machine["checks"]:
                if machine["online"]:
                    self.mark(f"{name} {check['name']}", slot, "h" if check["healthy"] else "u")
            self.change(machine, now)
        if abs(now - self.saved) > 300:
            self.saved = now
            self.days = {key: {s: letter for s, letter in day.items() if s > slot - SLOTS} for key, day in self.days.items()}
            self.days = {key: day for key, day in self.days.items() if day}
            self.save()

    def change(self, machine, now):
        """Notes what differs from the last look."""
        name = machine["name"]
        is_ = {"state": machine["state"], "why": machine["problems"][:3], "system": machine["system"]}
        was = self.last.get(name)
        if was == is_:
            return
        self.last[name] = is_
        texts = []
        if machine["system"] and (was or {}).get("system") != machine["system"]:
            texts.append(f"runs {machine['runs']}")
        if was is None or was["state"] != is_["state"] or was["why"] != is_["why"]:
            texts.append("; ".join(machine["problems"][:3]) or ("all is well again" if was else "first seen here"))
        for text in texts:
            self.events[name] = ([{"time": int(now), "state": machine["state"], "text": text}] + self.events.get(name, []))[:EVENTS]
