//! The progress display, which steps aside while a question is on the terminal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressDrawTarget};

use super::progress::{Bars, Plain};
use super::readers::Reader;
use crate::event::Event;

/// So much is kept while a question waits for its answer; of output that goes on, no more than this.
const MOST_HELD: usize = 1024;

fn is_output(event: &Event) -> bool {
    matches!(event, Event::StepOutput { .. } | Event::CommandOutput { .. })
}

/// The progress display. Clones are the same.
#[derive(Clone)]
pub struct Screen {
    state: Arc<Mutex<State>>,
}

struct State {
    reader: Box<dyn Reader>,
    bars: Option<MultiProgress>,
    /// What happened while the display stood aside.
    held: Option<Vec<Event>>,
}

/// The display stands aside until this is dropped.
pub struct Aside {
    screen: Screen,
}

impl Screen {
    /// Bars when stderr is a terminal, lines otherwise.
    #[must_use]
    pub fn on_stderr() -> Self {
        if console::user_attended_stderr() {
            let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
            return Self::of(Box::new(Bars::new(bars.clone())), Some(bars));
        }
        Self::of(Box::new(Plain::new(std::io::stderr())), None)
    }

    fn of(reader: Box<dyn Reader>, bars: Option<MultiProgress>) -> Self {
        let state = State { reader, bars, held: None };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Leaves the terminal to a question. What happens meanwhile is shown afterwards.
    #[must_use]
    pub fn step_aside(&self) -> Aside {
        let mut state = self.state();
        state.held.get_or_insert_default();
        if let Some(bars) = &state.bars {
            // A terminal that is gone shows no question either.
            let _ = bars.clear();
            bars.set_draw_target(ProgressDrawTarget::hidden());
        }
        drop(state);
        Aside { screen: self.clone() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a panicked thread left behind is still the best there is to show.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let mut state = self.screen.state();
        if let Some(bars) = &state.bars {
            bars.set_draw_target(ProgressDrawTarget::stderr());
        }
        for event in state.held.take().unwrap_or_default() {
            state.reader.read(&event);
        }
    }
}

impl Reader for Screen {
    fn read(&mut self, event: &Event) {
        let mut state = self.state();
        match &mut state.held {
            Some(held) if held.len() >= MOST_HELD && is_output(event) => {}
            Some(held) => held.push(event.clone()),
            None => state.reader.read(event),
        }
    }

    fn end(&mut self) {
        self.state().reader.end();
    }
}

/// The progress display of what comes before the walk, whose own output has the terminal afterwards.
pub struct UntilTheWalk {
    screen: Screen,
    is_walking: bool,
}

impl UntilTheWalk {
    /// Shows it there.
    #[must_use]
    pub fn on(screen: Screen) -> Self {
        Self { screen, is_walking: false }
    }
}

impl Reader for UntilTheWalk {
    fn read(&mut self, event: &Event) {
        match event {
            Event::WalkStarted { .. } => {
                self.is_walking = true;
                self.screen.end();
            }
            Event::Interrupted { .. } => self.screen.read(event),
            _ if !self.is_walking => self.screen.read(event),
            _ => {}
        }
    }

    fn end(&mut self) {
        self.screen.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown(Arc<Mutex<Vec<String>>>);

    impl Reader for Shown {
        fn read(&mut self, event: &Event) {
            if let Event::Phase(text) = event {
                self.0.lock().unwrap().push(text.clone());
            }
        }
    }

    #[test]
    fn finding_output_without_end_is_not_kept_while_a_question_waits() {
        let mut screen = Screen::of(Box::new(Shown(Arc::default())), None);
        let aside = screen.step_aside();
        let output = || Event::StepOutput { step: "exec:alpha".to_owned(), line: "flood".to_owned() };
        (0..2 * MOST_HELD).for_each(|_| screen.read(&output()));
        screen.read(&Event::Phase("kept".to_owned()));
        let held = screen.state().held.as_ref().map(Vec::len);
        assert_eq!(held, Some(MOST_HELD + 1));
        drop(aside);
    }

    #[test]
    fn what_happens_during_a_question_is_shown_after_it() {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let mut screen = Screen::of(Box::new(Shown(shown.clone())), None);
        let count = || shown.lock().unwrap().len();
        screen.read(&Event::Phase("one".to_owned()));
        let aside = screen.step_aside();
        screen.read(&Event::Phase("two".to_owned()));
        screen.read(&Event::Phase("three".to_owned()));
        assert_eq!(count(), 1);
        drop(aside);
        screen.read(&Event::Phase("four".to_owned()));
        assert_eq!(*shown.lock().unwrap(), ["one", "two", "three", "four"]);
    }

    #[test]
    fn a_walk_with_output_of_its_own_has_the_terminal() {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let mut screen = UntilTheWalk::on(Screen::of(Box::new(Shown(shown.clone())), None));
        screen.read(&Event::Phase("one".to_owned()));
        screen.read(&Event::WalkStarted { steps: Vec::new() });
        screen.read(&Event::Phase("two".to_owned()));
        assert_eq!(*shown.lock().unwrap(), ["one"]);
    }
}
