//! The progress display: bars on a terminal, plain lines elsewhere. It stands aside while a question is on the terminal.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::lines::Lines;
use super::readers::{Reader, Steps};
use netlib_core::event::Event;
use netlib_core::lock::locked;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(120);
/// So much is kept while a question waits for its answer; of output that goes on, no more than this.
const MOST_HELD: usize = 1024;

/// The progress display. Clones are the same.
#[derive(Clone)]
pub struct Screen(Arc<Mutex<State>>);

struct State {
    lines: Lines,
    to: Box<dyn Write + Send>,
    is_attended: bool,
    /// One bar for the walk, and a spinner for each running step; none where nobody sees them.
    bars: MultiProgress,
    overall: ProgressBar,
    running: BTreeMap<String, ProgressBar>,
    /// What is to be shown once the display stands aside no longer.
    held: Option<Vec<String>>,
    /// Whether what is walked has the terminal for itself.
    is_for_walk: bool,
    is_over: bool,
}

/// The display stands aside until this is dropped.
pub struct Aside(Screen);

impl Screen {
    /// On stderr.
    pub fn on_stderr() -> Self {
        let target = console::user_attended_stderr().then(ProgressDrawTarget::stderr);
        Self::of(Box::new(std::io::stderr()), target)
    }

    fn of(to: Box<dyn Write + Send>, target: Option<ProgressDrawTarget>) -> Self {
        Self(Arc::new(Mutex::new(State {
            lines: Lines::default(),
            to,
            is_attended: target.is_some(),
            bars: MultiProgress::with_draw_target(target.unwrap_or_else(ProgressDrawTarget::hidden)),
            overall: ProgressBar::hidden(),
            running: BTreeMap::new(),
            held: None,
            is_for_walk: false,
            is_over: false,
        })))
    }

    /// Shows nothing but interrupts once the walk begins: its own output has the terminal then.
    pub fn end_at_walk(&self) {
        self.state().is_for_walk = true;
    }

    /// Leaves the terminal to a question. What happens meanwhile is shown afterwards.
    pub fn step_aside(&self) -> Aside {
        let mut state = self.state();
        state.held.get_or_insert_default();
        // A terminal that is gone shows no question either.
        let _ = state.bars.clear();
        state.bars.set_draw_target(ProgressDrawTarget::hidden());
        Aside(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.is_attended {
            state.bars.set_draw_target(ProgressDrawTarget::stderr());
        }
        for text in state.held.take().unwrap_or_default() {
            state.show(text);
        }
    }
}

impl Reader for Screen {
    fn read(&mut self, event: &Event, steps: &Steps) {
        self.state().read(event, steps);
    }

    fn end(&mut self) {
        self.state().end();
    }
}

impl State {
    fn read(&mut self, event: &Event, steps: &Steps) {
        if self.is_over && !matches!(event, Event::Interrupted { .. }) {
            return;
        }
        let text = self.lines.of(event, steps);
        let is_output = matches!(event, Event::StepOutput { .. });
        let is_on_bar = self.is_attended && self.move_bars(event, steps);
        if let Some(text) = text.filter(|_| !is_on_bar) {
            match &mut self.held {
                Some(held) if is_output && held.len() >= MOST_HELD => {}
                Some(held) => held.push(text),
                None => self.show(text),
            }
        }
        if self.is_for_walk && matches!(event, Event::WalkStarted { .. }) {
            self.is_over = true;
            self.end();
        }
    }

    fn show(&mut self, text: String) {
        // A terminal or reader that went away must not stop the run.
        let _ = if self.is_attended { self.bars.println(text) } else { writeln!(self.to, "{text}") };
    }

    fn end(&self) {
        // Indicatif leaves what is drawn when it is dropped.
        let _ = self.bars.clear();
    }

