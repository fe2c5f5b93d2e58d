//! Who is asked for, who gets the answer; a password for several is tried on one host first.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Counts how often it is asked, and remembers the last question.
struct Counted(Arc<AtomicUsize>, Answers, Arc<Mutex<String>>);

impl AskPassword for Counted {
    fn ask(&self, prompt: String) -> BoxFuture<'_, Result<Secret, String>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let secret = Secret::first_line("right\nsecond line").ok_or("empty".to_owned());
        Box::pin(async {
            *self.2.lock().await = prompt;
            secret
        })
    }

    fn answers(&self) -> Answers {
        self.1
    }
}

fn target(user: &str, host: &str) -> Target {
    Target {
        host: host.to_owned(),
        user: Some(user.to_owned()),
        port: None,
        ssh_options: Vec::new(),
        local: false,
        previous: None,
    }
}

/// Of the nodes a to d, and of one where root logs in.
fn asking(answers: Answers) -> (SudoPassword, Arc<AtomicUsize>, Arc<Mutex<String>>) {
    let (asked, prompt) = (Arc::new(AtomicUsize::new(0)), Arc::default());
    let mut targets = Vec::from(["a", "b", "c", "d"].map(|host| target("ann", host)));
    targets.push(target("root", "e"));
    let source = Counted(asked.clone(), answers, Arc::clone(&prompt));
    (SudoPassword::from(source, targets), asked, prompt)
}

fn password() -> (SudoPassword, Arc<AtomicUsize>) {
    let (password, asked, _) = asking(Answers::OfAll);
    (password, asked)
}

fn right<'a>(_: Secret) -> Attempt<'a> {
    Box::pin(std::future::ready(Ok(None)))
}

fn wrong<'a>(_: Secret) -> Attempt<'a> {
    Box::pin(std::future::ready(Ok(Some("no".to_owned()))))
}

fn problem(result: Result<Secret, HostError>) -> String {
    match result {
        Err(HostError::Because(problem)) => problem.split_once(": ").unwrap().1.to_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_node_is_asked_for_its_own_by_its_name() {
    let (password, asked, prompt) = asking(Answers::OfEach);
    for (count, host) in ["ann@a", "ann@b", "ann@elsewhere"].into_iter().enumerate() {
        assert!(password.accepted_by(host, &right).await.is_ok());
        assert_eq!(asked.load(Ordering::Relaxed), count + 1);
        assert_eq!(*prompt.lock().await, format!("sudo password for {host}: "));
    }
    let found = problem(password.accepted_by("ann@c", &wrong).await);
    assert!(found.starts_with("sudo did not accept the password; it was tried once") && !found.contains("accepted it"));
}

#[tokio::test]
async fn one_password_goes_to_those_who_were_named_and_to_nobody_else() {
    let (password, asked, prompt) = asking(Answers::OfAll);
    assert!(password.accepted_by("ann@b", &right).await.is_ok());
    assert_eq!(*prompt.lock().await, "sudo password for ann@a and ann@b and ann@c and ann@d: ");
    for host in ["root@e", "ann@elsewhere"] {
        let found = problem(password.accepted_by(host, &right).await);
        assert!(found.contains("one password for several nodes goes to none of them"), "{found}");
    }
    let (password, _, _) = asking(Answers::OfOne);
    insta::assert_snapshot!(problem(password.accepted_by("ann@a", &right).await), @r#"
sudo asks for a password there, and one password for several nodes goes to none of them: ann@a, ann@b, ann@c, ann@d
  help: name one node with --on; give it to each of them with --same-sudo-password (root of each of them knows it then); or name, in SUDO_ASKPASS, a program that prints the password of the node in its argument
"#);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let source = Counted(asked, Answers::OfOne, Arc::default());
    let password = SudoPassword::from(source, vec![target("ann", "a"), target("root", "e")]);
    assert!(password.accepted_by("ann@a", &right).await.is_ok());
}

#[tokio::test]
async fn it_is_asked_for_once_however_many_hosts_want_it() {
    let (password, asked) = password();
    let hosts = ["ann@a", "ann@b", "ann@c"].map(|host| password.accepted_by(host, &right));
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
            Ok(Some("no".to_owned()))
        })
    };
    let hosts = ["ann@a", "ann@b", "ann@c"].map(|host| password.accepted_by(host, &attempt));
    let problems: Vec<String> = futures::future::join_all(hosts).await.into_iter().map(problem).collect();
    assert_eq!((tried.load(Ordering::Relaxed), asked.load(Ordering::Relaxed)), (1, 1));
    insta::assert_snapshot!(problems.join("\n"), @r"
    sudo did not accept the password; it was tried once, and nothing was changed
        no
      help: run the command again with the right password
    sudo on ann@a did not accept the password, so it was not tried here; nothing was changed
    sudo on ann@a did not accept the password, so it was not tried here; nothing was changed
    ");
}

#[tokio::test]
async fn a_host_that_breaks_says_nothing_of_the_password() {
    let (password, asked) = password();
    let broken = HostError::Because("broken".to_owned());
    let breaks = |_| -> Attempt<'_> { Box::pin(std::future::ready(Err(broken.clone()))) };
    let result = password.accepted_by("ann@a", &breaks).await;
    assert!(matches!(result, Err(HostError::Because(why)) if why == "broken"));
    let result = password.accepted_by("ann@b", &right).await;
    assert!(result.is_ok());
    // A host with another password does not undo that it is right elsewhere.
    let found = problem(password.accepted_by("ann@c", &wrong).await);
    assert!(found.contains("nothing was changed; ann@b accepted it: hosts with other passwords"), "{found}");
    assert!(password.accepted_by("ann@d", &right).await.is_ok());
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn nothing_shows_it() {
    let secret = Secret::first_line("hunter2").unwrap();
    assert_eq!(format!("{secret:?}"), "Secret");
    assert_eq!(Secret::first_line("\nhunter2"), None);
}
