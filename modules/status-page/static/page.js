// What is nicer with a script: ages, filters, sorting, copying, and a page that renews itself. Nothing here is needed to read it.
"use strict";
(() => {
  const renewAfter = 15;
  // The server's clock, as the last answer told it: that of the reader may be wrong.
  let ahead = 0;
  let lastAnswer = Date.now();
  const now = () => Date.now() + ahead;
  const byId = (id) => document.getElementById(id);

  const age = (seconds) => {
    if (!(seconds >= 5)) return "now";
    const [size, unit] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].find(([size]) => seconds >= size);
    return `${Math.floor(seconds / size)} ${unit} ago`;
  };

  const showAges = () => {
    for (const time of document.querySelectorAll("time[datetime]")) {
      if (Number.isNaN(Date.parse(time.dateTime))) continue;
      time.title = time.title || time.textContent;
      time.textContent = age((now() - Date.parse(time.dateTime)) / 1000);
    }
    const about = document.querySelector("#age [data-rendered]");
    if (!about) return;
    const old = now() / 1000 - Number(about.dataset.rendered);
    const silent = (Date.now() - lastAnswer) / 1000;
    if (old > Number(about.dataset.patience) || silent > Number(about.dataset.patience)) {
      const first = about.className !== "stale";
      about.className = "stale";
      const words = silent > 60 ? "This is old: the server does not answer. " : "This is old: nothing is written any more. ";
      about.textContent = `${words}Last ${age(old)}.`;
      if (first) about.setAttribute("role", "alert");
    }
  };

  const setUp = () => {
    const filters = byId("filters");
    if (filters) {
      filters.hidden = false;
      byId("find").addEventListener("input", filter);
      byId("state").addEventListener("change", filter);
    }
    decorate();
  };

  let sorted = null;
  const decorate = () => {
    for (const head of document.querySelectorAll("#machines th[data-sort]")) {
      if (head.querySelector("button")) continue;
      const button = document.createElement("button");
      button.textContent = head.textContent;
      button.type = "button";
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        sorted = [head.cellIndex, down];
        sort();
      });
      head.replaceChildren(button);
    }
    for (const tile of document.querySelectorAll(".tile[data-filter]")) {
      if (tile.querySelector("button")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...tile.childNodes);
      button.addEventListener("click", () => {
        byId("state").value = tile.dataset.filter;
        filter();
        byId("list").scrollIntoView();
      });
      tile.append(button);
    }
    for (const command of document.querySelectorAll(".command")) {
      if (!navigator.clipboard || command.querySelector("button")) continue;
      const button = document.createElement("button");
      button.textContent = "copy";
      button.type = "button";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(command.querySelector("code").textContent);
        button.textContent = "copied";
      });
      command.append(button);
    }
    sort();
    filter();
    showAges();
  };

  const order = ["unhealthy", "changed", "offline", "unknown", "away", "healthy"];
  const sort = () => {
    if (!sorted) return;
    const [column, down] = sorted;
    const table = byId("machines");
    const key = (row) => (column === 1 ? order.indexOf(row.dataset.state) : row.cells[column].textContent.trim());
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      return (column === 1 ? left - right : left.localeCompare(right, "en", { numeric: true })) * (down ? -1 : 1);
    });
    table.tBodies[0].append(...rows);
    for (const head of table.tHead.rows[0].cells) {
      if (head.cellIndex === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  };

  const fits = (row, state) =>
    state === "all" ||
    (state === "changed" ? row.dataset.planned === "false" : state === "offline" ? ["offline", "unknown"].includes(row.dataset.state) : row.dataset.state === state);
  const filter = () => {
    const table = byId("machines");
    if (!table) return;
    const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const state = byId("state").value;
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden = !(fits(row, state) && words.every((word) => row.dataset.words.includes(word)));
      if (!row.hidden) shown += 1;
    }
    byId("shown").textContent = `${shown} of ${table.tBodies[0].rows.length} shown`;
  };

  // Everything but what a person is using just now.
  const renew = async () => {
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!fresh.querySelector("#age [data-rendered]")) return;
      ahead = Date.parse(answer.headers.get("date")) - Date.now() || 0;
      lastAnswer = Date.now();
      byId("age").replaceChildren(...fresh.getElementById("age").childNodes);
      if (document.getSelection().isCollapsed === false) return;
      const focused = document.activeElement;
      const old = byId("main").children;
      const next = fresh.getElementById("main").children;
      if (old.length !== next.length) byId("main").replaceChildren(...next), setUp();
      else
        for (let index = 0; index < old.length; index += 1) {
          if (old[index].contains(byId("filters"))) {
            if (!old[index].querySelector("table").contains(focused)) old[index].querySelector("table").replaceWith(next[index].querySelector("table"));
          } else if (!old[index].contains(focused)) old[index].replaceWith(next[index].cloneNode(true));
        }
      decorate();
    } catch {
      // What it says of its age is enough.
    }
  };

  setUp();
  setInterval(showAges, 1000);
  setInterval(() => document.hidden || renew(), renewAfter * 1000);
  document.addEventListener("visibilitychange", () => document.hidden || renew());
})();
