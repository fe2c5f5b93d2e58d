//! What `netlib diff` shows of a node.

use std::fmt::Write;

use crate::difference::Difference;

/// A block for one node.
#[must_use]
pub fn text(node: &str, difference: &Difference) -> String {
    let Difference { running, planned, packages } = difference;
    let Some(running) = running else {
        return format!("{node}: runs no NixOS system; planned: {planned}\n");
    };
    if running == planned {
        return format!("{node}: no difference: it runs {running}\n");
    }
    let mut text = format!("{node}: {running}\n");
    let indent = " ".repeat(node.len());
    let _ = writeln!(text, "{indent}  -> {planned}");
    if packages.is_empty() {
        let _ = writeln!(
            text,
            "  no package has another version or a size that differs by more than 8 KiB: only configuration differs"
        );
    }
    for line in packages {
        let _ = writeln!(text, "  {line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(running: Option<&str>, packages: &[&str]) -> String {
        let difference = Difference {
            running: running.map(str::to_owned),
            planned: "/nix/store/2-nixos".to_owned(),
            packages: packages.iter().map(|line| (*line).to_owned()).collect(),
        };
        text("alpha", &difference)
    }

    #[test]
    fn packages_are_listed_below_the_two_systems() {
        let old = Some("/nix/store/1-nixos");
        insta::assert_snapshot!(shown(old, &["hello: 2.10 → 2.12, +5.6 KiB", "jq: ∅ → 1.7"]), @r"
        alpha: /nix/store/1-nixos
               -> /nix/store/2-nixos
          hello: 2.10 → 2.12, +5.6 KiB
          jq: ∅ → 1.7
        ");
        insta::assert_snapshot!(shown(old, &[]), @r"
        alpha: /nix/store/1-nixos
               -> /nix/store/2-nixos
          no package has another version or a size that differs by more than 8 KiB: only configuration differs
        ");
    }

    #[test]
    fn nothing_to_compare() {
        let new = Some("/nix/store/2-nixos");
        insta::assert_snapshot!(shown(new, &[]), @"alpha: no difference: it runs /nix/store/2-nixos");
        insta::assert_snapshot!(shown(None, &[]), @"alpha: runs no NixOS system; planned: /nix/store/2-nixos");
    }
}
