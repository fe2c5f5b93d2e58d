// What axe-core finds wrong with the page, in place of the page.
addEventListener("load", () =>
  axe.run(document, { resultTypes: ["violations"] }).then((result) => {
    const lines = result.violations.flatMap((one) => one.nodes.map((node) => `AXE ${one.id} (${one.impact}): ${one.help}: ${node.html.slice(0, 160).replaceAll("\n", " ")}`));
    document.documentElement.innerHTML = "<body></body>";
    document.body.textContent = ["AXE-DONE", ...lines].join("\n");
  }),
);
