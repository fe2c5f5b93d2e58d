"""The programs of the status page alone: python3 checks/nix/status-page.py STATEMENT-PROGRAM

A line for each case: "ok NAME", or "NAME: what came instead". checks/nix/run counts them.
"""

import http.server
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import traceback

root = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(root / "modules/status-page/page"))
sys.dont_write_bytecode = True

from history import History  # noqa: E402
from model import Model  # noqa: E402
from output import Output, age  # noqa: E402
import prometheus as prometheus_module  # noqa: E402
from prometheus import Prometheus  # noqa: E402
from spool import Spool  # noqa: E402
from store import Store, keys_of  # noqa: E402

NOW = time.time()
EVIL = '<script>alert("1")</script><!--#include virtual="/x" -->\'&'


def inventory():
    node = {"roles": ["web"], "tags": ["edge"], "addresses": [{"network": "lan", "address": "10.0.0.1"}], "mayBeOffline": False}
    return {
        "network": {"name": "lab", "id": "lab"},
        "settings": {"interval": 60, "offlineAfter": 180, "diskPercent": 90, "backupAge": 100000},
        "nodes": {"alpha": dict(node), "beta": dict(node), "laptop": dict(node, mayBeOffline=True)},
        "externals": {"phone": {"description": "A phone", "addresses": [], "seenBy": ["alpha"]}},
        "networks": {"lan": {"label": "lan", "subnets": ["10.0.0.0/24"], "members": ["alpha", "beta", "phone"], "relays": ["alpha"]}},
        "checks": {"alpha": {"http": {"what": "GET /", "from": ["alpha", "beta"]}}},
        "rollouts": {"web": {"title": "role web", "batches": [{"canary": True, "nodes": ["alpha"]}], "keepers": ["alpha"], "approvers": []}},
        "fields": {"release": "release"},
    }


class Bench:
    """One page with statements put into it."""

    def __init__(self, said, heard=0.0, prometheus=None):
        self.folder = tempfile.mkdtemp()
        self.inventory = inventory()
        for node, document in said.items():
            path = os.path.join(self.folder, f"{node}.statement")
            with open(path, "w", encoding="ascii") as file:
                file.write(json.dumps({"node": node, "counter": 5, "system": "abc-nixos"} | document) + "\n")
            os.utime(path, (NOW - heard, NOW - heard))
        self.store = Store(self.folder, self.inventory)
        self.prometheus = prometheus or Prometheus(None)
        self.state = Model(self.inventory, self.store, self.prometheus, NOW).state()
        self.by_name = {machine["name"]: machine for machine in self.state["machines"]}

    def pages(self):
        history = History(self.folder)
        history.note(self.state, self.prometheus, NOW)
        Output({"output": os.path.join(self.folder, "pages")}, self.inventory).write(self.state, history, NOW)
        return {path.name: path.read_text(encoding="utf-8") for path in pathlib.Path(self.folder, "pages").rglob("*.*")}


cases = {}


def case(function):
    cases[function.__name__.replace("_", " ")] = function
    return function


@case
def what_a_node_says_counts_for_as_long_as_it_is_fresh():
    fresh, old = Bench({"alpha": {}, "laptop": {}}), Bench({"alpha": {}, "laptop": {}}, heard=200)
    assert [fresh.by_name[name]["state"] for name in ("alpha", "beta", "laptop")] == ["healthy", "unknown", "healthy"]
    assert [old.by_name[name]["state"] for name in ("alpha", "beta", "laptop")] == ["offline", "unknown", "away"]


@case
def a_node_speaks_of_others_only_where_it_looks_at_them():
    check = {"node": "alpha", "name": "http", "healthy": False, "reason": "no answer"}
    looks = Bench({"alpha": {"checks": [dict(check, healthy=True)]}, "beta": {"checks": [check]}})
    assert looks.by_name["alpha"]["state"] == "unhealthy", looks.by_name["alpha"]
    slander = Bench({"alpha": {}, "laptop": {"checks": [check, {"node": "alpha", "name": "made-up", "healthy": False}], "peers": {"phone": int(NOW)}}})
    assert slander.by_name["alpha"]["state"] == "healthy" and slander.by_name["alpha"]["checks"] == []
    assert not slander.state["others"][0]["online"]


