// What a person does on the page of all machines, and what is shown then, in place of the page.
addEventListener("load", () =>
  setTimeout(() => {
    const wrong = [];
    const expect = (what, is) => is || wrong.push(`TRY ${what}`);
    const rows = () => [...document.querySelectorAll("#machines tbody tr")].filter((row) => !row.hidden);
    const names = () => rows().map((row) => row.querySelector("a").textContent);
    const all = names().length;
    const enter = (id, value, event) => {
      document.getElementById(id).value = value;
      document.getElementById(id).dispatchEvent(new Event(event));
    };

    enter("find", "@edge storage", "input");
    expect("words find machines by role and tag", rows().length > 0 && rows().length < all && names().every((name) => name.startsWith("storage")));
    expect("it says how many are shown", document.getElementById("shown").textContent === `${rows().length} of ${all} shown`);
    enter("find", "", "input");
    document.querySelector('.tile[data-filter="unhealthy"] button').click();
    expect("a number on top shows its machines", rows().length > 0 && rows().every((row) => row.dataset.state === "unhealthy"));
    enter("state", "changed", "change");
    expect("not as planned is a state to choose", rows().length > 0 && rows().every((row) => row.dataset.planned === "false"));
    enter("state", "all", "change");
    const [byName, byState] = document.querySelectorAll("#machines thead button");
    byName.click();
    const up = names();
    byName.click();
    expect("names go up, and down", up.join() === [...up].sort((a, b) => a.localeCompare(b, "en", { numeric: true })).join() && names().join() === up.reverse().join());
    byState.click();
    expect("the worst state comes first", rows()[0].dataset.state === "unhealthy" && rows().at(-1).dataset.state === "healthy");
    expect("a column says how it is sorted", document.querySelector('th[data-sort="state"]').getAttribute("aria-sort") === "ascending");
    expect("ages are told", /ago|now/.test(document.querySelector("#age time").textContent));
    document.documentElement.innerHTML = "<body></body>";
    document.body.textContent = ["TRY-DONE", ...wrong].join("\n");
  }, 300),
);
