"""The files that nginx serves, each replaced at once, and those of machines only when they have changed."""

import json
import os
import time

from machines import index, machine_page
from markup import moment, text
from picture import network_page
from prometheus import SLOT
from store import replace


class Output:
    """The folder, and what was written into it before."""

    def __init__(self, settings, inventory):
        self.folder, self.inventory = settings["output"], inventory
        self.metrics = settings.get("metrics")
        self.written, self.machines = {}, {}
        os.makedirs(os.path.join(self.folder, "machines"), exist_ok=True)

    def put(self, name, content):
        if self.written.get(name) != hash(content):
            replace(os.path.join(self.folder, name), content)
            self.written[name] = hash(content)

    def put_machine(self, machine, state, history):
        """Not even made where nothing of it is another than before."""
        name = machine["name"]
        seen = None if machine["online"] else machine["seen"]
        made_of = hash((repr(machine | {"seen": seen}), int(state["rendered"]) // SLOT, repr(history.events.get(name, [])[:1])))
        if self.machines.get(name) != made_of:
            self.put(f"machines/{name}.html", machine_page(machine, state, history))
            self.machines[name] = made_of

    def write(self, state, history, now):
        for machine in state["machines"]:
            self.put_machine(machine, state, history)
        self.put("network.html", network_page(state, self.inventory))
        self.put("index.html", index(state))
        self.put("state.json", json.dumps(state))
        if self.metrics:
            # For the node exporter, which is nobody in particular.
            replace(self.metrics, metrics(state))
            os.chmod(self.metrics, 0o644)
        self.put("age.html", age(state, now))
        for name in os.listdir(os.path.join(self.folder, "machines")):
            if name.removesuffix(".html") not in self.inventory["nodes"]:
                os.unlink(os.path.join(self.folder, "machines", name))


def age(state, now):
    """How old the pages are. nginx itself compares its clock with these minutes, so that this is true when nobody writes any more."""
    patience = max(30, state["offlineAfter"])
    # As many beginnings of times as are fresh: in tens of seconds, or in minutes where these would be too many.
    size, form = (10, "%Y-%m-%dT%H:%M:%S") if patience <= 900 else (60, "%Y-%m-%dT%H:%M")
    length = 18 if size == 10 else 16
    fresh = "|".join(time.strftime(form, time.gmtime(now + at))[:length] for at in range(-60, patience + size, size))
    silent = state["heard"] < now - state["offlineAfter"] and state["counts"]["all"] > 0
    silence = f'<p class="stale" role="alert">Nothing has arrived from any machine since {moment(state["heard"])}.</p>' if silent else ""
    problems = "".join(f'<p class="stale">{text(problem)}</p>' for problem in state["problems"])
    return f"""<!--# config timefmt="%Y-%m-%dT%H:%M:%S" --><!--# if expr="$date_gmt = /^({fresh})/" --><p class="fresh" data-rendered="{int(now)}" data-patience="{patience}">as of {moment(now)}</p><!--# else --><p class="stale" role="alert" data-rendered="{int(now)}" data-patience="{patience}">This is old: nothing has been written since {moment(now)}. It is <!--# echo var="date_gmt" --> UTC now.</p><!--# endif -->{silence}{problems}"""


def metrics(state):
    """For the node exporter. Names are those of the inventory, so none needs quoting."""
    lines = []

    def metric(name, help_text, values):
        lines.append(f"# HELP netlib_page_{name} {help_text}")
        lines.append(f"# TYPE netlib_page_{name} gauge")
        lines.extend(f"netlib_page_{name}{labels} {value}" for labels, value in values)

    machines = state["machines"]
    metric("rendered_seconds", "When the page was written.", [("", state["rendered"])])
    metric("machine_online", "Whether the machine was heard of lately.", [(f'{{machine="{one["name"]}"}}', int(one["online"])) for one in machines])
    metric("machine_healthy", "Whether all checks of the machine pass and no unit has failed.", [(f'{{machine="{one["name"]}"}}', int(one["healthy"])) for one in machines if one["healthy"] is not None])
    metric("machine_as_planned", "Whether the machine runs what was deployed to it.", [(f'{{machine="{one["name"]}"}}', int(one["asPlanned"])) for one in machines if one["asPlanned"] is not None])
    metric("machine_seen_seconds", "When the machine was heard of last.", [(f'{{machine="{one["name"]}"}}', one["seen"]) for one in machines if one["seen"]])
    metric("rollout_paused", "Whether the rollout waits for approval.", [(f'{{rollout="{one["name"]}"}}', int(one["state"] == "paused")) for one in state["rollouts"]])
    metric("rollout_failed", "Whether a machine of the rollout failed or was rolled back.", [(f'{{rollout="{one["name"]}"}}', int(one["state"] == "failed")) for one in state["rollouts"]])
    metric("rejected", "Uploads that were rejected lately.", [("", len(state["rejected"]))])
    return "\n".join(lines) + "\n"
