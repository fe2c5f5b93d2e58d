//! What to tell of a job whose worker ends.

use netlib_core::evaluation::{EvaluateError, Job};

/// The error of a job whose worker ended in this way, and once more when nothing else ran.
pub(super) fn worker_ended(job: &Job, how: &str) -> EvaluateError {
    let (why, advice) = if how.contains("infinite recursion") || how.ends_with("signal 11") {
        (
            "most likely a value of it needs itself",
            "look at what was changed last, or run again with --show-trace --evaluator nix",
        )
    } else {
        (
            "most likely this machine has too little memory for it",
            "free some memory, or allow the evaluator more with --eval-memory",
        )
    };
    let text =
        format!("evaluating it ended its worker ({how}), also when it was tried alone: {why}\n  what to do: {advice}");
    EvaluateError::plain(job, &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use netlib_core::evaluation::Attribute;

    #[test]
    fn who_was_killed_reads_what_most_likely_killed_it() {
        let text = |how: &str| worker_ended(&Attribute::Toplevels.of("alpha"), how).to_string();
        assert_snapshot!(text("got killed by SIGKILL"), @r"
        node `alpha` does not evaluate: evaluating it ended its worker (got killed by SIGKILL), also when it was tried alone: most likely this machine has too little memory for it
          what to do: free some memory, or allow the evaluator more with --eval-memory
        ");
        assert_snapshot!(text("exited with exit code 1, (possible infinite recursion)"), @r"
        node `alpha` does not evaluate: evaluating it ended its worker (exited with exit code 1, (possible infinite recursion)), also when it was tried alone: most likely a value of it needs itself
          what to do: look at what was changed last, or run again with --show-trace --evaluator nix
        ");
    }
}