    /// Moves the bars; whether that shows all there is to say.
    fn move_bars(&mut self, event: &Event, steps: &Steps) -> bool {
        match event {
            Event::WalkStarted { .. } => {
                let bar = ProgressBar::new(steps.count() as u64).with_style(style("[{bar:30}] {pos} of {len} steps"));
                self.overall = self.bars.add(bar);
            }
            Event::StepStarted { step } => {
                let bar = ProgressBar::new_spinner().with_style(style("{spinner} {wide_msg}"));
                let bar = self.bars.insert_from_back(1, bar).with_message(steps.name(step));
                bar.enable_steady_tick(TICK);
                self.running.insert(step.clone(), bar);
                return true;
            }
            Event::StepOutput { step, line, .. } => {
                if let Some(bar) = self.running.get(step) {
                    bar.set_message(format!("{}  {line}", steps.name(step)));
                }
                return true;
            }
            Event::StepFinished { step, .. } => {
                if let Some(bar) = self.running.remove(step) {
                    bar.finish_and_clear();
                }
                self.overall.inc(1);
            }
            _ => {}
        }
        false
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates above are constants; a mistake in one costs only its looks.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;
    use netlib_core::event::StepResult;

    #[derive(Clone, Default)]
    struct Shown(Arc<Mutex<Vec<u8>>>);

    impl Write for Shown {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Shown {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn read(screen: &mut Screen, events: &[Event]) {
        events.iter().for_each(|event| screen.read(event, &Steps::default()));
    }

    fn phase(text: &str) -> Event {
        Event::Phase(text.to_owned())
    }

    fn failed() -> Event {
        let result = StepResult::Failed("boom".to_owned());
        Event::StepFinished { step: "x".to_owned(), result, seconds: 1.0 }
    }

    fn plain() -> (Screen, Shown) {
        let shown = Shown::default();
        (Screen::of(Box::new(shown.clone()), None), shown)
    }

    #[test]
    fn plain_lines() {
        let (mut screen, shown) = plain();
        read(&mut screen, &[phase("reading"), failed()]);
        assert_eq!(shown.text(), "reading\nx: failed after 1.0 s\n  boom\n");
    }

    #[test]
    fn a_failure_stays_on_the_terminal_and_bars_do_not() {
        let terminal = InMemoryTerm::new(20, 60);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let mut screen = Screen::of(Box::new(std::io::sink()), Some(target));
        read(&mut screen, &[Event::WalkStarted { steps: Vec::new() }, Event::StepStarted { step: "x".to_owned() }]);
        read(&mut screen, &[failed()]);
        screen.end();
        assert_eq!(terminal.contents(), "x: failed after 1.0 s\n  boom");
    }

    #[test]
    fn finding_output_without_end_is_not_kept_while_a_question_waits() {
        let (mut screen, _) = plain();
        let aside = screen.step_aside();
        let output = Event::StepOutput { step: "exec:alpha".to_owned(), stream: None, line: "flood".to_owned() };
        (0..2 * MOST_HELD).for_each(|_| read(&mut screen, std::slice::from_ref(&output)));
        read(&mut screen, &[phase("kept")]);
        let held = screen.state().held.as_ref().map(Vec::len);
        assert_eq!(held, Some(MOST_HELD + 1));
        drop(aside);
    }

    #[test]
    fn what_happens_during_a_question_is_shown_after_it() {
        let (mut screen, shown) = plain();
        read(&mut screen, &[phase("one")]);
        let aside = screen.step_aside();
        read(&mut screen, &[phase("two"), phase("three")]);
        assert_eq!(shown.text(), "one\n");
        drop(aside);
        read(&mut screen, &[phase("four")]);
        assert_eq!(shown.text(), "one\ntwo\nthree\nfour\n");
    }

    #[test]
    fn a_walk_with_output_of_its_own_has_the_terminal() {
        let (mut screen, shown) = plain();
        screen.end_at_walk();
        read(&mut screen, &[phase("one"), Event::WalkStarted { steps: Vec::new() }, phase("two")]);
        assert_eq!(shown.text(), "one\n");
        read(&mut screen, &[Event::Interrupted { activating: Vec::new() }]);
        assert!(shown.text().contains("Interrupted"));
    }
}
