//! A password is asked for once, tried on one host first, and never tried again where it is wrong.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

struct Counted(Arc<AtomicUsize>);

impl AskPassword for Counted {
    fn ask(&self, _: String) -> BoxFuture<'_, Result<Secret, PasswordError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let secret = Secret::first_line("right\nsecond line").ok_or(PasswordError::NoTerminal);
        Box::pin(std::future::ready(secret))
    }
}

fn password() -> (SudoPassword, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    (SudoPassword::from(Counted(asked.clone())), asked)
}

fn right<'a>(_: Secret) -> Attempt<'a> {
    Box::pin(std::future::ready(Ok(Verdict::Right)))
}

fn wrong<'a>(_: Secret) -> Attempt<'a> {
    Box::pin(std::future::ready(Ok(Verdict::Wrong("no".to_owned()))))
}

fn problem(result: Result<Secret, HostError>) -> PasswordError {
    match result {
        Err(HostError::SudoPassword { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_is_asked_for_once_however_many_hosts_want_it() {
    let (password, asked) = password();
    let hosts = ["a", "b", "c"].map(|host| password.accepted_by(host, &right));
    for secret in futures::future::join_all(hosts).await {
        assert_eq!(secret.unwrap().line(), b"right\n");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_wrong_one_is_tried_on_one_host_only() {
    let (password, asked) = password();
    let tried = AtomicUsize::new(0);
    let attempt = |_| -> Attempt<'_> {
        tried.fetch_add(1, Ordering::Relaxed);
        Box::pin(async {
            tokio::task::yield_now().await;
            Ok(Verdict::Wrong("no".to_owned()))
        })
    };
    let hosts = ["a", "b", "c"].map(|host| password.accepted_by(host, &attempt));
    let mut problems: Vec<PasswordError> = futures::future::join_all(hosts)
        .await
        .into_iter()
        .map(problem)
        .collect();
    assert_eq!(
        (tried.load(Ordering::Relaxed), asked.load(Ordering::Relaxed)),
        (1, 1)
    );
    let by = "a".to_owned();
    assert_eq!(
        problems.pop(),
        Some(PasswordError::WrongElsewhere { by: by.clone() })
    );
    assert_eq!(problems.pop(), Some(PasswordError::WrongElsewhere { by }));
    let (elsewhere, said) = (None, "no".to_owned());
    assert_eq!(problems, [PasswordError::Wrong { elsewhere, said }]);
}

#[tokio::test]
async fn a_host_that_breaks_says_nothing_of_the_password() {
    let (password, asked) = password();
    let broken = HostError::UnknownNode {
        node: "a".to_owned(),
    };
    let breaks = |_| -> Attempt<'_> { Box::pin(std::future::ready(Err(broken.clone()))) };
    let result = password.accepted_by("a", &breaks).await;
    assert!(matches!(result, Err(HostError::UnknownNode { .. })));
    let result = password.accepted_by("b", &right).await;
    assert!(result.is_ok());
    // A host with another password does not undo that it is right elsewhere.
    let found = problem(password.accepted_by("c", &wrong).await);
    assert!(matches!(&found, PasswordError::Wrong { elsewhere: Some(host), .. } if host == "b"));
    assert!(password.accepted_by("d", &right).await.is_ok());
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn nothing_shows_it() {
    let secret = Secret::first_line("hunter2").unwrap();
    assert_eq!(format!("{secret:?}"), "Secret");
    assert_eq!(Secret::first_line("\nhunter2"), None);
}