@case
def who_looks_at_a_check_has_one_voice():
    check = {"node": "alpha", "name": "http", "healthy": True}
    assert len(Bench({"alpha": {}, "beta": {"checks": [check] * 64}}).by_name["alpha"]["checks"]) == 1


@case
def a_rollout_waits_on_the_word_of_who_keeps_it():
    waits = {"rollouts": {"web": {"digest": "abc", "batch": 1, "deployer": "anna"}}}
    assert Bench({"alpha": waits}).state["rollouts"][0]["waiting"]["command"] == "netlib approve web --digest abc --batch 1"
    assert Bench({"beta": waits}).state["rollouts"][0]["waiting"] is None


@case
def a_phone_is_seen_and_not_in_the_future():
    state = Bench({"alpha": {"peers": {"phone": int(NOW) + 90000}}}).state
    assert state["others"][0]["online"] and state["others"][0]["seen"] <= NOW


@case
def what_was_rolled_back_or_boots_otherwise_is_not_as_planned():
    for said in ({"deployment": {"phase": "rolledBack"}}, {"profile": "other", "planned": "other"}, {"planned": "other", "profile": "abc-nixos"}):
        machine = Bench({"alpha": said}).by_name["alpha"]
        assert machine["state"] == "changed" and machine["asPlanned"] is False, machine
    assert Bench({"alpha": {"planned": "abc-nixos", "profile": "abc-nixos", "deployment": {"phase": "confirmed"}}}).by_name["alpha"]["asPlanned"]


@case
def disks_backups_restarts_and_older_commits_are_said():
    said = {"disks": [{"mount": "/", "percent": 95}], "backups": {"main": 0, "other": int(NOW) - 200000}, "restart": "kernel", "commit": {"id": "a" * 40, "time": 5}}
    newer = {"commit": {"id": "b" * 40, "time": 6}}
    problems = " ".join(Bench({"alpha": said, "beta": newer, "laptop": newer}).by_name["alpha"]["problems"])
    for words in ("/ is 95 % full", "none has succeeded yet", "55 hours old", "needs a restart: kernel", "older commit"):
        assert words in problems, problems


@case
def one_machine_alone_does_not_say_what_the_others_should_run():
    bench = Bench({"alpha": {"commit": {"id": "a" * 40, "time": 5}}, "beta": {"commit": {"id": "b" * 40, "time": int(NOW)}}})
    assert bench.by_name["alpha"]["problems"] == []


@case
def nothing_of_a_node_is_markup():
    said = {
        "system": EVIL, "profile": EVIL, "planned": EVIL, "restart": EVIL, "failedUnits": [EVIL], "fields": {"x": EVIL},
        "disks": [{"mount": EVIL, "percent": 99}], "backups": {"x": 1}, "checks": [{"node": "alpha", "name": "http", "healthy": False, "reason": EVIL}],
        "deployment": {key: EVIL for key in ("id", "phase", "goal", "by", "began", "ended", "message")},
        "commit": {"id": "abcdef0", "subject": EVIL, "by": EVIL, "time": 5},
        "rollouts": {"web": {"digest": "abc", "batch": 1, "deployer": EVIL, "since": EVIL, "approvedBy": EVIL}},
    }
    bench = Bench({"alpha": said})
    bench.store.rejected([(NOW, EVIL, EVIL)])
    bench.state = Model(bench.inventory, bench.store, bench.prometheus, NOW).state()
    for name, text in bench.pages().items():
        if name.endswith(".html"):
            text = text.replace('<!--# include virtual="/age.html" -->', "")
            if name == "age.html":
                continue
            assert "<script>" not in text and "<!--#" not in text and not re.search(r"=\"[^\"]*\"1\"", text), f"{name}: {text[:300]}"
        if name.endswith(".prom"):
            assert "<" not in text


