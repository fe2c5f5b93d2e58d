//! What people and programs see. Everything here only reads: the stream of events, the result of a run.

pub mod document;
pub mod exec;
pub mod json;
pub mod lines;
pub mod log_dir;
pub mod readers;
pub mod screen;
pub mod summary;
#[cfg(test)]
mod tests;
