//! What fuzz tests share: how many inputs, and bytes that are not too far from what readers expect.

use proptest::prelude::*;
use proptest::test_runner::Config;

/// 10,000 inputs for each reader, or as many as `NETLIB_FUZZ_INPUTS` says.
pub fn config() -> Config {
    let wanted = std::env::var("NETLIB_FUZZ_INPUTS").ok();
    let wanted = wanted.and_then(|number| number.parse().ok());
    Config { cases: wanted.unwrap_or(10_000), failure_persistence: None, ..Config::default() }
}

/// Bytes that a hostile host may send: rubbish, characters with a meaning, words of the protocol.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

/// Codes of the host script, and others.
pub fn refusal() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "busy",
        "changed",
        "rollout-busy",
        "rollout-lost",
        "not-paused",
        "known",
        "not-waiting",
        "because",
        "none",
    ])
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "refused=",
        "busy",
        "changed",
        "phase=",
        "confirmed",
        "lock.deployer=",
        "lock.deployment=",
        "lock=",
        "\t",
        "1-a\tactivating\t",
        "current=",
        "last=",
        "unfinished[]=",
        "generation[]=",
        "now=",
        "18446744073709551616",
        "-1",
        "check[]=",
        "\thealthy\t",
        "healthy=yes",
        "why=",
        "why=",
        "help=",
        "by=",
        "document=",
        "/nix/store/",
        "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a",
        "00000000000000000000000000000000",
        "\n\n",
        "=",
        "\u{1b}[",
        "\u{1b}]",
        "\u{7}",
        "\u{9b}",
        "\u{202e}",
        "ssh-ed25519 ",
        "AAAA",
        "@nix ",
        "{\"action\":\"",
        "\r\n",
    ];
    prop_oneof![
        4 => prop::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..12),
        2 => prop::sample::select(b"\n =/.-;\0\x1b\x7f\t\"\\'{}".to_vec()).prop_map(|byte| vec![byte]),
        1 => any::<char>().prop_map(|found| found.to_string().into_bytes()),
    ]
}

/// Prints how much memory this process has had at most: what a reader holds on to shows there.
pub fn print_peak(reader: &str) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM:"));
    println!("{reader}: {}", peak.unwrap_or("peak memory unknown"));
}