def any_of(schema, chance):
    """Something that a schema allows, rather at its ends than in the middle."""
    kind = schema.get("type")
    if kind == "integer":
        return chance.choice([schema.get("minimum", -9007199254740991), schema.get("maximum", 9007199254740991)])
    if kind == "boolean":
        return chance.choice([True, False])
    if kind == "array":
        return [any_of(schema["items"], chance) for _ in range(chance.choice([0, 1, schema["maxItems"]]))]
    if kind == "object":
        if isinstance(schema.get("additionalProperties"), dict):
            return {f"k{number}": any_of(schema["additionalProperties"], chance) for number in range(chance.choice([0, 1, schema["maxProperties"]]))}
        return {name: any_of(one, chance) for name, one in schema["properties"].items() if name in schema.get("required", []) or chance.random() < 0.7}
    pattern = schema.get("pattern")
    return "abcdef0" if pattern else chance.choice(["", "x" * schema["maxLength"], EVIL[: schema["maxLength"]], "2026-02-31T25:61:00Z"[: schema["maxLength"]], "2099-12-31T23:59:59Z"[: schema["maxLength"]], "confirmed", "rolledBack"])


@case
def whatever_the_schema_allows_is_rendered():
    schema = json.loads((root / "lib/statements/status.json").read_text(encoding="utf-8"))
    chance = random.Random(17)
    for _ in range(60):
        said = any_of({"type": "object", "additionalProperties": False, "properties": schema["properties"]}, chance)
        said["checks"] = [dict(check, node="alpha", name="http") for check in said.get("checks", [])[:2]]
        said["rollouts"] = {"web": any_of(schema["properties"]["rollouts"]["additionalProperties"], chance)}
        for name, text in Bench({"alpha": said}).pages().items():
            assert "<script>alert" not in text or name == "state.json", name


@case
def a_node_without_a_known_key_is_told():
    bench = Bench({})
    bench.inventory["nodes"]["beta"]["hasKey"] = False
    state = Model(bench.inventory, bench.store, bench.prometheus, NOW).state()
    assert any("facts gather" in problem for machine in state["machines"] for problem in machine["problems"] if machine["name"] == "beta")


@case
def the_age_is_true_when_nobody_writes_any_more():
    text = age(Bench({"alpha": {}}).state, NOW)
    pattern = re.search(r"/\^\((.*?)\)/", text)[1]
    at = lambda seconds: time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(NOW + seconds))  # noqa: E731
    assert re.match(f"({pattern})", at(0)) and re.match(f"({pattern})", at(175))
    assert not re.match(f"({pattern})", at(200)) and not re.match(f"({pattern})", at(86400))
    assert "Nothing has arrived" in age(Bench({"alpha": {}}, heard=500).state, NOW)


