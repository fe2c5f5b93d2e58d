//! What Nix writes to stderr with `--log-format internal-json`, sorted into error, warnings and the rest.

use serde::Deserialize;

use crate::text::clean_text;

/// How an error begins in a text for terminals.
const ERROR: &str = "error:";

/// How a warning of the configuration begins.
const EVALUATION_WARNING: &str = "evaluation warning:";

/// An error that has no format even where one was asked for.
const STACK_OVERFLOW: &str = "error: stack overflow";

/// Said instead of what Nix says of locks that it was not to write.
const STALE_LOCKS: &str = "the lock file of the flake is missing or out of date, so this run uses the newest inputs. To record \
     them: nix flake lock";

/// Everything of interest that one call of Nix said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Messages {
    /// The last error, which is the one that ended the call.
    pub error: Option<NixError>,
    /// Warnings of the user's configuration (`lib.warn`, `builtins.warn`).
    pub evaluation_warnings: Vec<String>,
    /// Warnings of Nix itself.
    pub warnings: Vec<String>,
    /// Lines of other programs, such as git and ssh.
    pub other: Vec<String>,
}

/// An error as Nix words it, without colours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NixError {
    /// The error alone.
    pub headline: String,
    /// The error with its trace.
    pub text: String,
    /// What other programs wrote before it.
    pub other: Vec<String>,
}

#[derive(Deserialize)]
struct Message {
    action: String,
    level: Option<u64>,
    msg: Option<String>,
    raw_msg: Option<String>,
}

impl Messages {
    /// Takes in one line of stderr.
    pub fn read(&mut self, line: &str) {
        let Some(json) = line.strip_prefix("@nix ") else {
            if line.starts_with(STACK_OVERFLOW) {
                // Said while the process dies, when it has no time for a format.
                self.error = Some(NixError::from_text(line));
            } else if !line.trim().is_empty() {
                let line = clean_text(line);
                self.warn(line.trim());
                self.other.push(line);
            }
            return;
        };
        // A line that does not parse belongs to a newer Nix; nothing depends on it.
        let Ok(message) = serde_json::from_str::<Message>(json) else {
            return;
        };
        if message.action == "msg"
            && let Some(text) = message.msg
        {
            self.take(message.level.unwrap_or_default(), clean_text(&text), message.raw_msg);
        }
    }

    /// Takes in a warning of the configuration; whether it is one.
    fn warn(&mut self, text: &str) -> bool {
        let warning = text.trim_start_matches("trace: ").strip_prefix(EVALUATION_WARNING);
        self.evaluation_warnings.extend(warning.map(|warning| warning.trim().to_owned()));
        warning.is_some()
    }

    /// What ended a program that says it without a format.
    pub fn failure(mut self) -> NixError {
        if let Some(error) = self.error {
            return error;
        }
        // Workers of nix-eval-jobs say it each, and their parent says it again in one line.
        let repeats = |line: &String| line.starts_with("error: worker error:");
        if self.other.iter().any(|line| line.starts_with("error") && !repeats(line)) {
            self.other.retain(|line| !repeats(line));
        }
        NixError::from_text(&self.other.join("\n").replace("error: worker error: ", ""))
    }

    fn take(&mut self, level: u64, text: String, raw: Option<String>) {
        if self.warn(&text) {
            return;
        }
        if let Some(warning) = text.strip_prefix("warning:") {
            self.warnings.push(warning.trim().to_owned());
        } else if let (0, Some(raw)) = (level, raw) {
            let other = std::mem::take(&mut self.other);
            self.error = Some(NixError { headline: clean_text(&raw), text, other });
        } else if text.starts_with(ERROR) {
            // What is no error of Nix's own kind, such as one of its JSON parser, has no headline.
            self.error = Some(NixError::from_text(&text));
        }
    }

    /// What is worth telling people: warnings of their configuration, and those of Nix that they can act on.
    pub fn to_show(&self) -> Vec<String> {
        // Older versions do not know every setting that they are given.
        let of_nix = self.warnings.iter().filter(|warning| !warning.starts_with("unknown setting"));
        let of_nix = of_nix.map(|warning| match warning.starts_with("not writing modified lock file") {
            true => STALE_LOCKS.to_owned(),
            false => warning.clone(),
        });
        let mut shown: Vec<String> = self.evaluation_warnings.iter().cloned().chain(of_nix).collect();
        shown.dedup();
        shown
    }
}

