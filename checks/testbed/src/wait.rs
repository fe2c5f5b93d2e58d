//! Waiting for a condition, with a deadline and with what was seen last in the error.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// Asks `check` until it answers `Ok(value)`; `Err(seen)` means not yet.
pub(crate) fn until<T>(
    what: &str,
    deadline: Duration,
    mut check: impl FnMut() -> Result<std::result::Result<T, String>>,
) -> Result<T> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        let last = match check()? {
            Ok(value) => return Ok(value),
            Err(seen) => seen,
        };
        if start.elapsed() >= deadline {
            return Err(Error::Timeout { what: what.to_owned(), after: deadline, last });
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_until_true_and_reports_what_was_seen_last() {
        let mut asked = 0;
        let value = until("three", Duration::from_secs(5), || {
            asked += 1;
            Ok(if asked == 3 { Ok(asked) } else { Err(String::new()) })
        });
        assert_eq!(value.unwrap(), 3);
        let error = until::<()>("never", Duration::from_millis(20), || Ok(Err("still starting".into())));
        assert!(error.unwrap_err().to_string().contains("still starting"));
    }
}