class Answer(http.server.BaseHTTPRequestHandler):
    """A Prometheus that knows alpha and beta."""

    def do_GET(self):
        value = [NOW, "1"]
        result = [{"metric": {"node": "alpha"}, "value": value}, {"metric": {"node": "beta"}, "value": [NOW, "0"]}]
        if "query_range" in self.path:
            slot = int(NOW) // 900 * 900
            result = [{"metric": {"node": "beta"}, "values": [[slot - 1800, "1"], [slot - 900, "0"]]}]
        text = json.dumps({"data": {"result": result}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@case
def prometheus_says_who_answers_and_what_was():
    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    prometheus = Prometheus(f"http://127.0.0.1:{server.server_port}")
    prometheus.look(NOW)
    bench = Bench({}, prometheus=prometheus)
    assert bench.by_name["alpha"]["online"] and bench.by_name["alpha"]["state"] == "unknown"
    assert not bench.by_name["beta"]["online"] and bench.by_name["beta"]["seen"] == int(NOW) // 900 * 900 - 1800
    history = History(bench.folder)
    history.note(bench.state, prometheus, NOW)
    assert history.day("beta", NOW).endswith("ho-"), history.day("beta", NOW)
    server.shutdown()
    server.server_close()
    prometheus.look(NOW + 100)
    assert prometheus.problem and not prometheus.up


@case
def who_sends_much_keeps_nobody_waiting():
    folder = tempfile.mkdtemp()
    os.makedirs(os.path.join(folder, "spool"))
    spool = Spool({"spool": os.path.join(folder, "spool"), "store": folder, "statement": sys.argv[1], "signers": os.devnull}, inventory())
    for number in range(150):
        pathlib.Path(spool.folder, f"10.0.0.9-{number:032x}").write_text("x\n", encoding="ascii")
    pathlib.Path(spool.folder, f"10.0.0.1-{7:032x}").write_text("y\n", encoding="ascii")
    pathlib.Path(spool.folder, f"10.0.0.2-{8:032x}").write_text("z" * 20000, encoding="ascii")
    os.symlink("/etc/passwd", os.path.join(spool.folder, f"10.0.0.3-{9:032x}"))
    os.mkdir(os.path.join(spool.folder, "arriving"))
    good, bad = spool.take({})
    assert not good and spool.has_more and {address for _, address, _ in bad} == {"10.0.0.9", "10.0.0.1", "10.0.0.2"}
    assert any("larger than 16 kB" in why for _, address, why in bad if address == "10.0.0.2")
    spool.take({})
    assert not spool.has_more and sorted(os.listdir(spool.folder)) == [f"10.0.0.3-{9:032x}", "arriving"]


@case
def the_newest_statement_stays_also_after_a_restart():
    bench = Bench({})
    for counter in (7, 6):
        bench.store.keep(json.dumps({"node": "alpha", "counter": counter}) + "\n", {"node": "alpha", "counter": counter})
    assert Store(bench.folder, bench.inventory).newest() == {"alpha": 7}


@case
def what_a_node_finds_out_fits_into_a_statement():
    noise = "\x1b[2J<b>\u202e\x7f" * 40
    words = {name: "" for name in "system booted profile planned id phase goal by began ended message commit checks failed restart disks fields peers rollouts backups".split()}
    words |= {
        "system": noise, "message": noise, "by": noise, "failed": "\n".join(f"unit{number}-{noise}.service" for number in range(100)),
        "checks": "\n".join(f"alpha\tcheck{number}\t1\t{noise}" for number in range(100)), "fields": "\n".join(f"field{number}\t{noise}" for number in range(50)),
        "peers": "\n".join(f"peer{number}\t{number}" for number in range(300)), "disks": "  40% /\n 7% /a b\nrubbish", "backups": "job:12\nbad name:1",
        "rollouts": 'web\t{"waiting":{"digest":"abc","batch":2,"deployer":"anna"},"approval":{"digest":"abc","batch":2,"by":"ben"}}\nbad\tno json\nodd\t{"waiting":[]}',
        "commit": f"{'a' * 40}\t5\tAnna\tA subject\twith a tab",
    }
    arguments = [part for name, text in words.items() for part in ("--arg", name, text)]
    done = subprocess.run(["jq", "-nc", "--argjson", "generation", "3", *arguments, (root / "modules/status-page/facts.jq").read_text(encoding="utf-8")], capture_output=True, check=True)
    fields = json.loads(done.stdout)
    assert len(done.stdout) < 16000 and "\\u001b" not in done.stdout.decode()
    assert fields["rollouts"] == {"web": {"digest": "abc", "batch": 2, "deployer": "anna", "approvedBy": "ben"}} and fields["commit"]["time"] == 5
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/key"], check=True)
        key = pathlib.Path(folder, "key.pub").read_text(encoding="ascii").split()
        pathlib.Path(folder, "signers").write_text(f"alpha {key[0]} {key[1]}\n", encoding="ascii")
        made = subprocess.run([sys.argv[1], "make", "status", "--network", "lab", "--node", "alpha", "--key", f"{folder}/key", "--counter", f"{folder}/counter"], input=done.stdout, capture_output=True, check=True)
        pathlib.Path(folder, "statement").write_bytes(made.stdout)
        judged = subprocess.run([sys.argv[1], "check", "--network", "lab", "--signers", f"{folder}/signers", "--kinds", "status", f"{folder}/statement"], capture_output=True, check=True)
        assert "why" not in json.loads(judged.stdout), judged.stdout


@case
def what_a_replaced_key_said_counts_no_more_after_a_restart():
    with tempfile.TemporaryDirectory() as folder:
        for key in ("old", "new"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{key}"], check=True)
            public = pathlib.Path(folder, f"{key}.pub").read_text(encoding="ascii").split()
            pathlib.Path(folder, f"signers-{key}").write_text(f"alpha {public[0]} {public[1]}\n", encoding="ascii")
        made = subprocess.run([sys.argv[1], "make", "status", "--network", "lab", "--node", "alpha", "--key", f"{folder}/old", "--counter", f"{folder}/counter"], input=b"{}", capture_output=True, check=True).stdout.decode()
        bench = Bench({})
        bench.store.keep(made, json.loads(made.splitlines()[0]))
        assert "alpha" in Store(bench.folder, bench.inventory, keys_of(f"{folder}/signers-old")).newest()
        assert Store(bench.folder, bench.inventory, keys_of(f"{folder}/signers-new")).newest() == {}
        assert Store(bench.folder, bench.inventory, {}).newest() == {}


@case
def half_files_of_a_power_cut_are_as_good_as_none():
    for half in (b"", b"\0" * 50, b'{"node":', b"[]", b"5"):
        bench = Bench({"beta": {}})
        pathlib.Path(bench.folder, "alpha.statement").write_bytes(half)
        pathlib.Path(bench.folder, "history.json").write_bytes(half)
        store = Store(bench.folder, bench.inventory, {"alpha": b"x"})
        assert store.newest() == {}, half
        store = Store(bench.folder, bench.inventory)
        assert store.newest() == {"beta": 5}, half
        History(bench.folder)


@case
def a_clock_that_was_ahead_keeps_nobody_online():
    bench = Bench({"alpha": {}}, heard=-400000000)
    assert bench.by_name["alpha"]["state"] == "offline" and bench.state["heard"] == 0
    history = History(bench.folder)
    history.note(bench.state, bench.prometheus, NOW + 400000000)
    history.note(bench.state, bench.prometheus, NOW)
    assert abs(history.saved - NOW) < 1


@case
def who_sends_does_not_say_when_it_came():
    folder = tempfile.mkdtemp()
    os.makedirs(os.path.join(folder, "spool"))
    spool = Spool({"spool": os.path.join(folder, "spool"), "store": folder, "statement": sys.argv[1], "signers": os.devnull}, inventory())
    for address, at in (("10.0.0.1", None), ("10.0.0.9", 5)):
        path = pathlib.Path(spool.folder, f"{address}-{7:032x}")
        path.write_text("x", encoding="ascii")
        if at:
            os.utime(path, (at, at))
        time.sleep(0.02)
    assert [address for _, _, address, _, _ in spool.waiting()] == ["10.0.0.1", "10.0.0.9"]
    assert all(when > NOW - 60 for when, _, _ in spool.take({})[1])


class Stranger(Answer):
    """Another program on the port of Prometheus."""

    def do_GET(self):
        self.wfile.write(self.server.says)


@case
def whatever_has_the_port_of_prometheus_ends_nothing():
    body = lambda text: b"HTTP/1.0 200 OK\r\n\r\n" + text  # noqa: E731
    for says in (b"", b"nonsense\r\n\r\n", b"HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\n{", body(b"[" * 100000), body(b"[]"), body(b'{"data":[]}'), body(b'{"data":{"result":[{"metric":[],"value":[]}]}}')):
        server = http.server.HTTPServer(("127.0.0.1", 0), Stranger)
        server.says = says
        threading.Thread(target=server.serve_forever, daemon=True).start()
        prometheus = Prometheus(f"http://127.0.0.1:{server.server_port}")
        prometheus.look(NOW)
        server.shutdown()
        server.server_close()
        assert prometheus.problem and not prometheus.up, says[:80]


@case
def the_machines_that_do_not_exist_are_shown():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-B", str(root / "checks/status-page/simulate.py"), "20", f"{folder}/page"], check=True)
        subprocess.run([sys.executable, "-B", str(root / "modules/status-page/page"), "render", f"{folder}/page/settings.json"], check=True)
        counts = json.loads(pathlib.Path(folder, "page/pages/state.json").read_text(encoding="ascii"))["counts"]
    assert counts["online"] > 10, counts


@case
def an_answer_in_drops_is_none():
    class Drops(Answer):
        def do_GET(self):
            try:
                self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
                for _ in range(200):
                    self.wfile.write(b" ")
                    time.sleep(0.02)
                self.wfile.write(b'{"data":{"result":[]}}')
            except OSError:
                pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Drops)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    patience, prometheus_module.PATIENCE = prometheus_module.PATIENCE, 0.1
    prometheus = Prometheus(f"http://127.0.0.1:{server.server_port}")
    prometheus.look(NOW)
    prometheus_module.PATIENCE = patience
    assert prometheus.problem == "Prometheus does not answer: TimeoutError", prometheus.problem


@case
def the_command_to_copy_is_this_command_alone():
    said = {"rollouts": {"web": {"digest": "abc", "batch": 1.0}}}
    assert Bench({"alpha": said}).state["rollouts"][0]["waiting"]["command"] == "netlib approve web --digest abc --batch 1"
    state = Bench({"alpha": said}).state
    assert state["rollouts"][0]["state"] == "paused"
    for command in ("netlib approve web --digest abc --batch 1", "netlib approve web --digest abc --batch 1; reboot", "netlib approve $(reboot) --digest a --batch 1", "netlib approve web --digest abc --batch 1\n"):
        state["rollouts"][0]["waiting"]["command"] = command
        state["counts"]["online"] = "\x1b[2J\u061c"
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "curl").write_text(f"#!/bin/sh\ncat {folder}/state\n", encoding="ascii")
            os.chmod(f"{folder}/curl", 0o755)
            pathlib.Path(folder, "state").write_text(json.dumps(state), encoding="ascii")
            text = "default_url=https://x pins=()\n" + (root / "modules/status-page/command.sh").read_text(encoding="utf-8")
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}, capture_output=True, check=True)
        shown = done.stdout.decode()
        assert "\x1b" not in shown and "\u061c" not in shown and "reboot" not in shown, shown
        assert (command in shown) == (command == "netlib approve web --digest abc --batch 1"), shown


