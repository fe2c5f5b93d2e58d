//! A host that answers as it is told to.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::host::{Host, HostCommand, HostError};
use crate::process::{LineSink, Output};

/// What a host says to one question, and for how many questions of this kind.
pub type Answers = VecDeque<(usize, Option<String>)>;

/// Answers in turn; `None` is a connection that broke, and the last answer of a kind is said for ever.
#[derive(Default)]
pub struct Scripted {
    pub status: Mutex<Answers>,
    pub activate: Mutex<Answers>,
    pub confirm: Mutex<Answers>,
    pub probe: Mutex<Answers>,
    asked: Mutex<Vec<&'static str>>,
}

impl Scripted {
    pub fn new(status: impl IntoIterator<Item = (usize, Option<String>)>) -> Self {
        let host = Self::default();
        host.status.lock().unwrap().extend(status);
        host
    }

    pub fn says(self, kind: fn(&Self) -> &Mutex<Answers>, answers: &[Option<&str>]) -> Self {
        let answers = answers.iter().map(|said| (1, said.map(str::to_owned)));
        kind(&self).lock().unwrap().extend(answers);
        self
    }

    pub fn asked(&self, subcommand: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|it| **it == subcommand).count()
    }

    fn answer(&self, command: &HostCommand) -> Result<Output, HostError> {
        let is = |word: &str| command.argv.iter().any(|it| it == word);
        let (subcommand, answers) = if is("status") {
            ("status", &self.status)
        } else if is("confirm") {
            ("confirm", &self.confirm)
        } else if is("activate") {
            ("activate", &self.activate)
        } else if is("probe") {
            ("probe", &self.probe)
        } else {
            ("other", &self.activate)
        };
        self.asked.lock().unwrap().push(subcommand);
        let mut answers = answers.lock().unwrap();
        let last = answers.len() == 1;
        let Some((left, said)) = answers.front_mut() else {
            return Ok(output(""));
        };
        let said = said.clone();
        *left = left.saturating_sub(1);
        if *left == 0 && !last {
            answers.pop_front();
        }
        said.map(|said| output(&said)).ok_or_else(broken)
    }
}

fn output(said: &str) -> Output {
    Output { stdout: said.as_bytes().to_vec(), stderr: String::new() }
}

fn broken() -> HostError {
    HostError::Disconnected("the connection to a bed broke while this ran: sh\n    Broken pipe".to_owned())
}

impl Host for Scripted {
    fn node(&self) -> &'static str {
        "bed"
    }

    fn names_store_paths(&self) -> bool {
        false
    }

    fn address(&self) -> String {
        "a bed".to_owned()
    }

    /// What is asked over a connection of its own is noted as such.
    fn execute(&self, command: HostCommand, _: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>> {
        if command.is_anew {
            self.asked.lock().unwrap().push("a new connection");
        }
        async move { self.answer(&command) }.boxed()
    }
}
