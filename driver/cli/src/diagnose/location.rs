//! Finds the place in the user's own files that an error is about.

use super::SourceMap;

/// Files between quotes, as the module system writes them: ``In `/net/flake.nix': 3``.
pub fn named(headline: &str, sources: &SourceMap) -> Option<String> {
    let quoted = headline.split(['`', '\'', '"', '‘', '’']).skip(1);
    // `/net/flake.nix, via option defaults` names the file too.
    let named = quoted.map(|part| part.split_once(", via option ").map_or(part, |(file, _)| file));
    let mut files = named.filter(|part| part.starts_with('/') && part.ends_with(".nix"));
    files.find(|file| sources.is_own(file)).map(str::to_owned)
}

/// The last of `at FILE:LINE:COLUMN:`; Nix prints the innermost position last.
pub fn nearest(text: &str, sources: &SourceMap) -> Option<String> {
    let positions = text.lines().rev().filter_map(position);
    positions.into_iter().find(|at| sources.is_own(file_of(at))).map(str::to_owned)
}

fn position(line: &str) -> Option<&str> {
    let at = line.trim_start().strip_prefix("at ")?;
    let at = at.trim_end().trim_end_matches(':');
    let numbers = at.rsplitn(3, ':').take(2);
    let is_place = numbers.into_iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (is_place && at.starts_with(['/', '«'])).then_some(at)
}

fn file_of(at: &str) -> &str {
    at.rsplitn(3, ':').nth(2).unwrap_or(at)
}
