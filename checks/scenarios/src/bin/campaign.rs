//! `campaign ROUNDS SEED`: see `netlib_scenarios::campaign`. Exits with 1 when something was found.

use std::process::ExitCode;

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let [rounds, seed] = numbers[..] else {
        eprintln!("usage: checks/campaign [ROUNDS] [SEED]   (both are numbers)");
        return ExitCode::from(2);
    };
    let exceptions =
        netlib_scenarios::campaign::run(usize::try_from(rounds).unwrap_or(usize::MAX), seed);
    if exceptions.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
