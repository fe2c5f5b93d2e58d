"""HTML of which nothing that came from a machine is anything but text."""

import html
import re
import time

from prometheus import SLOT

MOMENT = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
SYMBOL = {"healthy": "✓", "changed": "≠", "unhealthy": "✗", "offline": "○", "unknown": "?", "away": "–", "paused": "‖", "failed": "✗", "done": "✓", "going on": "→", "not begun": "·"}
WORD = {"h": "healthy", "c": "changed", "u": "unhealthy", "o": "offline", "a": "away", "-": "not known"}
CLASS = {"h": "healthy", "c": "changed", "u": "unhealthy", "o": "offline", "a": "away", "-": "none"}


def text(value):
    """For element content and quoted attributes alike."""
    return html.escape(str(value), quote=True)


def moment(seconds):
    """A time: to the second in the title, and as short as it can be said; a script replaces it by its age."""
    if not seconds:
        return "never"
    if seconds > 4102444800:
        return "in a future that is none"
    parts = time.gmtime(seconds)
    is_today = time.strftime("%F", parts) == time.strftime("%F", time.gmtime())
    return f'<time datetime="{time.strftime("%Y-%m-%dT%H:%M:%SZ", parts)}">{time.strftime("%H:%M" if is_today else "%F %H:%M", parts)} UTC</time>'


def written(moment_of_node):
    """A time that a node has written: text, whatever it is."""
    if not moment_of_node:
        return ""
    # Nothing that a script would take for a time and cannot read.
    if not MOMENT.fullmatch(moment_of_node):
        return f"<span>{text(moment_of_node)}</span>"
    return f'<time datetime="{moment_of_node}">{moment_of_node[:10]} {moment_of_node[11:16]} UTC</time>'


def badge(state, word=None):
    return f'<span class="badge {state.replace(" ", "-")}"><span aria-hidden="true">{SYMBOL[state]}</span> {text(word or state)}</span>'


def chips(machine):
    roles = "".join(f'<span class="chip role">{text(role)}</span>' for role in machine["roles"])
    return roles + "".join(f'<span class="chip">@{text(tag)}</span>' for tag in machine["tags"])


def strip(day, now, what):
    """The last day as a row of boxes: 96 quarters of an hour, runs of one state as one box."""
    boxes, position = [], 0
    while position < len(day):
        end = position
        while end < len(day) and day[end] == day[position]:
            end += 1
        if day[position] != "-":
            first = (int(now) // SLOT - len(day) + 1 + position) * SLOT
            title = f"{WORD[day[position]]} {time.strftime('%H:%M', time.gmtime(first))}–{time.strftime('%H:%M', time.gmtime(first + (end - position) * SLOT))} UTC"
            boxes.append(f'<rect class="{CLASS[day[position]]}" x="{position * 4}" y="0" width="{(end - position) * 4 - 0.5}" height="20" rx="1.5"><title>{title}</title></rect>')
        position = end
    known = [letter for letter in day if letter != "-"]
    good = sum(letter in "hac" for letter in known)
    words = f"{what}, last day: {100 * good // len(known)} % good" if known else f"{what}: nothing known of the last day"
    return f'<svg class="strip" viewBox="0 0 384 20" preserveAspectRatio="none" role="img" aria-label="{text(words)}"><rect class="ground" x="0" y="0" width="384" height="20" rx="3"/>{"".join(boxes)}</svg>'


def addresses(machine):
    return "".join(f'<div><span class="network">{text(one["network"])}</span> {text(one["address"])}</div>' for one in machine["addresses"])


def page(title, root, current, body, network):
    """A whole page. `root` leads to the folder of index.html; age.html is what says how old all of this is."""
    links = [("index.html", "Machines"), ("network.html", "Network")]
    mark = {current: ' aria-current="page"'}
    tabs = "".join(f'<a href="{root}{file}"{mark.get(file, "")}>{name}</a>' for file, name in links)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{text(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="{root}static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{root}static/page.css">
<script src="{root}static/page.js" defer></script>
<noscript><meta http-equiv="refresh" content="60"></noscript>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<a class="name" href="{root}index.html">{text(network)}</a>
<nav aria-label="Pages">{tabs}</nav>
<div id="age"><!--# include virtual="/age.html" --></div>
</header>
<main id="main">
{body}
</main>
</body>
</html>
"""
