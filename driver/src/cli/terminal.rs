//! A question on the terminal of whoever runs netlib, whose answer is not shown while it is typed.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How soon an interrupt ends the question.
const LOOK_UP: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// netlib has no terminal.
    NoTerminal,
    /// The run was ended meanwhile.
    Interrupted,
    /// The terminal cannot be used.
    Broken(std::io::Error),
}

/// Asks, and reads one line without showing it.
pub async fn ask_hidden(prompt: String, cancel: CancellationToken) -> Result<String, NoAnswer> {
    // Nothing but the terminal itself: stdin and stdout may be files.
    let Ok(terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else {
        return Err(NoAnswer::NoTerminal);
    };
    // Dropped with this future too, however the run ends: it must not leave a terminal that shows nothing.
    let hidden = Hidden::on(terminal.try_clone().map_err(NoAnswer::Broken)?)?;
    let (answer, answered) = oneshot::channel();
    // A thread that nobody waits for: leaving at once must not wait for somebody who types.
    std::thread::spawn(move || {
        let is_over = || cancel.is_cancelled() || answer.is_closed();
        let line = read_hidden(terminal, &prompt, &is_over);
        let _ = answer.send(line);
    });
    let line = answered.await.unwrap_or(Err(NoAnswer::Interrupted));
    drop(hidden);
    line
}

fn read_hidden(mut terminal: File, prompt: &str, is_over: &dyn Fn() -> bool) -> Result<String, NoAnswer> {
    terminal.write_all(prompt.as_bytes()).map_err(NoAnswer::Broken)?;
    let line = read_line(&mut terminal, is_over);
    // The line break that was typed was not shown either.
    let _ = terminal.write_all(b"\n");
    line
}

fn read_line(terminal: &mut File, is_over: &dyn Fn() -> bool) -> Result<String, NoAnswer> {
    let mut bytes = Vec::new();
    loop {
        let mut wanted = [PollFd::new(terminal, PollFlags::IN)];
        match poll(&mut wanted, Some(&LOOK_UP)) {
            Ok(0) | Err(rustix::io::Errno::INTR) if is_over() => return Err(NoAnswer::Interrupted),
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(NoAnswer::Broken(error.into())),
        }
        let mut piece = [0; 1024];
        let count = terminal.read(&mut piece).map_err(NoAnswer::Broken)?;
        bytes.extend_from_slice(&piece[..count]);
        if count == 0 || bytes.contains(&b'\n') {
            let text = crate::text::unchanged(&bytes);
            return Ok(text.lines().next().unwrap_or_default().to_owned());
        }
    }
}

/// What is typed is not shown until this is dropped.
struct Hidden {
    terminal: File,
    before: Termios,
}

impl Hidden {
    fn on(terminal: File) -> Result<Self, NoAnswer> {
        let broken = |error: rustix::io::Errno| NoAnswer::Broken(error.into());
        let before = tcgetattr(terminal.as_fd()).map_err(broken)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal.as_fd(), OptionalActions::Flush, &hidden).map_err(broken)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A terminal that is gone shows nothing anyway.
        let _ = tcsetattr(self.terminal.as_fd(), OptionalActions::Flush, &self.before);
    }
}
