"""The page of all machines, and one of each."""

from markup import addresses, badge, chips, moment, page, strip, text, written


def tiles(state):
    counts = state["counts"]
    shown = [
        ("all", "online", f"{counts['online']}<small> of {counts['all']}</small>", "healthy" if counts["online"] == counts["all"] else "none"),
        ("changed", "not as planned", sum(machine["asPlanned"] is False for machine in state["machines"]), "changed"),
        ("unhealthy", "unhealthy", counts["unhealthy"], "unhealthy"),
        ("offline", "offline", counts["offline"] + counts["unknown"], "offline"),
    ]
    return "".join(
        f'<li class="tile {name if number else "zero"}" data-filter="{key}"><strong>{number}</strong> <span>{word}</span></li>' for key, word, number, name in shown
    )


def rollout(one):
    def chip(node):
        phase = f", {node['phase']}" if node["phase"] else ""
        return f'<li><a class="node {node["state"]}" href="machines/{node["name"]}.html" title="{text(node["runs"])}{text(phase)}">{text(node["name"])}</a></li>'

    batches = "".join(
        f'<li><span class="label">batch {number}{", canary" if batch["canary"] else ""}</span><ul class="nodes">{"".join(map(chip, batch["nodes"]))}</ul></li>'
        for number, batch in enumerate(one["batches"], 1)
    )
    waiting = one["waiting"]
    words = ""
    if waiting and waiting["approvedBy"]:
        words = f"<p>approved by {text(waiting['approvedBy'])}, as {text(waiting['saidBy'])} says</p>"
    elif waiting:
        whom = f"one of {', '.join(map(text, waiting['for']))}" if waiting["for"] else "anybody who may deploy"
        words = f"""<p>waits for {whom} after batch {waiting["batch"]}, since {written(waiting["since"])}, for {text(waiting["deployer"])}; {text(waiting["saidBy"])} says so. Approve it on a machine with netlib:</p>
<pre class="command" tabindex="0"><code>{text(waiting["command"])}</code></pre>"""
    return f"""<article class="rollout {one["state"].replace(" ", "-")}"><h3>{text(one["title"])} {badge(one["state"])}</h3>{words}<ol class="batches">{batches}</ol></article>"""


def rollouts(state):
    if not state["rollouts"]:
        return ""
    order = ["paused", "failed", "going on", "done", "not begun"]
    shown = sorted(state["rollouts"], key=lambda one: (order.index(one["state"]), one["name"]))
    return f'<section aria-labelledby="rollouts"><h2 id="rollouts">Rollouts</h2><div class="rollouts">{"".join(map(rollout, shown))}</div></section>'


def health(machine):
    checks = machine["checks"]
    if not checks:
        return '<span class="quiet">no checks</span>'
    good = sum(check["healthy"] for check in checks)
    return f'<span class="{"good" if good == len(checks) else "bad"}">{good} of {len(checks)} pass</span>'


def runs(machine):
    if not machine["system"]:
        return '<span class="quiet">not known</span>'
    commit = machine["commit"]
    what = f"<code>{text(commit['id'][:8])}</code> {text(commit.get('subject', ''))}" if commit and "id" in commit else text(machine["runs"])
    generation = f"generation {machine['generation']}" if commit and machine["generation"] else ""
    by = f"by {text(machine['by'])}" if machine["by"] else ""
    return f'{what}<div class="quiet">{" · ".join(filter(None, [generation, by, written(machine["since"])]))}</div>'


def row(machine, folder="machines/"):
    problems = "".join(f"<li>{text(problem)}</li>" for problem in machine["problems"][:4])
    more = f'<li class="quiet">and {len(machine["problems"]) - 4} more</li>' if len(machine["problems"]) > 4 else ""
    listed = f'<ul class="problems">{problems}{more}</ul>' if problems else ""
    words = " ".join([machine["name"], machine["state"], *machine["roles"], *(f"@{tag}" for tag in machine["tags"]), *(one["address"] for one in machine["addresses"]), machine["runs"]])
    seen = "" if machine["online"] else f'<div class="quiet">seen {moment(machine["seen"])}</div>'
    return (
        f'<tr data-state="{machine["state"]}" data-planned="{str(machine["asPlanned"] is not False).lower()}" data-words="{text(words.lower())}">'
        f'<th scope="row"><a href="{folder}{machine["name"]}.html">{text(machine["name"])}</a><div class="chips">{chips(machine)}</div></th>'
        f'<td data-label="State"><div>{badge(machine["state"])}{seen}{listed}</div></td>'
        f'<td data-label="Runs"><div>{runs(machine)}</div></td>'
        f'<td data-label="Checks">{health(machine)}</td>'
        f'<td data-label="Addresses" class="addresses"><div>{addresses(machine)}</div></td></tr>'
    )


def table(machines):
    heads = "".join(f'<th scope="col" data-sort="{key}">{name}</th>' for key, name in [("name", "Machine"), ("state", "State"), ("runs", "Runs"), ("checks", "Checks"), ("addresses", "Addresses")])
    rows = "\n".join(map(row, machines))
    return f'<table id="machines"><caption class="unacknowledged">Machines, those with something to do first</caption><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table>'


