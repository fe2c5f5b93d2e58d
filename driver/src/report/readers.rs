//! Hands every event to all who read: progress, JSON lines, log files, and who knows what runs.

use crate::event::{Event, EventReader};

/// Reads the stream of events. A reader that cannot go on stays silent: it must not stop the run.
pub trait Reader: Send {
    /// Takes in the next event.
    fn read(&mut self, event: &Event);

    /// The stream ended.
    fn end(&mut self) {}
}

/// Hands out events until the stream ends.
pub async fn distribute(mut events: EventReader, mut readers: Vec<Box<dyn Reader>>) {
    while let Some(event) = events.recv().await {
        for reader in &mut readers {
            reader.read(&event);
        }
    }
    for reader in &mut readers {
        reader.end();
    }
}
