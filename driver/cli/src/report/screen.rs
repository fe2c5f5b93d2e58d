//! The progress display: bars on a terminal, plain lines elsewhere. It stands aside while a question is on the terminal.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use console::Color;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use textwrap::{WordSeparator, WordSplitter};

use super::lines::Lines;
use super::readers::{Reader, Steps};
use netlib_core::event::{Event, StepResult};
use netlib_core::lock::locked;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(120);
/// So many steps have a line of their own; of all that run, the number is shown.
const LINES: usize = 8;
/// Of a walk with more steps, changes are counted and not listed: the summary has them.
const FEW: usize = 60;
/// So much is kept while a question waits for its answer; of output that goes on, no more than this.
const MOST_HELD: usize = 1024;

/// The progress display. Clones are the same.
#[derive(Clone)]
pub struct Screen(Arc<Mutex<State>>);

struct State {
    lines: Lines,
    to: Box<dyn Write + Send>,
    /// Columns of the terminal.
    width: fn() -> usize,
    is_attended: bool,
    /// One bar for the walk, which turns until that begins, and a spinner for each running step; none where nobody sees them.
    bars: MultiProgress,
    overall: ProgressBar,
    running: BTreeMap<String, ProgressBar>,
    /// What became of nodes so far.
    counts: BTreeMap<&'static str, usize>,
    /// What is to be shown once the display stands aside no longer.
    held: Option<Vec<String>>,
    /// Whether what is walked has the terminal for itself.
    is_for_walk: bool,
    is_over: bool,
}

/// The display stands aside until this is dropped.
pub struct Suspended(Screen);

impl Screen {
    /// On stderr.
    pub fn on_stderr() -> Self {
        let target = console::user_attended_stderr().then(ProgressDrawTarget::stderr);
        // What cannot draw, as without TERM, gets lines.
        let target = target.filter(|target| !target.is_hidden());
        Self::of(Box::new(std::io::stderr()), target, || console::Term::stderr().size().1.into())
    }

