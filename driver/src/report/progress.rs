//! Shows events while they happen: bars on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use super::lines::Lines;
use crate::event::Event;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// Writes a line an event until the stream ends.
pub async fn plain(mut events: UnboundedReceiver<Event>, mut to: impl Write + Send) {
    let mut lines = Lines::default();
    while let Some(event) = events.recv().await {
        if let Some(text) = lines.of(&event) {
            // A reader that went away must not stop the run.
            let _ = writeln!(to, "{text}");
        }
    }
}

/// Draws one bar for the walk and a spinner for each running step until the stream ends. What fails or warns stays
/// above the bars as lines.
pub async fn bars(mut events: UnboundedReceiver<Event>, screen: MultiProgress) {
    let mut bars = Bars::new(screen);
    while let Some(event) = events.recv().await {
        bars.show(&event);
    }
    // Indicatif leaves what is drawn when it is dropped.
    let _ = bars.screen.clear();
}

struct Bars {
    screen: MultiProgress,
    lines: Lines,
    overall: Option<ProgressBar>,
    running: BTreeMap<String, ProgressBar>,
}

impl Bars {
    fn new(screen: MultiProgress) -> Self {
        Self {
            screen,
            lines: Lines::default(),
            overall: None,
            running: BTreeMap::new(),
        }
    }

    fn show(&mut self, event: &Event) {
        let text = self.lines.of(event);
        match event {
            Event::WalkStarted { .. } => self.begin(),
            Event::StepStarted { step } => self.start(step),
            Event::StepOutput { step, line } => {
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
            Event::Phase(_) | Event::Warning(_) | Event::Evaluated { .. } => self.print(text),
        }
    }

    fn print(&self, text: Option<String>) {
        if let Some(text) = text {
            let _ = self.screen.println(text);
        }
    }

    fn begin(&mut self) {
        let bar = ProgressBar::new(self.lines.total() as u64)
            .with_style(style("[{bar:30}] {pos} of {len} steps"));
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

fn style(template: &str) -> ProgressStyle {
    // The templates above are constants; a mistake in one costs only its looks.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventSink, StepResult};
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    fn failed() -> Event {
        let result = StepResult::Failed("boom".to_owned());
        Event::StepFinished {
            step: "x".to_owned(),
            result,
            elapsed: Duration::from_secs(1),
        }
    }

    #[tokio::test]
    async fn plain_lines_end_with_the_stream() {
        let (sink, reader) = EventSink::channel();
        sink.send(Event::Phase("reading".to_owned()));
        sink.send(failed());
        drop(sink);
        let mut text = Vec::new();
        plain(reader, &mut text).await;
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "reading\nx: failed after 1.0 s\n  boom\n"
        );
    }

    #[tokio::test]
    async fn a_failure_stays_on_the_terminal_and_bars_do_not() {
        let terminal = InMemoryTerm::new(20, 60);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let screen = MultiProgress::with_draw_target(target);
        let (sink, reader) = EventSink::channel();
        sink.send(Event::WalkStarted { steps: Vec::new() });
        sink.send(Event::StepStarted {
            step: "x".to_owned(),
        });
        sink.send(failed());
        drop(sink);
        bars(reader, screen).await;
        assert_eq!(terminal.contents(), "x: failed after 1.0 s\n  boom");
    }
}
