//! Tries again to connect, for a few seconds: only connections are ever tried again, never what is done over them.

use std::future::Future;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::HostError;

/// The first pause; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// No attempt begins later than this after the first one: a host that is offline is known to be within seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often that is tried which a busy sshd, the host's own or a jump host's, may have refused.
const TURNS: usize = 8;
/// And for how long, however many wait with it.
const BUSY: Duration = Duration::from_secs(60);
/// Their pauses come one after the other: all may be on their way through the same jump host.
static TURN: Mutex<()> = Mutex::const_new(());

/// Connects, again after failures that may pass.
pub(super) async fn with_backoff<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, HostError>
where
    F: Future<Output = Result<T, HostError>>,
{
    let since = Instant::now();
    let (mut pause, mut turns) = (FIRST_PAUSE, TURNS);
    loop {
        let error = match attempt().await {
            Err(error) => error,
            connected => return connected,
        };
        let HostError::NoConnection(failure) = &error else { return Err(error) };
        let is_busy = failure.is_busy();
        turns -= usize::from(is_busy);
        let patience = if is_busy { BUSY } else { PATIENCE };
        if turns == 0 || !failure.may_pass() || since.elapsed() + pause > patience {
            return Err(error);
        }
        tracing::debug!(?pause, "no connection, trying again");
        let _turn = if is_busy { Some(TURN.lock().await) } else { None };
        tokio::time::sleep(pause).await;
        pause *= if is_busy { 1 } else { 2 };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::host::ConnectFailure;
    use crate::plan::Target;

    fn failure(stderr: &str) -> HostError {
        let target = Target {
            host: "a".to_owned(),
            user: None,
            port: None,
            ssh_options: Vec::new(),
            local: false,
            previous: None,
        };
        HostError::NoConnection(ConnectFailure::recognise(&target, stderr).into())
    }

    /// How often it tried, and how long it took altogether.
    async fn tried(stderr: &str, each: u64, succeeds_at: usize) -> (usize, Duration, bool) {
        let attempts = Cell::new(0);
        let since = Instant::now();
        let result = with_backoff(async || {
            attempts.set(attempts.get() + 1);
            tokio::time::sleep(Duration::from_secs(each)).await;
            if attempts.get() == succeeds_at {
                return Ok(());
            }
            Err(failure(stderr))
        })
        .await;
        (attempts.get(), since.elapsed(), result.is_ok())
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_connection_is_tried_again_for_seconds() {
        let (attempts, took, connected) = tried("Connection refused", 0, 0).await;
        assert_eq!((attempts, connected), (4, false));
        assert!(took <= PATIENCE, "{took:?}");
        assert_eq!(tried("Connection refused", 0, 3).await.0, 3);
        assert!(tried("Connection refused", 0, 3).await.2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_is_silent_for_long_is_not_asked_twice() {
        let (attempts, took, _) = tried("Connection timed out", 10, 0).await;
        assert_eq!((attempts, took), (1, Duration::from_secs(10)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_sshd_is_asked_by_one_after_the_other() {
        let (at_once, dropped) = (Cell::new(0), Cell::new(0));
        let login = async || {
            at_once.set(at_once.get() + 1);
            // As with `MaxStartups 2:100:2`.
            let is_refused = at_once.get() > 2;
            tokio::time::sleep(Duration::from_millis(if is_refused { 1 } else { 700 })).await;
            at_once.set(at_once.get() - 1);
            dropped.set(dropped.get() + u32::from(is_refused));
            if is_refused { Err(failure("Connection closed by UNKNOWN port 65535")) } else { Ok(()) }
        };
        let logins = futures::future::join_all((0..40).map(|_| with_backoff(login))).await;
        assert!(logins.iter().all(Result::is_ok), "{logins:?}");
        assert!(dropped.get() >= 38);
        // One that never lets anybody in is given up.
        assert_eq!(tried("Connection closed by", 0, 0).await.0, TURNS);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_pass_is_not_tried_again() {
        assert_eq!(tried("Permission denied (publickey)", 0, 0).await.0, 1);
    }
}