@case
def root_follows_no_link_in_folders_of_others():
    text = (root / "modules/status-page/setup.sh").read_text(encoding="utf-8")
    made = re.findall(r"^(?:install -d|chown|chmod).*", text, re.MULTILINE)
    assert made and not [line for line in made if re.search(r"\$runtime/[a-z]+/", line)], made


@case
def what_cannot_be_seen_is_one_list_for_all():
    lists = {name: re.search(r"\[\\\\x\{0\}.*?\]\"", (root / name).read_text(encoding="utf-8"))[0] for name in ("lib/statements/check.jq", "modules/status-page/facts.jq", "modules/status-page/command.sh")}
    assert len(set(lists.values())) == 1, lists


@case
def a_node_with_long_words_in_any_language_still_signs():
    names = ("system", "booted", "profile", "planned", "id", "phase", "goal", "by", "began", "ended", "message", "commit", "checks", "failed", "restart", "disks", "fields", "peers", "rollouts", "backups")
    for letter in ("x", "\u4e2d", "\U0001f600"):
        words = dict.fromkeys(names, "x" * 400) | dict.fromkeys(("by", "message", "restart"), letter * 400) | {
            "checks": "\n".join(f"alpha\tcheck{number}\t1\t{letter * 300}" for number in range(64)),
            "failed": "\n".join(letter * 250 for _ in range(32)),
            "fields": "\n".join(f"field{number}\t{letter * 200}" for number in range(32)),
            "commit": f"abcdef0\t5\t{letter * 200}\t{letter * 300}",
            "rollouts": "\n".join(f"web{number}\t" + json.dumps({"waiting": {"digest": "abc", "batch": 2, "deployer": letter * 200}}) for number in range(32)),
        }
        arguments = [part for name, text in words.items() for part in ("--arg", name, text)]
        done = subprocess.run(["jq", "-nc", "--argjson", "generation", "3", *arguments, (root / "modules/status-page/facts.jq").read_text(encoding="utf-8")], capture_output=True, check=True)
        fields = json.loads(done.stdout)
        assert len(json.dumps(fields, separators=(",", ":"))) <= 15000 and fields["checks"] and fields["generation"] == 3, letter


for name, function in cases.items():
    try:
        function()
        print(f"ok {name}")
    except Exception as error:  # noqa: BLE001
        print(f"{name}: {' '.join(str(error).split())[:400] or type(error).__name__} ({traceback.extract_tb(error.__traceback__)[-1].lineno})")