    fn of(to: Box<dyn Write + Send>, target: Option<ProgressDrawTarget>, width: fn() -> usize) -> Self {
        let is_attended = target.is_some();
        let bars = MultiProgress::with_draw_target(target.unwrap_or_else(ProgressDrawTarget::hidden));
        Self(Arc::new(Mutex::new(State {
            lines: Lines::default(),
            to,
            width,
            is_attended,
            overall: bars.add(ProgressBar::new_spinner().with_style(style(SPINNER))),
            bars,
            running: BTreeMap::new(),
            counts: BTreeMap::new(),
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
    pub fn suspend(&self) -> Suspended {
        let mut state = self.state();
        state.held.get_or_insert_default();
        // A terminal that is gone shows no question either.
        let _ = state.bars.clear();
        state.bars.set_draw_target(ProgressDrawTarget::hidden());
        Suspended(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0)
    }
}

impl Drop for Suspended {
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
        let what = became(event, steps);
        // In a log, what was done stays.
        let is_done = matches!(event, Event::StepFinished { result: StepResult::Done(_), .. });
        let is_on_bar = if self.is_attended { self.move_bars(event, steps) } else { what == SMALL && !is_done };
        if let Some(text) = text.filter(|_| !is_on_bar) {
            let text = coloured(&text, what);
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
        let _ = match self.is_attended {
            true => self.bars.println(wrapped(&text, (self.width)())),
            false => writeln!(self.to, "{text}"),
        };
    }

    fn end(&self) {
        // What turns would be drawn again, and Indicatif leaves what is drawn when it is dropped.
        self.running.values().chain([&self.overall]).for_each(ProgressBar::finish_and_clear);
        let _ = self.bars.clear();
    }

    /// Moves the bars; whether that shows all there is to say.
    fn move_bars(&mut self, event: &Event, steps: &Steps) -> bool {
        match event {
            Event::Phase(text) => {
                self.overall.enable_steady_tick(TICK);
                self.overall.set_message(text.clone());
            }
            Event::WalkStarted { .. } => {
                self.overall.set_length(steps.count() as u64);
                self.overall.set_style(style("[{bar:12}] {pos} of {len} steps {elapsed}  {wide_msg}"));
            }
            Event::StepStarted { step } => {
                *self.counts.entry(RUNNING).or_default() += 1;
                if self.running.len() < LINES {
                    let bar = ProgressBar::new_spinner().with_style(style(SPINNER));
                    let bar = self.bars.insert_before(&self.overall, bar).with_message(steps.name(step));
                    bar.enable_steady_tick(TICK);
                    self.running.insert(step.clone(), bar);
                }
            }
            Event::StepOutput { step, line, .. } => {
                if let Some(bar) = self.running.get(step) {
                    bar.set_message(format!("{}  {line}", steps.name(step)));
                }
            }
            Event::StepFinished { step, .. } => {
                self.counts.entry(RUNNING).and_modify(|count| *count = count.saturating_sub(1));
                if let Some(bar) = self.running.remove(step) {
                    bar.finish_and_clear();
                }
                self.overall.inc(1);
            }
            _ => {}
        }
        let what = became(event, steps);
        *self.counts.entry(what).or_default() += 1;
        let counted =
            |what: &&str| self.counts.get(what).filter(|count| **count > 0).map(|count| format!("{count} {what}"));
        let words: Vec<String> = COUNTED.iter().filter_map(counted).collect();
        if !words.is_empty() {
            self.overall.set_message(words.join(", "));
        }
        let is_one_of_many = what == "changed" && steps.count() > FEW;
        is_one_of_many
            || [SMALL, "evaluated", "up to date"].contains(&what)
            || matches!(event, Event::Phase(_) | Event::StepOutput { .. })
    }
}

/// What steps are that have not ended.
const RUNNING: &str = "running";
/// What is counted, the most important first.
const COUNTED: [&str; 7] = ["failed", "offline", "changed", RUNNING, "up to date", "evaluated", "online"];
/// A line that turns.
const SPINNER: &str = "{spinner} {wide_msg} {elapsed}";

/// Said of a step that begins, and of one on the way to the activation that ends well: no change of a node.
const SMALL: &str = "on the way";

/// What an event says of a node, in a word to count; empty where it says nothing of one.
fn became(event: &Event, steps: &Steps) -> &'static str {
    let is_on_the_way = |step: &str| [": build", ": copy"].iter().any(|way| steps.name(step).ends_with(way));
    match event {
        Event::Online { .. } => "online",
        Event::Offline { .. } => "offline",
        Event::Evaluated { .. } => "evaluated",
        Event::StepStarted { .. } => SMALL,
        Event::StepFinished { step, result, .. } => match result {
            StepResult::Failed(_) => "failed",
            StepResult::Done(_) | StepResult::Skipped(_) if is_on_the_way(step) => SMALL,
            StepResult::Done(_) => "changed",
            StepResult::Skipped(_) => "up to date",
            _ => "",
        },
        _ => "",
    }
}

/// The first line in the colour of what it says, where somebody sees it.
fn coloured(text: &str, what: &str) -> String {
    let (line, rest) = text.split_at(text.find('\n').unwrap_or(text.len()));
    let colour = match what {
        "failed" | "offline" => Color::Red,
        "changed" => Color::Green,
        _ => return text.to_owned(),
    };
    format!("{}{rest}", console::style(line).for_stderr().fg(colour))
}

/// Lines of at most so many columns, broken between words; what goes on is indented as its line.
fn wrapped(text: &str, width: usize) -> String {
    let fill = |line: &str| {
        let indent = format!("{}  ", &line[..line.len() - line.trim_start().len()]);
        let how = textwrap::Options::new(width).subsequent_indent(&indent).break_words(false);
        textwrap::fill(line, how.word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation))
    };
    text.lines().map(fill).collect::<Vec<_>>().join("\n")
}

fn style(template: &str) -> ProgressStyle {
    // The templates above are constants; a mistake in one costs only its looks.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;
    use netlib_core::event::{CacheStatus, Skip, WalkStep};
    use netlib_core::plan::StepKind;

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
        (Screen::of(Box::new(shown.clone()), None, || 80), shown)
    }

    #[test]
    fn plain_lines() {
        let (mut screen, shown) = plain();
        read(&mut screen, &[phase("reading"), failed()]);
        assert_eq!(shown.text(), "reading\nx: failed after 1.0 s\n  boom\n");
    }

    #[test]
    fn a_log_has_a_line_for_what_was_done_and_none_for_what_begins() {
        let (mut screen, shown) = plain();
        let steps = [step(StepKind::Build, "alpha"), step(StepKind::Activate, "alpha")];
        let of_walk = Steps::new(&steps);
        let finished = |id: &str, result| Event::StepFinished { step: id.to_owned(), result, seconds: 1.0 };
        for event in [
            Event::StepStarted { step: "build:alpha".to_owned() },
            finished("build:alpha", StepResult::Done("built".to_owned())),
            finished("build:alpha", StepResult::Skipped(Skip::UpToDate)),
            finished("activate:alpha", StepResult::Skipped(Skip::UpToDate)),
        ] {
            screen.read(&event, &of_walk);
        }
        assert_eq!(shown.text(), "alpha: build: done in 1.0 s: built\nalpha: activate: up to date\n");
    }

    #[test]
    fn a_failure_stays_on_the_terminal_and_bars_do_not() {
        let terminal = InMemoryTerm::new(20, 60);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let mut screen = Screen::of(Box::new(std::io::sink()), Some(target), || 60);
        read(&mut screen, &[Event::WalkStarted { steps: Vec::new() }, Event::StepStarted { step: "x".to_owned() }]);
        read(&mut screen, &[failed()]);
        screen.end();
        assert_eq!(terminal.contents(), "x: failed after 1.0 s\n  boom");
    }

    #[test]
    fn output_that_has_the_terminal_for_itself_finds_nothing_there_that_turns() {
        let terminal = InMemoryTerm::new(20, 60);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let mut screen = Screen::of(Box::new(std::io::sink()), Some(target), || 60);
        screen.end_at_walk();
        read(&mut screen, &[phase("reading"), Event::WalkStarted { steps: Vec::new() }]);
        // What its thread does.
        screen.state().overall.tick();
        assert_eq!(terminal.contents(), "");
    }

    fn step(kind: StepKind, node: &str) -> WalkStep {
        let word = if kind == StepKind::Activate { "activate" } else { "build" };
        WalkStep { id: format!("{word}:{node}"), kind, node: Some(node.to_owned()) }
    }

    /// A deploy of so many nodes in the middle, on a terminal with so many columns.
    fn midway(nodes: usize, columns: u16) -> String {
        let terminal = InMemoryTerm::new(24, columns);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let width = match columns {
            60 => || 60,
            80 => || 80,
            _ => || 110,
        };
        let screen = Screen::of(Box::new(std::io::sink()), Some(target), width);
        let name = |n: usize| format!("web{n:03}");
        let steps: Vec<WalkStep> =
            (1..=nodes).flat_map(|n| [StepKind::Build, StepKind::Activate].map(|kind| step(kind, &name(n)))).collect();
        let of_walk = Steps::new(&steps);
        let read = |event: Event| screen.clone().read(&event, &of_walk);
        read(phase("reading .#default"));
        (1..=nodes).for_each(|n| read(Event::Online { node: name(n) }));
        read(Event::WalkStarted { steps: steps.clone() });
        let finished = |word: &str, n: usize, result| Event::StepFinished {
            step: format!("{word}:{}", name(n)),
            result,
            seconds: 2.0,
        };
        for n in 1..=nodes {
            read(Event::Evaluated { node: name(n), status: CacheStatus::Local });
            read(Event::StepStarted { step: format!("build:{}", name(n)) });
        }
        for n in 1..=nodes / 2 {
            read(finished("build", n, StepResult::Done("built".to_owned())));
            read(Event::StepStarted { step: format!("activate:{}", name(n)) });
        }
        read(finished("activate", 1, StepResult::Done("switched from nixos-system-web001-26.05".to_owned())));
        let why = "node `web002`, step `activate:web002`: web.service failed: no such file or directory; the switch failed, and the host rolled back to the system it ran before\n  now running: /nix/store/1-nixos (the system from before)";
        read(finished("activate", 2, StepResult::Failed(why.to_owned())));
        let healthy = "netlib: healthy for 4 s of 10 s".to_owned();
        read(Event::StepOutput { step: format!("activate:{}", name(nodes / 2)), stream: None, line: healthy });
        // What came too fast to be drawn is drawn once there is time again.
        std::thread::sleep(Duration::from_millis(500));
        let state = screen.state();
        let bars = || state.running.values().chain([&state.overall]);
        // Whoever turns them meanwhile leaves a terminal that is half drawn.
        bars().for_each(ProgressBar::disable_steady_tick);
        bars().for_each(ProgressBar::tick);
        drop(state);
        let shown = terminal.contents();
        // Spinners turn as they like, and seconds go by.
        let is_seconds = |word: &str| word.strip_suffix('s').is_some_and(|number| number.parse::<u32>().is_ok());
        let still = |line: &str| {
            let line = line.replace(|c: char| ('\u{2800}'..='\u{28ff}').contains(&c), "*");
            line.split(' ').map(|word| if is_seconds(word) { "0s" } else { word }).collect::<Vec<_>>().join(" ")
        };
        shown.lines().map(still).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn progress_of_four_and_of_two_hundred_nodes_on_narrow_and_wide_terminals() {
        for nodes in [4, 200] {
            for columns in [60, 80, 110] {
                insta::assert_snapshot!(format!("progress-{nodes}-{columns}"), midway(nodes, columns));
            }
        }
    }

    #[test]
    fn lines_are_broken_between_words_and_keep_their_indent() {
        let text = "a: failed\n    one two three four\n\nwithout-any-space-at-all-in-it";
        assert_eq!(
            wrapped(text, 14),
            "a: failed\n    one two\n      three\n      four\n\nwithout-any-space-at-all-in-it"
        );
        assert_eq!(wrapped(text, 100), text);
    }

    #[test]
    fn finding_output_without_end_is_not_kept_while_a_question_waits() {
        let (mut screen, _) = plain();
        let suspended = screen.suspend();
        let output = Event::StepOutput { step: "exec:alpha".to_owned(), stream: None, line: "flood".to_owned() };
        (0..2 * MOST_HELD).for_each(|_| read(&mut screen, std::slice::from_ref(&output)));
        read(&mut screen, &[phase("kept")]);
        let held = screen.state().held.as_ref().map(Vec::len);
        assert_eq!(held, Some(MOST_HELD + 1));
        drop(suspended);
    }

    #[test]
    fn what_happens_during_a_question_is_shown_after_it() {
        let (mut screen, shown) = plain();
        read(&mut screen, &[phase("one")]);
        let suspended = screen.suspend();
        read(&mut screen, &[phase("two"), phase("three")]);
        assert_eq!(shown.text(), "one\n");
        drop(suspended);
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
