//! What the tests of steps share.

use super::new_nonce;

pub mod scripted;

#[test]
fn nonces_differ_and_are_plain_words() {
    let (one, two) = (new_nonce(), new_nonce());
    assert_ne!(one, two);
    assert!(one.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-'), "{one}");
}
