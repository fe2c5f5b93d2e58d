//! SSH keys, made by the hosts' own ssh-keygen so that the machine needs none.

use std::ffi::OsString;

use crate::chroot::Chroot;
use crate::error::{Error, Result};

/// Makes a key for each argument and prints the private halves, each followed by its public one.
const GENERATE: &str = r#"
for name; do
  ssh-keygen -q -t ed25519 -N "" -C "$name" -f "/tmp/$name"
  cat "/tmp/$name" "/tmp/$name.pub"
done
"#;

const END: &str = "-----END OPENSSH PRIVATE KEY-----\n";

/// A key pair as in its two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyPair {
    pub(crate) private: String,
    pub(crate) public: String,
}

/// Makes one key pair for each comment.
pub(crate) fn generate(chroot: &Chroot, comments: &[&str]) -> Result<Vec<KeyPair>> {
    let command = ["sh", "-eu", "-c", GENERATE, "sh"].iter().chain(comments);
    let argv: Vec<OsString> = command.map(OsString::from).collect();
    let printed = chroot.tool(&argv).run()?.stdout;
    let pairs = parse(&printed);
    if pairs.len() == comments.len() {
        return Ok(pairs);
    }
    Err(Error::Usage(format!("ssh-keygen made {} keys instead of {}", pairs.len(), comments.len())))
}

fn parse(mut text: &str) -> Vec<KeyPair> {
    let mut pairs = Vec::new();
    while let Some(end) = text.find(END) {
        let (private, rest) = text.split_at(end + END.len());
        let Some((public, rest)) = rest.split_once('\n') else {
            break;
        };
        pairs.push(KeyPair { private: private.to_owned(), public: public.to_owned() });
        text = rest;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_taken_apart() {
        let key = |n: u8| format!("-----BEGIN OPENSSH PRIVATE KEY-----\nsecret{n}\n{END}");
        let text = format!("{}ssh-ed25519 AAA1 a\n{}ssh-ed25519 AAA2 b\n", key(1), key(2));
        let pairs = parse(&text);
        assert_eq!(pairs.len(), 2);
        assert_eq!(pairs[0].private, key(1));
        assert_eq!(pairs[1].public, "ssh-ed25519 AAA2 b");
        assert!(parse(END).is_empty());
    }
}
