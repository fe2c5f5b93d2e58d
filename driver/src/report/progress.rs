//! Shows events while they happen: bars on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::lines::Lines;
use super::readers::Reader;
use crate::event::Event;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// Writes lines, an event at a time.
pub struct Plain<W> {
    lines: Lines,
    to: W,
}

impl<W: Write + Send> Plain<W> {
    /// Writes to this.
    #[must_use]
    pub fn new(to: W) -> Self {
        Self { lines: Lines::default(), to }
    }
}

impl<W: Write + Send> Reader for Plain<W> {
    fn read(&mut self, event: &Event) {
        if let Some(text) = self.lines.of(event) {
            // A reader that went away must not stop the run.
            let _ = writeln!(self.to, "{text}");
        }
    }
}

/// Draws one bar for the walk and a spinner for each running step until the stream ends. What fails or warns stays
/// above the bars as lines.
pub struct Bars {
    screen: MultiProgress,
    lines: Lines,
    overall: Option<ProgressBar>,
    running: BTreeMap<String, ProgressBar>,
}

impl Bars {
    /// Draws on this screen.
    #[must_use]
    pub fn new(screen: MultiProgress) -> Self {
        Self { screen, lines: Lines::default(), overall: None, running: BTreeMap::new() }
    }

    fn show(&mut self, event: &Event) {
        let text = self.lines.of(event);
        match event {
            Event::WalkStarted { .. } => self.begin(),
            Event::StepStarted { step } => self.start(step),
            Event::StepOutput { step, line } | Event::CommandOutput { step, line, .. } => {
                if let Some(bar) = self.running.get(step) {
                    bar.set_message(format!("{}  {line}", self.lines.name(step)));
                }
            }
            Event::StepFinished { step, .. } => {
                if let Some(bar) = self.running.remove(step) {
                    bar.finish_and_clear();
                }
                if let Some(overall) = &self.overall {
                    overall.inc(1);
                }
                self.print(text);
            }
            _ => self.print(text),
        }
    }

    fn print(&self, text: Option<String>) {
        if let Some(text) = text {
            let _ = self.screen.println(text);
        }
    }

    fn begin(&mut self) {
        let bar = ProgressBar::new(self.lines.total() as u64).with_style(style("[{bar:30}] {pos} of {len} steps"));
        self.overall = Some(self.screen.add(bar));
    }

    fn start(&mut self, step: &str) {
        let bar = ProgressBar::new_spinner().with_style(style("{spinner} {wide_msg}"));
        let bar = match &self.overall {
            Some(overall) => self.screen.insert_before(overall, bar),
            None => self.screen.add(bar),
        };
        bar.set_message(self.lines.name(step));
        bar.enable_steady_tick(TICK);
        self.running.insert(step.to_owned(), bar);
    }
}

impl Reader for Bars {
    fn read(&mut self, event: &Event) {
        self.show(event);
    }

    fn end(&mut self) {
        // Indicatif leaves what is drawn when it is dropped.
        let _ = self.screen.clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates above are constants; a mistake in one costs only its looks.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::StepResult;
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    fn failed() -> Event {
        let result = StepResult::Failed("boom".to_owned());
        Event::StepFinished { step: "x".to_owned(), result, elapsed: Duration::from_secs(1) }
    }

    #[test]
    fn plain_lines() {
        let mut text = Vec::new();
        let mut plain = Plain::new(&mut text);
        plain.read(&Event::Phase("reading".to_owned()));
        plain.read(&failed());
        assert_eq!(String::from_utf8(text).unwrap(), "reading\nx: failed after 1.0 s\n  boom\n");
    }

    #[test]
    fn a_failure_stays_on_the_terminal_and_bars_do_not() {
        let terminal = InMemoryTerm::new(20, 60);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let mut bars = Bars::new(MultiProgress::with_draw_target(target));
        bars.read(&Event::WalkStarted { steps: Vec::new() });
        bars.read(&Event::StepStarted { step: "x".to_owned() });
        bars.read(&failed());
        bars.end();
        assert_eq!(terminal.contents(), "x: failed after 1.0 s\n  boom");
    }
}
