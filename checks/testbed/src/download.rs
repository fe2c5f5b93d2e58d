//! Downloads, which fail now and then for reasons that pass.

use std::time::Duration;

use crate::error::Result;
use crate::notice;

/// Before each further attempt.
const PAUSES: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(20), Duration::from_secs(60)];

/// Makes an attempt that downloads something, and makes it again when it fails; the last failure counts.
pub(crate) fn retried<T>(attempt: impl FnMut() -> Result<T>) -> Result<T> {
    retried_after(&PAUSES, attempt)
}

fn retried_after<T>(pauses: &[Duration], mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    for (number, pause) in pauses.iter().enumerate() {
        let error = match attempt() {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        notice(&format!(
            "attempt {} of {} failed, trying again in {} s: {error}",
            number + 1,
            pauses.len() + 1,
            pause.as_secs()
        ));
        std::thread::sleep(*pause);
    }
    attempt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    /// How often something that succeeds at this attempt was tried, and what came of it.
    fn tried(succeeds_at: usize) -> (usize, Result<usize>) {
        let mut attempts = 0;
        let result = retried_after(&[Duration::ZERO; 2], || {
            attempts += 1;
            if attempts == succeeds_at {
                return Ok(attempts);
            }
            Err(Error::Usage(format!("failure {attempts}")))
        });
        (attempts, result)
    }

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_told() {
        assert!(matches!(tried(1), (1, Ok(1))));
        assert!(matches!(tried(3), (3, Ok(3))));
        let (attempts, result) = tried(4);
        assert_eq!(attempts, 3);
        assert_eq!(result.unwrap_err().to_string(), "failure 3");
    }
}
