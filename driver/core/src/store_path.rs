//! Paths in the Nix store by their shape: whoever names one says nothing else with it.

/// Where the store is.
const STORE: &str = "/nix/store/";
/// How long the hash is.
const HASH: usize = 32;
/// How long the name may be.
const LONGEST_NAME: usize = 211;

/// Whether a text is a path directly in the store: `/nix/store/<hash>-<name>` and nothing more.
pub fn is_store_path(text: &str) -> bool {
    name(text).is_some()
}

/// The name in a store path: `hello-2.12` of `/nix/store/<hash>-hello-2.12`; none if the text is no store path.
pub fn name(text: &str) -> Option<&str> {
    let (hash, name) = text.strip_prefix(STORE)?.split_at_checked(HASH)?;
    let name = name.strip_prefix('-')?;
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._?=".contains(&byte);
    let is_good = hash.bytes().all(|byte| b"0123456789abcdfghijklmnpqrsvwxyz".contains(&byte))
        && (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(is_fit);
    is_good.then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fuzz;

    const HASH: &str = "0123456789abcdfghijklmnpqrsvwxyz";

    #[test]
    fn a_store_path_is_a_hash_and_a_name() {
        for path in ["nixos-system-alpha-26.05", "a", "x+y?z=._-"] {
            assert_eq!(name(&format!("/nix/store/{HASH}-{path}")), Some(path));
        }
        let long = "x".repeat(212);
        for path in ["", "/etc/passwd", "a/bin", "a#default", "a^out", "a b", "ä", "a\n", &long] {
            assert!(!is_store_path(&format!("/nix/store/{HASH}-{path}")), "{path:?}");
        }
        for text in [
            "",
            "path:/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a",
            "/nix/store/0123456789abcdfghijklmnpqrsvwxye-a",
            "/nix/store/0123456789abcdfghijklmnpqrsvwxyz",
            "/nix/store/../../home/x/0123456789abcdfgh-a",
            "/root/evil",
            "nixpkgs#hello",
            "--help",
        ] {
            assert!(!is_store_path(text), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(fuzz::config())]

        #[test]
        fn fuzz_a_store_path_has_one_shape(bytes in fuzz::bytes()) {
            let text = crate::text::clean(&bytes);
            if is_store_path(&text) {
                prop_assert!(text.is_ascii() && !text.contains([' ', '\n', '#', ':', '^', '\'']));
                prop_assert_eq!(text.matches('/').count(), 3);
            }
        }
    }
}
