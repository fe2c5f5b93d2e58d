"""What is known of the network now, as plain data: `state.json` is this, and the pages show nothing else."""

from prometheus import SLOT

# The worst first.
ORDER = ["unhealthy", "changed", "offline", "unknown", "away", "healthy"]
OPEN = ("prepared", "activating", "restarting", "checking", "awaitingConfirmation", "committing", "rollingBack")
BAD = {"rolledBack": "was rolled back", "rollbackFailed": "could not be rolled back", "failed": "failed", "interrupted": "was interrupted"}


def short(system):
    """A system's name without its hash."""
    return (system or "").partition("-")[0][:8] or None


class Model:
    """Nothing is believed but what a node may say: of itself, and of others where the network has it look at them."""

    def __init__(self, inventory, store, prometheus, now):
        self.inventory, self.settings, self.now = inventory, inventory["settings"], now
        self.prometheus, self.bad = prometheus, store.bad
        self.said = {node: document for node, (document, _) in store.statements.items() if node in inventory["nodes"]}
        self.heard = {node: when for node, (_, when) in store.statements.items() if node in inventory["nodes"]}
        commits = [(said["commit"].get("id"), said["commit"].get("time", 0)) for said in self.said.values() if "commit" in said]
        # One machine alone may have a wrong clock, or lie: what others should run is not for it to say.
        self.newest_commit = max((at for commit, at in commits if commits.count((commit, at)) > 1), default=0)

    def state(self):
        machines = sorted((self.machine(node, about) for node, about in self.inventory["nodes"].items()), key=lambda one: (ORDER.index(one["state"]), not one["problems"], one["name"]))
        by_name = {machine["name"]: machine for machine in machines}
        counts = {state: sum(machine["state"] == state for machine in machines) for state in ORDER}
        counts["online"], counts["all"] = sum(machine["online"] for machine in machines), len(machines)
        return {
            "version": 1,
            "network": self.inventory["network"],
            "rendered": int(self.now),
            "heard": int(max((when for when in self.heard.values() if when <= self.now + self.settings["offlineAfter"]), default=0)),
            "interval": self.settings["interval"],
            "offlineAfter": self.settings["offlineAfter"],
            "problems": [self.prometheus.problem] if self.prometheus.problem else [],
            "counts": counts,
            "rollouts": [self.rollout(name, about, by_name) for name, about in self.inventory["rollouts"].items()],
            "machines": machines,
            "others": [self.other(name, about) for name, about in self.inventory["externals"].items()],
            "rejected": [{"time": int(when), "from": address, "why": why} for when, address, why in reversed(self.bad)],
        }

    def is_fresh(self, node):
        """Lately, and not in a future: a clock that was ahead and is right again keeps nobody online."""
        return node in self.heard and abs(self.now - self.heard[node]) <= self.settings["offlineAfter"]

    def checks(self, node):
        """Of the node by itself and by those who look at it from outside; never of who is not asked to."""
        found = []
        for name, about in self.inventory["checks"].get(node, {}).items():
            for source in about["from"]:
                said = self.said.get(source, {})
                if not self.is_fresh(source):
                    continue
                for check in said.get("checks", []):
                    if check["node"] == node and check["name"] == name:
                        found.append({"name": name, "what": about["what"], "from": source, "healthy": check["healthy"], "reason": check.get("reason", "")})
                        # Each has one voice.
                        break
        return found

    def problems(self, said, checks):
        """What somebody may want to do something about, the worst first; and whether it makes a node unhealthy."""
        sick, other = [], []
        for check in checks:
            if not check["healthy"]:
                sick.append(f"{check['name']}: {check['reason'] or 'fails'}")
        failed = said.get("failedUnits", [])
        if failed:
            sick.append(f"failed: {', '.join(failed[:4])}{' …' if len(failed) > 4 else ''}")
        if said.get("restart"):
            other.append(f"needs a restart: {said['restart']}")
        other += [f"{disk['mount']} is {disk['percent']} % full" for disk in said.get("disks", []) if disk["percent"] >= self.settings["diskPercent"]]
        for job, at in said.get("backups", {}).items():
            age = self.now - at
            if at == 0:
                other.append(f"backup {job}: none has succeeded yet")
            elif age > self.settings["backupAge"]:
                other.append(f"backup {job}: the last one is {int(age // 3600)} hours old")
        if self.awaits(said):
            sick.append("waits for its secrets: netlib run secrets")
        return sick, other

    def awaits(self, said):
        return any(value.startswith("awaitingSecrets") for value in said.get("fields", {}).values())

    def change(self, said):
        """Why what runs is not what should; None if it is."""
        deployment = said.get("deployment", {})
        phase = deployment.get("phase")
        if phase in OPEN:
            return "is being deployed"
        if phase in BAD:
            message = deployment.get("message")
            return f"the last deployment {BAD[phase]}{': ' + message if message else ''}"
        if said.get("planned") and said["planned"] not in (said.get("system"), said.get("profile")):
            return "runs another system than was deployed"
        if said.get("profile") and said["profile"] != said.get("system"):
            return "boots another system than it runs"
        return None

    def machine(self, node, about):
        said, heard = self.said.get(node, {}), self.heard.get(node)
        is_fresh = self.is_fresh(node)
        answers = self.prometheus.up.get(node, False)
        checks = self.checks(node)
        sick, other = self.problems(said, checks)
        change = self.change(said) if said else None
        commit = said.get("commit", {})
        if commit.get("time", 0) < self.newest_commit and commit:
            other.append("runs an older commit than other machines")
        if not is_fresh:
            outside = [f"{check['name']}: {check['reason'] or 'fails'}" for check in checks if not check["healthy"] and check["from"] != node]
            sick, other = outside, []
        if is_fresh:
            state = "unhealthy" if sick else "changed" if change else "healthy"
        elif answers:
            state = "unknown"
            sick.append("answers Prometheus, but says nothing of itself")
        elif heard is None:
            state = "unknown"
            if not about.get("hasKey", True):
                sick.append("its SSH host key is not known, so nothing of it is believed: netlib facts gather, and deploy to this server")
        else:
            state = "away" if about["mayBeOffline"] else "offline"
        if change and is_fresh:
            sick.append(change)
        deployment = said.get("deployment", {})
        seen = self.now if answers else heard
        if seen is None and node in self.prometheus.day:
            seen = max((slot * SLOT for slot, is_up in self.prometheus.day[node].items() if is_up), default=None)
        return {
            "name": node,
            "state": state,
            "online": is_fresh or answers,
            "asPlanned": None if not said else change is None,
            "healthy": None if not said else not any(not check["healthy"] for check in checks) and not said.get("failedUnits"),
            "seen": int(seen) if seen else None,
            "problems": sick + other,
            "roles": about["roles"],
            "tags": about["tags"],
            "addresses": about["addresses"],
            "system": said.get("system"),
            "generation": said.get("generation"),
            "runs": self.runs(said),
            "commit": commit or None,
            "by": deployment.get("by"),
            "since": deployment.get("ended") or deployment.get("began"),
            "deployment": deployment or None,
            "checks": checks,
            "failedUnits": said.get("failedUnits", []),
            "restart": said.get("restart"),
            "disks": said.get("disks", []),
            "backups": said.get("backups", {}),
            "awaitsSecrets": self.awaits(said),
            "fields": {self.inventory["fields"].get(name, name): value for name, value in said.get("fields", {}).items()},
            "mayBeOffline": about["mayBeOffline"],
        }

    def runs(self, said):
        if "commit" in said and said["commit"].get("id"):
            return f"{said['commit']['id'][:8]} {said['commit'].get('subject', '')}".strip()
        generation = said.get("generation")
        return f"generation {generation}" if generation else short(said.get("system")) or "nothing yet"

    def other(self, name, about):
        """A machine that is not deployed: seen by nodes of a network that it is in."""
        seen = max((min(said.get("peers", {}).get(name, 0), int(self.now)) for node, said in self.said.items() if node in about["seenBy"]), default=0)
        is_online = seen > 0 and self.now - seen <= max(180, self.settings["offlineAfter"])
        return {"name": name, "description": about["description"], "addresses": about["addresses"], "online": is_online, "seen": seen or None}

    def rollout(self, name, about, machines):
        waiting, claimed_by = {}, None
        for node in about["keepers"]:
            said = self.said.get(node, {}).get("rollouts", {}).get(name)
            if said and said.get("digest"):
                waiting, claimed_by = said, node
                break
        nodes = [machines[node] for batch in about["batches"] for node in batch["nodes"]]
        phases = [(machine["deployment"] or {}).get("phase") for machine in nodes]
        approved = waiting.get("approvedBy")
        state = "going on" if any(phase in OPEN for phase in phases) else "failed" if any(phase in BAD for phase in phases) else "done"
        if not any(phases):
            state = "not begun"
        if waiting and not approved:
            state = "paused"
        command = f"netlib approve {name} --digest {waiting['digest']} --batch {int(waiting.get('batch', 0))}" if waiting else None
        return {
            "name": name,
            "title": about["title"],
            "state": state,
            "batches": [
                {"canary": batch["canary"], "nodes": [{"name": node, "state": machines[node]["state"], "phase": (machines[node]["deployment"] or {}).get("phase"), "runs": machines[node]["runs"]} for node in batch["nodes"]]}
                for batch in about["batches"]
            ],
            "waiting": {"batch": waiting.get("batch"), "for": about["approvers"], "deployer": waiting.get("deployer"), "since": waiting.get("since"), "approvedBy": approved, "saidBy": claimed_by, "command": command} if waiting else None,
        }
