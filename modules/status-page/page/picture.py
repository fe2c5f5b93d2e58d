"""The network's picture: IP networks as lines, machines below them as cards in the colour of their state, a dot where a card is on a line."""

from markup import SYMBOL, page, text

CARD, GAP, HEIGHT, LINE = 148, 14, 58, 26


def signature(machine, order):
    return tuple(sorted(order[network] for network in machine["networks"] if network in order))


def card(machine, x, y):
    title = "; ".join([machine["name"], machine["state"], *machine["problems"][:3]])
    link = f'<a href="machines/{machine["name"]}.html">' if machine["isNode"] else "<g>"
    name = machine["name"] if len(machine["name"]) < 17 else machine["name"][:15] + "…"
    below = machine["note"] if len(machine["note"]) < 22 else machine["note"][:20] + "…"
    return (
        f'{link}<title>{text(title)}</title><rect class="card {machine["state"]}{"" if machine["isNode"] else " external"}" x="{x}" y="{y}" width="{CARD}" height="{HEIGHT}" rx="9"/>'
        f'<rect class="bar {machine["state"] if machine["isNode"] else "none"}" x="{x}" y="{y + 10}" width="4" height="{HEIGHT - 20}" rx="2"/>'
        f'<text class="title" x="{x + 14}" y="{y + 25}">{text(name)}</text><text class="note" x="{x + 14}" y="{y + 43}">{text(below)}</text>'
        f'<text class="symbol {machine["state"]}" x="{x + CARD - 14}" y="{y + 26}" text-anchor="end">{SYMBOL[machine["state"]]}</text>{"</a>" if machine["isNode"] else "</g>"}'
    )


def rows(machines, networks, order, columns):
    """Each row of cards has the lines above it that its cards are on."""
    drawn, y, width = [], 6, columns * (CARD + GAP) + GAP
    for start in range(0, len(machines), columns):
        group = machines[start : start + columns]
        here = [name for name in networks if any(name in machine["networks"] for machine in group)]
        top = {name: y + 18 + number * LINE for number, name in enumerate(here)}
        below = y + 12 + len(here) * LINE
        labels = []
        for name in here:
            xs = [GAP + number * (CARD + GAP) + offset(machine, name) for number, machine in enumerate(group) if name in machine["networks"]]
            drawn.append(f'<path class="line n{order[name] % 8}" d="M{GAP} {top[name]}H{max(xs)}"/>')
            drawn += [f'<path class="drop n{order[name] % 8}" d="M{x} {top[name]}V{below}"/><circle class="dot n{order[name] % 8}" cx="{x}" cy="{top[name]}" r="{5 if group_relay(group, name, x) else 3.5}"/>' for x in xs]
            label = f"{networks[name]['label']} {' '.join(networks[name]['subnets'][:1])}".strip()
            labels.append(f'<text class="label n{order[name] % 8}" x="{GAP}" y="{top[name] - 6}">{text(label)}</text>')
        drawn += labels
        drawn += [card(machine, GAP + number * (CARD + GAP), below) for number, machine in enumerate(group)]
        y = below + HEIGHT + 20
    return drawn, width, y


def offset(machine, network):
    """Where on the card its line ends: beside one another."""
    mine = machine["networks"]
    return CARD * (mine.index(network) + 1) // (len(mine) + 1)


def group_relay(group, name, x):
    return any(name in machine["relayIn"] and GAP + number * (CARD + GAP) + offset(machine, name) == x for number, machine in enumerate(group))


def drawing(machines, networks, order, columns, kind):
    drawn, width, height = rows(machines, networks, order, max(2, min(columns, len(machines))))
    return f'<svg class="picture {kind}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="group" aria-label="Machines and the IP networks that they are in">{"".join(drawn)}</svg>'


def network_page(state, inventory):
    networks = inventory["networks"]
    order = {name: number for number, name in enumerate(networks)}
    members = {}
    for name, network in networks.items():
        for member in network["members"]:
            members.setdefault(member, []).append(name)
    drawn = [
        {"name": one["name"], "state": one["state"], "isNode": True, "problems": one["problems"], "note": " ".join(one["roles"]) or " ".join(f"@{tag}" for tag in one["tags"]) or one["runs"]}
        for one in state["machines"]
    ] + [{"name": one["name"], "state": "healthy" if one["online"] else "away", "isNode": False, "problems": [], "note": one["description"]} for one in state["others"]]
    for machine in drawn:
        machine["networks"] = members.get(machine["name"], [])
        machine["relayIn"] = [name for name in machine["networks"] if machine["name"] in networks[name]["relays"]]
    drawn.sort(key=lambda one: (signature(one, order) == (), signature(one, order), -len(one["relayIn"]), not one["isNode"], one["name"]))
    counts = state["counts"]
    legend = "".join(f'<li><span class="swatch {name}" aria-hidden="true">{SYMBOL[name]}</span> {word}</li>' for name, word in [("healthy", "healthy"), ("changed", "not as planned"), ("unhealthy", "unhealthy"), ("offline", "offline"), ("unknown", "never heard of"), ("away", "away, and may be")])
    body = f"""<h1>Network</h1>
<p class="quiet">{counts["online"]} of {counts["all"]} machines online. Each line is an IP network, with a dot for each machine in it, a large one where it passes packets on. A dashed card is a machine that netlib does not deploy.</p>
<ul class="legend-states">{legend}</ul>
{drawing(drawn, networks, order, 8, "wide")}
{drawing(drawn, networks, order, 2, "narrow")}"""
    return page(f"{state['network']['name']}: network", "", "network.html", body, state["network"]["name"])