def others(state):
    if not state["others"]:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{text(one["name"])}<div class="quiet">{text(one["description"])}</div></th><td data-label="Last seen"><div>{badge("healthy", "online") if one["online"] else badge("away", "not seen lately")}'
        f'<div class="quiet">{"seen " + moment(one["seen"]) if one["seen"] else "never seen"}</div></div></td><td data-label="Addresses" class="addresses"><div>{addresses(one)}</div></td></tr>'
        for one in state["others"]
    )
    return f"""<section aria-labelledby="others"><h2 id="others">Machines that netlib does not deploy</h2>
<table><thead><tr><th scope="col">Machine</th><th scope="col">Last seen</th><th scope="col">Addresses</th></tr></thead><tbody>{rows}</tbody></table></section>"""


def rejected(state):
    if not state["rejected"]:
        return ""
    items = "".join(f'<li>{moment(one["time"])} from {text(one["from"])}: {text(one["why"])}</li>' for one in state["rejected"])
    return f'<section aria-labelledby="rejected"><h2 id="rejected">Rejected</h2><p class="quiet">What arrived here and is not believed.</p><ul class="rejected">{items}</ul></section>'


def index(state):
    name = state["network"]["name"]
    body = f"""<h1 class="unacknowledged">Status of {text(name)}</h1>
<ul class="tiles">{tiles(state)}</ul>
{rollouts(state)}
<section aria-labelledby="list"><h2 id="list">Machines</h2>
<div id="filters" role="search" hidden>
<label>Find <input id="find" type="search" placeholder="name, role, @tag, address" autocomplete="off"></label>
<label>State <select id="state"><option value="all">all</option><option value="changed">not as planned</option><option>unhealthy</option><option>offline</option><option>healthy</option></select></label>
<output id="shown" aria-live="polite"></output>
</div>
{table(state["machines"])}
</section>
{others(state)}
{rejected(state)}
<footer><a href="state.json">state.json</a> has all of this for programs.</footer>"""
    return page(f"{name}: status", "", "index.html", body, name)


def reason(check):
    return "" if check["healthy"] else f'<div>{text(check["reason"])}</div>'


def checks(machine, history, now):
    if not machine["checks"]:
        return '<p class="quiet">It has no checks.</p>'
    rows = "".join(
        f'<tr><th scope="row">{text(check["name"])}<div class="quiet">{text(check["what"])}</div></th><td data-label="Now"><div>{badge("healthy" if check["healthy"] else "unhealthy")}'
        f'{reason(check)}</div></td><td data-label="From">{text("itself" if check["from"] == machine["name"] else check["from"])}</td>'
        f'<td data-label="Last day">{strip(history.day(machine["name"] + " " + check["name"], now), now, check["name"])}</td></tr>'
        for check in machine["checks"]
    )
    return f'<table><thead><tr><th scope="col">Check</th><th scope="col">Now</th><th scope="col">From</th><th scope="col">Last day</th></tr></thead><tbody>{rows}</tbody></table>'


def facts(machine):
    deployment = machine["deployment"] or {}
    planned = {True: "yes", False: "no", None: "not known"}[machine["asPlanned"]]
    pairs = [
        ("Runs", runs(machine)),
        ("As planned", planned),
        ("Last deployment", " ".join([text(deployment.get("phase", "")), written(deployment.get("ended") or deployment.get("began")), text(deployment.get("message", ""))]).strip()),
        ("System", f"<code>{text(machine['system'])}</code>" if machine["system"] else ""),
        ("Addresses", addresses(machine)),
        ("Failed units", "".join(f"<div>{text(unit)}</div>" for unit in machine["failedUnits"])),
        ("Needs a restart", text(machine["restart"] or "")),
        ("Disks", "".join(f'<div><code>{text(disk["mount"])}</code> <meter min="0" max="100" high="90" value="{disk["percent"]}" aria-label="{text(disk["mount"])}">{disk["percent"]} %</meter> {disk["percent"]} % used</div>' for disk in machine["disks"])),
        ("Backups", "".join(f"<div>{text(job)}: {moment(when)}</div>" for job, when in machine["backups"].items())),
        ("Secrets", "waits for them" if machine["awaitsSecrets"] else ""),
        *((text(name), text(value)) for name, value in machine["fields"].items()),
    ]
    return "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs if value)


def machine_page(machine, state, history):
    now, name = state["rendered"], machine["name"]
    problems = "".join(f"<li>{text(problem)}</li>" for problem in machine["problems"])
    events = "".join(f'<li>{moment(event["time"])} {badge(event["state"])} {text(event["text"])}</li>' for event in history.events.get(name, []))
    body = f"""<p class="back"><a href="../index.html">All machines</a></p>
<h1>{text(name)} {badge(machine["state"])}</h1>
<p class="chips">{chips(machine)}</p>
<p class="quiet">{"Online" if machine["online"] else "Not online; seen " + moment(machine["seen"])}</p>
{f'<ul class="problems">{problems}</ul>' if problems else ""}
<section aria-labelledby="day"><h2 id="day">The last day</h2>{strip(history.day(name, now), now, name)}<p class="legend" aria-hidden="true"><span>24 hours ago</span><span>now</span></p></section>
<section aria-labelledby="checks"><h2 id="checks">Checks</h2>{checks(machine, history, now)}</section>
<section aria-labelledby="facts"><h2 id="facts">What it says</h2><dl>{facts(machine)}</dl></section>
<section aria-labelledby="events"><h2 id="events">History</h2>{f'<ol class="events">{events}</ol>' if events else '<p class="quiet">Nothing has changed yet.</p>'}</section>"""
    return page(f"{name}: {state['network']['name']}", "../", None, body, state["network"]["name"])
