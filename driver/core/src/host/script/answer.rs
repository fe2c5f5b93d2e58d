//! Reads the `key=value` lines that the host script prints.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::Refusal;
use crate::host::{Host, HostError};
use crate::process::Output;
use crate::store_path::is_store_path;
use crate::text::{clean, clean_text};

/// Most characters of a value.
const LONGEST: usize = 8000;
/// Keys that name one system, and those whose third word does.
const SYSTEMS: [&str; 7] = ["current", "booted", "profile", "toplevel", "previous", "profile_before", "runs"];
const WITH_SYSTEM: [&str; 4] = ["last", "unfinished[]", "lock.deployment", "generation[]"];

/// What the script answered: lines, and after an empty line the bytes of a log. A refusal is an error.
pub(super) fn read<T>(host: &dyn Host, subcommand: &str, output: &Output) -> Result<(T, Vec<u8>), HostError>
where
    T: DeserializeOwned,
{
    let (head, log) = split(&output.stdout);
    let head = clean(head);
    let unexpected = |answer: &str| HostError::answer(&host.address(), subcommand, answer);
    if host.names_store_paths()
        && let Some(line) = head.lines().find(|line| names_no_system(line))
    {
        return Err(unexpected(line));
    }
    let mut answer = document(&head);
    if answer.contains_key("refused") {
        answer.insert("stderr".to_owned(), output.stderr.clone().into());
        let refusal = Refusal::deserialize(Value::Object(answer)).map_err(|_| unexpected(&head))?;
        return Err(HostError::Refused { address: host.address(), refusal: Box::new(refusal) });
    }
    let answer = T::deserialize(Value::Object(answer)).map_err(|_| unexpected(&head))?;
    Ok((answer, log.to_vec()))
}

/// Empty values are absent, tabs make a list of words, `[]` a list of all lines with that key; a dot leads into an object.
/// Otherwise the first line of a key counts.
pub(super) fn document(head: &str) -> Map<String, Value> {
    let mut document = Map::new();
    let lines = head.lines().filter_map(|line| line.split_once('='));
    for (key, text) in lines.filter(|(_, text)| !text.is_empty()) {
        let text: String = text.chars().take(LONGEST).collect();
        let value: Value = if text.contains('\t') { text.split('\t').collect() } else { text.into() };
        let (place, key) = match key.split_once('.') {
            Some((outer, key)) => (document.entry(outer).or_insert_with(|| Map::new().into()).as_object_mut(), key),
            None => (Some(&mut document), key),
        };
        let Some(place) = place else { continue };
        if let Some(list) = key.strip_suffix("[]") {
            if let Value::Array(list) = place.entry(list).or_insert_with(|| Value::Array(Vec::new())) {
                list.push(value);
            }
        } else {
            place.entry(key).or_insert(value);
        }
    }
    document
}

/// Whether a line should name a system by its store path and names something else.
fn names_no_system(line: &str) -> bool {
    let (key, value) = line.split_once('=').unwrap_or_default();
    let path = match key {
        _ if SYSTEMS.contains(&key) => value,
        _ if WITH_SYSTEM.contains(&key) => value.split('\t').nth(2).unwrap_or_default(),
        _ => return false,
    };
    !path.is_empty() && !is_store_path(path)
}

/// The part before the first empty line, and what follows it.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, &[]),
    }
}

/// One line for people from within JSON, whose escapes were plain text as long as it was an answer.
pub(super) fn line<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    String::deserialize(value).map(|text| clean_text(&text).replace(['\n', '\t'], " ").chars().take(200).collect())
}

/// `yes`, or anything else.
pub(super) fn yes<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(value)? == "yes")
}

/// What is of no use counts as absent: records on a host may be damaged.
pub(super) fn if_good<'de, T: DeserializeOwned, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(value)?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_without_end() {
        let long = "ä".repeat(1_000_000);
        for line in [format!("message={long}"), format!("last=a\tb\t{long}"), format!("unfinished[]={long}")] {
            let document = Value::Object(document(&line)).to_string();
            assert!(document.len() < 20_000, "{} bytes of {}", document.len(), line.len());
        }
    }
}
