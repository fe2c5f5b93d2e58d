//! Which packages differ between two closures, as `nix store diff-closures` tells it, from nothing but names and sizes.

use std::collections::{BTreeMap, BTreeSet};

use netlib_core::store_path;

/// A size that differs by less is not worth a line.
const WORTH_A_LINE: u64 = 8 * 1024;

/// The paths of a closure, each with its size in bytes.
pub(super) type Closure = Vec<(String, u64)>;

/// Takes the paths of a closure and then as many sizes; none if it is anything else.
pub(super) fn closure(text: &str) -> Option<Closure> {
    let (paths, sizes): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('/'));
    (paths.len() == sizes.len()).then_some(())?;
    let pairs = std::iter::zip(paths, sizes);
    pairs.map(|(path, size)| store_path::name(path).and(Some((path.to_owned(), size.parse().ok()?)))).collect()
}

/// What a closure has of a package: its versions, and all their bytes.
type Side<'a> = (BTreeSet<&'a str>, u64);

/// Lines such as `hello: 2.10 → 2.12, +5.6 KiB`: packages whose version or size differs.
pub(super) fn differences(before: &Closure, after: &Closure) -> Vec<String> {
    let mut packages: BTreeMap<&str, [Side; 2]> = BTreeMap::new();
    for (side, closure) in [before, after].into_iter().enumerate() {
        for (name, size) in closure {
            let (name, version) = split(name_of(name));
            let (versions, bytes) = &mut packages.entry(name).or_default()[side];
            versions.insert(version);
            *bytes = bytes.saturating_add(*size);
        }
    }
    packages.iter().filter_map(|(name, [before, after])| line(name, before, after)).collect()
}

/// Units of systemd that came, went or are others; the script of one, such as `script-web-start`, is told as its unit.
pub(super) fn units(before: &Closure, after: &Closure) -> BTreeSet<String> {
    let of = |closure: &Closure| -> BTreeSet<String> { closure.iter().map(|(path, _)| path.clone()).collect() };
    let script = |name: &str| Some(name.strip_prefix("script-")?.rsplit_once('-')?.0.to_owned() + ".service");
    let unit = |path: &String| name_of(path).strip_prefix("unit-").map(|name| script(name).unwrap_or(name.to_owned()));
    of(before).symmetric_difference(&of(after)).filter_map(unit).collect()
}

fn name_of(path: &str) -> &str {
    store_path::name(path).unwrap_or(path)
}

fn line(name: &str, before: &Side, after: &Side) -> Option<String> {
    let mut parts = Vec::new();
    if before.0 != after.0 {
        let only = |one: &Side, other: &Side| versions(&one.0.difference(&other.0).copied().collect::<Vec<_>>());
        parts.push(format!("{} → {}", only(before, after), only(after, before)));
    }
    if before.1.abs_diff(after.1) >= WORTH_A_LINE {
        parts.push(format!("{:+.1} KiB", (after.1 as f64 - before.1 as f64) / 1024.0));
    }
    (!parts.is_empty()).then(|| format!("{name}: {}", parts.join(", ")))
}

fn versions(versions: &[&str]) -> String {
    let shown = versions.iter().map(|version| if version.is_empty() { "ε" } else { version });
    let shown: Vec<&str> = shown.collect();
    if shown.is_empty() { "∅".to_owned() } else { shown.join(", ") }
}

/// Name and version, without the name of an output, as Nix takes them apart.
fn split(name: &str) -> (&str, &str) {
    let is_output = |end: &str| {
        matches!(end, "lib32" | "lib64") || !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let name = match name.rsplit_once('-') {
        Some((rest, end)) if is_output(end) && !rest.is_empty() => rest,
        _ => name,
    };
    let begins = |at: &usize| name.as_bytes().get(at + 1).is_some_and(|byte| !byte.is_ascii_alphabetic());
    match name.match_indices('-').map(|(at, _)| at).find(begins) {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fuzz;

    const HASH: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz";

    fn of(paths: &[(&str, u64)]) -> Closure {
        paths.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect()
    }

    #[test]
    fn packages_that_came_went_and_changed_are_told() {
        let before = of(&[("hello-2.10", 1000), ("jq-1.7", 50_000), ("jq-1.7-doc", 9000), ("etc", 10), ("same-1", 5)]);
        let after = of(&[
            ("hello-2.12", 7000),
            ("jq-1.7", 50_000),
            ("etc", 12),
            ("same-1", 5),
            ("new-3-bin", 90_000),
            ("unit", 1),
        ]);
        insta::assert_snapshot!(differences(&before, &after).join("\n"), @r"
        hello: 2.10 → 2.12
        jq: -8.8 KiB
        new: ∅ → 3, +87.9 KiB
        unit: ∅ → ε
        ");
    }

    #[test]
    fn a_unit_that_has_another_path_is_another_one() {
        let [one, two] = ["0123456789abcdfghijklmnpqrsvwxyz", "1123456789abcdfghijklmnpqrsvwxyz"];
        let path = |hash: &str, name: &str| (format!("/nix/store/{hash}-{name}"), 1);
        let before = vec![path(one, "unit-web.service"), path(one, "unit-same.service"), path(one, "hello-1")];
        let after = vec![
            path(two, "unit-web.service"),
            path(one, "unit-same.service"),
            path(one, "unit-new.timer"),
            path(one, "unit-script-mail-start"),
        ];
        assert_eq!(Vec::from_iter(units(&before, &after)), ["mail.service", "new.timer", "web.service"]);
    }

    #[test]
    fn names_are_taken_apart_as_nix_does() {
        for (name, parts) in [
            ("hello-2.12.1", ("hello", "2.12.1")),
            ("glibc-2.38-44-bin", ("glibc", "2.38-44")),
            ("nixos-system-alpha-26.05pre", ("nixos-system-alpha", "26.05pre")),
            ("unit-script-x", ("unit-script", "")),
            ("x-", ("x-", "")),
            ("a", ("a", "")),
        ] {
            assert_eq!(split(name), parts);
        }
    }

    #[test]
    fn a_closure_is_paths_and_as_many_sizes() {
        let text = format!("{HASH}-a-1\n{HASH}-b\n12\n13\n");
        assert_eq!(closure(&text), Some(of(&[(&format!("{HASH}-a-1"), 12), (&format!("{HASH}-b"), 13)])));
        for bad in ["/root/evil\n1\n", "1\n", "x\ny\n", &format!("{HASH}-a\n-1\n"), &format!("{HASH}-a/b\n1\n")] {
            assert_eq!(closure(bad), None, "{bad}");
        }
    }

    proptest! {
        #![proptest_config(fuzz::config())]

        #[test]
        fn fuzz_closures_are_read_and_compared(bytes in fuzz::bytes(), names in prop::collection::vec("[-a-z0-9.]{1,12}", 0..8)) {
            let text = netlib_core::text::clean(&bytes);
            let _ = closure(&text);
            let paths: String = names.iter().map(|name| format!("{HASH}-{name}\n")).collect();
            let sizes = "18446744073709551615\n".repeat(names.len());
            let read = closure(&(paths + &sizes)).unwrap();
            let _ = differences(&read, &Vec::new());
            prop_assert!(differences(&read, &read).is_empty());
        }
    }
}
