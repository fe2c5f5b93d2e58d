//! Where the password for sudo comes from: a file, the terminal, or the program in SUDO_ASKPASS, in this order.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use futures::FutureExt;
use futures::future::BoxFuture;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::session::Session;
use crate::report::screen::Screen;
use netlib_core::host::{Answers, AskPassword, NO_TERMINAL, Secret};
use netlib_core::process::Command;

/// How long a program may take to get the password from its user.
const PROGRAM: Duration = Duration::from_secs(5 * 60);
/// Said where the user ended the run instead of answering.
const INTERRUPTED: &str = "sudo asks for a password there, and the question for it was interrupted";

/// How sudo on the nodes gets its password.
#[derive(Args, Clone, Debug, Default)]
pub struct SudoArgs {
    /// Read the sudo password from the first line of this file; for several nodes only with --same-sudo-password [default: ask on
    /// the terminal for each node, or run the program in SUDO_ASKPASS]
    #[arg(long, value_name = "FILE")]
    sudo_password_file: Option<PathBuf>,

    /// Use one sudo password for all selected nodes whose login user is not root; root on each of them can learn it
    #[arg(long)]
    same_sudo_password: bool,
}

impl SudoArgs {
    /// Who is asked when a node wants a password.
    pub fn source(&self, session: &Session) -> Source {
        Source { args: self.clone(), screen: session.screen.clone(), cancel: session.cancel.clone() }
    }
}

/// Where the password comes from.
pub struct Source {
    args: SudoArgs,
    screen: Screen,
    cancel: CancellationToken,
}

impl Source {
    async fn answer(&self, prompt: String) -> Result<Secret, String> {
        if let Some(file) = &self.args.sudo_password_file {
            return from_file(file).await;
        }
        let program = std::env::var_os("SUDO_ASKPASS").filter(|program| !program.is_empty());
        // Nothing but the terminal itself: stdin and stdout may be files.
        match (OpenOptions::new().read(true).write(true).open("/dev/tty"), &program) {
            (Ok(terminal), _) => self.ask_terminal(terminal, prompt).await,
            (Err(_), Some(program)) => self.ask_program(program, prompt).await,
            (Err(_), None) => Err(NO_TERMINAL.to_owned()),
        }
    }

    /// Reads one line without showing it.
    async fn ask_terminal(&self, terminal: File, prompt: String) -> Result<Secret, String> {
        let broken = |error: std::io::Error| unusable("the terminal", &error.to_string());
        let _suspended = self.screen.suspend();
        // Dropped with this future too, however the run ends: it must not leave a terminal that shows nothing.
        let _hidden = Hidden::on(terminal.try_clone().map_err(broken)?).map_err(broken)?;
        let (answer, answered) = oneshot::channel();
        // A thread that nobody waits for: leaving at once must not wait for somebody who types.
        std::thread::spawn(move || answer.send(read_line(terminal, &prompt)));
        let line = tokio::select! {
            line = answered => line.map_err(|_| INTERRUPTED)?.map_err(broken)?,
            () = self.cancel.cancelled() => return Err(INTERRUPTED.to_owned()),
        };
        Secret::first_line(&line).ok_or_else(|| unusable("the terminal", "it is empty"))
    }

    async fn ask_program(&self, program: &OsString, prompt: String) -> Result<Secret, String> {
        let from = format!("the program in SUDO_ASKPASS, {}", program.display());
        let output = Command::new(program).arg(prompt).timeout(PROGRAM).cancel_on(&self.cancel);
        let output = output.output().await.map_err(|error| match error {
            _ if self.cancel.is_cancelled() => INTERRUPTED.to_owned(),
            error => unusable(&from, &error.to_string()),
        })?;
        Secret::first_line(&netlib_core::text::unchanged(&output.stdout))
            .ok_or_else(|| unusable(&from, "it printed nothing"))
    }
}

fn read_line(mut terminal: File, prompt: &str) -> std::io::Result<String> {
    terminal.write_all(prompt.as_bytes())?;
    let mut line = Vec::new();
    BufReader::new(&terminal).read_until(b'\n', &mut line)?;
    // The line break that was typed was not shown either.
    terminal.write_all(b"\n")?;
    Ok(netlib_core::text::unchanged(&line))
}

/// What is typed is not shown until this is dropped.
struct Hidden {
    terminal: File,
    before: Termios,
}

impl Hidden {
    fn on(terminal: File) -> std::io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &hidden)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A terminal that is gone shows nothing anyway.
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

async fn from_file(file: &Path) -> Result<Secret, String> {
    let from = format!("the file {}", file.display());
    let text = tokio::fs::read_to_string(file).await;
    let text = text.map_err(|error| unusable(&from, &error.to_string()))?;
    Secret::first_line(&text).ok_or_else(|| unusable(&from, "its first line is empty"))
}

fn unusable(from: &str, problem: &str) -> String {
    format!("sudo asks for a password there, and {from} does not give one: {problem}")
}

impl AskPassword for Source {
    fn ask(&self, prompt: String) -> BoxFuture<'_, Result<Secret, String>> {
        self.answer(prompt).boxed()
    }

    fn answers(&self) -> Answers {
        match (self.args.same_sudo_password, &self.args.sudo_password_file) {
            (true, _) => Answers::OfAll,
            (false, Some(_)) => Answers::OfOne,
            (false, None) => Answers::OfEach,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(file: Option<PathBuf>) -> Source {
        let args = SudoArgs { sudo_password_file: file, same_sudo_password: false };
        Source { args, screen: Screen::on_stderr(), cancel: CancellationToken::new() }
    }

    #[tokio::test]
    async fn a_file_gives_its_first_line_or_says_why_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "hunter2\n").unwrap();
        let expected = Secret::first_line("hunter2");
        assert_eq!(source(Some(file.clone())).answer(String::new()).await.ok(), expected);
        std::fs::write(&file, "\n").unwrap();
        let problem = source(Some(file.clone())).answer(String::new()).await.unwrap_err();
        assert!(problem.to_string().contains("its first line is empty"), "{problem}");
        std::fs::remove_file(&file).unwrap();
        let problem = source(Some(file)).answer(String::new()).await.unwrap_err();
        assert!(problem.to_string().contains("No such file"), "{problem}");
    }

    #[tokio::test]
    async fn a_program_is_asked_with_the_prompt() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("askpass");
        std::fs::write(&program, "#!/bin/sh\necho \"hunter2 for $1\"\n").unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&program, executable).unwrap();
        let answer = source(None).ask_program(&program.into(), "alpha".to_owned()).await;
        assert_eq!(answer.ok(), Secret::first_line("hunter2 for alpha"));
        let problem = source(None).ask_program(&"/bin/false".into(), String::new()).await;
        assert!(problem.is_err_and(|problem| problem.contains("the program in SUDO_ASKPASS, /bin/false")));
    }
}
