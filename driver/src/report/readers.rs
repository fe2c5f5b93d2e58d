//! Hands every event to all who read: progress, JSON lines, log files, and who knows what runs.

use tokio::sync::mpsc::UnboundedReceiver;

use crate::event::Event;

/// Reads the stream of events. A reader that cannot go on stays silent: it must not stop the run.
pub trait Reader: Send {
    /// Takes in the next event.
    fn read(&mut self, event: &Event);

    /// The stream ended.
    fn end(&mut self) {}
}

/// Hands out events until the stream ends.
pub async fn distribute(mut events: UnboundedReceiver<Event>, mut readers: Vec<Box<dyn Reader>>) {
    while let Some(event) = events.recv().await {
        for reader in &mut readers {
            reader.read(&event);
        }
    }
    for reader in &mut readers {
        reader.end();
    }
}
