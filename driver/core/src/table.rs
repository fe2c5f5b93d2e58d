//! Tables of what people are told. A line has words, with `; ` between, then ` | `, and what is said of them. Lines that begin with
//! `#` are comments.

/// What the first line says of whose words some fit; nothing where there is none.
pub(crate) fn said(table: &'static str, fit: impl Fn(&str) -> bool) -> &'static str {
    let mut lines = table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" | "));
    let meant = lines.find(|(words, _)| words.split("; ").any(&fit));
    meant.map_or("", |(_, what)| what)
}
