//! What is written of a run besides the display: events for programs, and everything in a folder.

use std::path::PathBuf;

use clap::Args;

use super::Error;
use crate::report::json::JsonLines;
use crate::report::log_dir::LogDir;
use crate::report::readers::Reader;

/// What is written of a run.
#[derive(Args, Clone, Debug, Default)]
pub struct RecordArgs {
    /// Print events as JSON lines instead of the summary (docs/events.md)
    #[arg(long)]
    pub json: bool,

    /// Write events.jsonl and nodes/NODE.log of this run to this directory
    #[arg(long, value_name = "DIR")]
    log_dir: Option<PathBuf>,
}

impl RecordArgs {
    /// Who reads the events of this command besides the progress display.
    pub fn readers(&self, command: &str) -> Result<Vec<Box<dyn Reader>>, Error> {
        let mut readers: Vec<Box<dyn Reader>> = Vec::new();
        if self.json {
            readers.push(Box::new(JsonLines::begin(std::io::stdout(), command)));
        }
        if let Some(folder) = &self.log_dir {
            readers.push(Box::new(LogDir::begin(folder, command)?));
        }
        Ok(readers)
    }
}
