//! A person at a desk in the network, with a browser and with curl.

use netlib_scenarios::Site;

/// The name of the server where no other host has it: at its address in the network that sees the page.
const PAGE: &str = "https://page:8443";
const BROWSER: &str = "chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --ignore-certificate-errors --virtual-time-budget=4000 --dump-dom";

/// Tells whoever looks at the page where it is.
pub fn introduce(site: &Site) {
    let address = site.bed.host("watch").ipv4().unwrap_or_else(|error| panic!("{error}"));
    for host in ["desk", "deployer"] {
        site.exec_must(host, &format!("echo '{address} page' >> /etc/hosts"));
    }
}

/// The document as the browser has it after all scripts have run.
pub fn see(site: &Site, page: &str) -> String {
    site.exec_must("desk", &format!("{BROWSER} {PAGE}/{page} 2>/dev/null"))
}

/// The document as it is without any script.
pub fn read(site: &Site, page: &str) -> String {
    site.exec_must("desk", &format!("curl --silent --insecure --fail --max-time 20 {PAGE}/{page}"))
}

/// What curl says: the status first.
pub fn ask(site: &Site, words: &str) -> String {
    let output =
        site.exec("desk", &format!("curl --silent --insecure --max-time 20 --write-out '\\n%{{http_code}}' {words}"));
    let text = output.stdout.trim_end();
    let (body, status) = text.rsplit_once('\n').unwrap_or(("", text));
    format!("{status} {body}")
}

/// A path of the page.
pub fn at(path: &str) -> String {
    format!("{PAGE}/{path}")
}

/// Waits until this is true of `state.json`, as jq sees it.
pub fn wait_for(site: &Site, what: &str, filter: &str) {
    let line = format!("curl --silent --insecure --max-time 10 {PAGE}/state.json | jq -e '{filter}'");
    site.wait_until("desk", what, &line);
}

/// The row of a machine in the table.
pub fn row<'a>(page: &'a str, machine: &str) -> &'a str {
    let link = format!("href=\"machines/{machine}.html\">{machine}</a>");
    let table = page.find("<table id=\"machines\">").unwrap_or_else(|| panic!("no table in\n{page}"));
    let place = page[table..].find(&link).unwrap_or_else(|| panic!("no {machine} in\n{page}")) + table;
    let begin = page[..place].rfind("<tr").unwrap_or_default();
    &page[begin..place + page[place..].find("</tr>").unwrap_or_default()]
}
