"""A status page of machines that do not exist, in states of all kinds: python3 checks/status-page/simulate.py MACHINES FOLDER

Makes FOLDER/settings.json and all that it names; `python3 modules/status-page/page render FOLDER/settings.json` writes the pages.
"""

import base64
import json
import os
import random
import shutil
import sys
import time

NOW = int(time.time())
# A key, and a signature that names it: what is kept was judged when it arrived.
KEY = b"a key of nobody"
ARMOR = f"-----BEGIN SSH SIGNATURE-----\n{base64.b64encode(b'SSHSIG' + bytes(4) + len(KEY).to_bytes(4, 'big') + KEY).decode()}\n-----END SSH SIGNATURE-----"
ROLES = ["web", "db", "cache", "mail", "build", "gateway", "storage", "worker"]
PEOPLE = ["anna", "ben", "carla"]
SUBJECTS = ["Bump nixpkgs", "web: two more workers", "Rotate the token of the mirror", "db: keep WAL for a day", "Firewall: let the printer in"]


def node_of(number, count):
    """Everything that Nix knows of one machine."""
    role = ROLES[number % len(ROLES)]
    site = number % 3
    networks = [("wg0", f"10.10.{number // 250}.{number % 250 + 1}")] + ([("office", f"192.168.7.{number + 10}")] if site == 1 and number < 240 else [])
    return f"{role}{number // len(ROLES) + 1}", {
        "roles": [role],
        "tags": ["edge"] if site == 2 else ["office"] if site == 1 else [],
        "addresses": [{"network": network, "address": address} for network, address in networks],
        "mayBeOffline": number % 17 == 16,
    }


def inventory_of(count):
    nodes = dict(node_of(number, count) for number in range(count))
    names = list(nodes)
    externals = {"phone": "Anna's phone", "tablet": "Ben's tablet", "router": "Router of the office"} if count > 3 else {"phone": "Anna's phone"}
    networks = {
        "wireguard-mesh-wg0": {"label": "wg0", "subnets": ["10.10.0.0/16"], "members": names + ["phone"], "relays": names[:1]},
        "office": {"label": "office", "subnets": ["192.168.7.0/24"], "members": [name for name in names if len(nodes[name]["addresses"]) > 1] + [e for e in externals if e != "phone"], "relays": []},
    }
    webs = [name for name in names if name.startswith("web")]
    dbs = [name for name in names if name.startswith("db")]
    batches = [{"canary": True, "nodes": webs[:1]}] + [{"canary": False, "nodes": webs[at : at + 3]} for at in range(1, len(webs), 3)]
    return {
        "network": {"name": "harbour", "id": "harbour"},
        "settings": {"interval": 60, "offlineAfter": 180, "diskPercent": 90, "backupAge": 172800},
        "nodes": nodes,
        "externals": {name: {"description": words, "addresses": [{"network": "wg0" if name == "phone" else "office", "address": "10.10.255.9" if name == "phone" else "192.168.7.2"}], "seenBy": names[:1]} for name, words in externals.items()},
        "networks": networks,
        "checks": {name: {check: {"what": what, "from": [name]} for check, what in [("ssh", "TCP localhost:22 accepts"), ("http", f"GET http://localhost:80{name and '/'}"), ("disk", "disk succeeds")]} for name in names},
        "rollouts": {
            "web": {"title": "Rollout web", "batches": batches, "keepers": webs, "approvers": PEOPLE[:2]},
            **({"db": {"title": "Rollout db", "batches": [{"canary": False, "nodes": dbs}], "keepers": dbs, "approvers": []}} if dbs else {}),
        },
        "fields": {"release": "release"},
    }