impl NixError {
    /// From a text for terminals, as programs print that have no log format for others.
    pub fn from_text(text: &str) -> Self {
        let text = clean_text(text);
        let mut lines: Vec<&str> = text.lines().collect();
        let is_error = |line: &&str| line.trim_start().starts_with(ERROR);
        let start = lines.iter().rposition(is_error).unwrap_or_default();
        let last = lines.split_off(start.min(lines.len()));
        let headline = dedented(&last);
        let headline = headline.strip_prefix(ERROR).unwrap_or(&headline).trim();
        Self { headline: without_place(headline), text, other: Vec::new() }
    }
}

/// The lines without the indentation of the first one. Later lines are indented as much, or not at all.
fn dedented(lines: &[&str]) -> String {
    let first = lines.first().copied().unwrap_or_default();
    let width = first.len() - first.trim_start().len();
    let cut = |line: &&str| {
        let blank = line.len() - line.trim_start().len();
        line.get(blank.min(width)..).unwrap_or_default().to_owned()
    };
    lines.iter().map(cut).collect::<Vec<_>>().join("\n")
}

/// Without the position and the lines of code that follow some messages: they are no part of what is wrong.
fn without_place(headline: &str) -> String {
    let is_place = |line: &str| line.starts_with("at /") || line.starts_with("at «");
    let lines = headline.lines();
    let kept: Vec<&str> = lines.take_while(|line| !is_place(line)).collect();
    kept.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_of_a_text_is_its_headline() {
        let text = "error:\n       … while\n         at /n/flake.nix:1:2:\n\n       \u{1b}[31merror:\u{1b}[0m\n       Failed:\n       - one\n         two";
        let error = NixError::from_text(text);
        assert_eq!(error.headline, "Failed:\n- one\n  two");
        assert!(!error.text.contains('\u{1b}'));
        let place = "error: derivation 'x' does not have valid outputs: error:\n  … while\n   error: attribute 'y' missing\n   at /n/flake.nix:14:99:\n     13|  x";
        assert_eq!(NixError::from_text(place).headline, "attribute 'y' missing");
        assert_eq!(NixError::from_text("odd\n").headline, "odd");
        assert_eq!(NixError::from_text("").headline, "");
    }

    #[test]
    fn a_stack_overflow_is_an_error_without_a_format() {
        let mut messages = Messages::default();
        messages.read("error: stack overflow (possible infinite recursion)");
        messages.read("error: pathspec 'x' did not match any file(s) known to git");
        let error = messages.error.unwrap();
        assert_eq!(error.headline, "stack overflow (possible infinite recursion)");
        assert_eq!(messages.other.len(), 1);
    }

    #[test]
    fn sorts_messages() {
        let mut messages = Messages::default();
        for line in [
            r#"@nix {"action":"start","id":1,"level":5,"parent":0,"text":"copying","type":0}"#,
            r#"@nix {"action":"msg","level":0,"msg":"trace: hi"}"#,
            r#"@nix {"action":"msg","level":0,"msg":"trace: evaluation warning: old"}"#,
            r#"@nix {"action":"msg","level":1,"msg":"\u001b[35;1mevaluation warning:\u001b[0m beta is old","raw_msg":"beta is old"}"#,
            r#"@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m Git tree '/n' is dirty"}"#,
            "fatal: not a git repository",
            "",
            "@nix {broken",
            r#"@nix {"action":"msg","level":0,"msg":"\u001b[31;1merror:\u001b[0m\n  x\n\n error: \u001b[31mboom","raw_msg":"\u001b[31mboom"}"#,
        ] {
            messages.read(line);
        }
        assert_eq!(messages.evaluation_warnings, ["old", "beta is old"]);
        assert_eq!(messages.warnings, ["Git tree '/n' is dirty"]);
        let error = messages.error.unwrap();
        assert_eq!(error.headline, "boom");
        assert_eq!(error.text, "error:\n  x\n\n error: boom");
        assert_eq!(error.other, ["fatal: not a git repository"]);
    }
}
