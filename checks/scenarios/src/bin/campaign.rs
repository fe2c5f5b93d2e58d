//! `campaign ROUNDS SEED [FIRST]`: see `netlib_scenarios::campaign`. Exits with 1 when something was found.

use std::process::ExitCode;

fn main() -> ExitCode {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (rounds, seed, first) = match numbers[..] {
        [rounds, seed] => (rounds, seed, 0),
        [rounds, seed, first] => (rounds, seed, first),
        _ => {
            eprintln!("usage: checks/campaign [ROUNDS] [SEED] [FIRST]   (all are numbers)");
            return ExitCode::from(2);
        }
    };
    let exceptions = netlib_scenarios::campaign::run(first..first + rounds, seed as u64);
    if exceptions.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