def statement(name, number, count, chance):
    """What the machine says."""
    checks = [{"node": name, "name": check, "healthy": True, "reason": ""} for check in ("ssh", "http", "disk")]
    said = {
        "schema": 1, "kind": "status", "network": "harbour", "node": name, "counter": NOW, "boot": "37bba384-5875-4154-815a-075648fbdce7",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW)),
        "system": f"{number:032x}-nixos-system-{name}-26.11", "booted": f"{number:032x}-nixos-system-{name}-26.11",
        "generation": 12 + number % 40, "checks": checks, "failedUnits": [],
        "commit": {"id": f"{chance.getrandbits(160):040x}" if number % 9 == 8 else "4f0c1d9a27b35e8814c0f2aa61c2f57e11d0a9b3", "subject": SUBJECTS[0 if number % 9 != 8 else number % 5], "by": PEOPLE[number % 3], "time": NOW - (90000 if number % 9 == 8 else 4000)},
        "deployment": {"id": "20261130t0400-1", "phase": "confirmed", "goal": "switch", "by": f"{PEOPLE[number % 3]}@laptop", "began": "2026-11-30T04:01:10Z", "ended": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - 4000))},
        "disks": [{"mount": "/", "percent": 20 + number % 60}, {"mount": "/boot", "percent": 44}],
        "backups": {"borgbackup-job-main": NOW - 20000},
        "fields": {"release": "v2.14"},
    }
    said["profile"] = said["planned"] = said["system"]
    kind = number % 12
    if kind == 5 and count > 3:
        checks[1].update(healthy=False, reason="GET http://localhost:80/: answered with status 502, not with 200-399")
        said["failedUnits"] = ["shop.service"]
    if kind == 7:
        said["deployment"].update(phase="rolledBack", message="the check http was not healthy within 60 s")
        said["planned"] = "0" * 32 + "-nixos-system"
    if kind == 10:
        said["restart"] = "kernel, initrd"
    if kind == 11:
        said["disks"][0]["percent"] = 94
    if name == "web1":
        said["rollouts"] = {"web": {"digest": "9f86d081884c7d65", "batch": 1, "deployer": "anna@laptop", "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - 300))}}
        said["peers"] = {"phone": NOW - 40}
    return said


def main():
    count, folder = int(sys.argv[1]), os.path.abspath(sys.argv[2])
    chance = random.Random(7)
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("store", "spool", "pages"):
        os.makedirs(os.path.join(folder, part))
    inventory = inventory_of(count)
    history = {"days": {}, "events": {}, "last": {}}
    slot = NOW // 900
    for number, name in enumerate(inventory["nodes"]):
        gone = (number % 13 == 12 or inventory["nodes"][name]["mayBeOffline"]) and count > 3 or (count == 3 and number == 2)
        if not (number % 31 == 30):
            path = os.path.join(folder, "store", f"{name}.statement")
            with open(path, "w", encoding="ascii") as file:
                file.write(json.dumps(statement(name, number, count, chance)) + f"\n{ARMOR}\n")
            when = NOW - (7000 if gone else 20)
            os.utime(path, (when, when))
        for key in [name, *(f"{name} {check}" for check in ("ssh", "http", "disk"))]:
            history["days"][key] = {slot - at: "h" if not (gone and at < 8) and chance.random() > 0.03 else "o" if gone and at < 8 else "u" for at in range(96)}
        history["events"][name] = [{"time": NOW - 4000, "state": "healthy", "text": "runs 4f0c1d9a Bump nixpkgs"}, {"time": NOW - 86000, "state": "healthy", "text": "runs 77aa01bc Firewall: let the printer in"}]
    with open(os.path.join(folder, "store", "history.json"), "w", encoding="ascii") as file:
        json.dump(history, file)
    with open(os.path.join(folder, "inventory.json"), "w", encoding="ascii") as file:
        json.dump(inventory, file)
    with open(os.path.join(folder, "signers"), "w", encoding="ascii") as file:
        file.writelines(f"{name} ssh-ed25519 {base64.b64encode(KEY).decode()}\n" for name in inventory["nodes"])
    with open(os.path.join(folder, "settings.json"), "w", encoding="ascii") as file:
        json.dump({"inventory": f"{folder}/inventory.json", "store": f"{folder}/store", "spool": f"{folder}/spool", "output": f"{folder}/pages", "statement": "/bin/false", "signers": f"{folder}/signers"}, file)


main()
