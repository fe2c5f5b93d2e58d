//! A slow or lossy cable for kernels without `netem`: takes frames from one TAP device, holds each for the
//! delay asked for, and hands it to another. Ends by itself when the devices are removed.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::error::{Error, Result};
use crate::network::Network;
use crate::record::{HostRecord, Link};
use crate::tap;

/// Frames under way in one direction; what comes while it is full is lost, as on any real link.
const QUEUE: usize = 4096;

/// Larger than any frame a TAP device hands out.
const FRAME: usize = 1 << 16;

/// The threads that forward a host's frames.
#[derive(Debug)]
pub(crate) struct Forwarder {
    threads: Vec<JoinHandle<()>>,
}

impl Forwarder {
    /// Makes the TAP devices, wires them between the host and the bridge, and starts forwarding.
    pub(crate) fn start(network: &Network, host: &HostRecord, link: Link) -> Result<Self> {
        let taps = Network::taps(host);
        let namespace = network.switch_namespace();
        let (near, far) = std::thread::scope(|scope| {
            // A thread of its own: entering a namespace cannot be undone.
            let opening = scope.spawn(|| {
                enter(&namespace)?;
                Ok((tap::open(&taps.host_side)?, tap::open(&taps.bridge_side)?))
            });
            opening.join().unwrap_or_else(|_| Err(Error::Usage("the thread that opens TAP devices ended early".into())))
        })?;
        network.detour(host)?;
        let near_again = near.try_clone().map_err(Error::io("open", Path::new(tap::DEVICE)))?;
        let far_again = far.try_clone().map_err(Error::io("open", Path::new(tap::DEVICE)))?;
        let mut threads = direction(near, far_again, link);
        threads.extend(direction(far, near_again, link));
        Ok(Self { threads })
    }

    /// Waits until the devices are removed.
    pub(crate) fn wait(self) {
        for thread in self.threads {
            // A thread that panicked has ended as well.
            let _ = thread.join();
        }
    }
}

fn enter(namespace: &Path) -> Result<()> {
    let file = File::open(namespace).map_err(Error::io("open", namespace))?;
    move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
        .map_err(|errno| Error::io("enter", namespace)(errno.into()))
}

struct Frame {
    due: Instant,
    bytes: Vec<u8>,
}

fn direction(from: File, to: File, link: Link) -> Vec<JoinHandle<()>> {
    let (sender, receiver) = sync_channel(QUEUE);
    vec![std::thread::spawn(move || take(from, &sender, link)), std::thread::spawn(move || give(to, &receiver))]
}

fn take(mut from: File, queue: &SyncSender<Frame>, link: Link) {
    let delay = Duration::from_millis(link.delay_ms.into());
    let mut dice = Dice::new();
    let mut buffer = vec![0; FRAME];
    // Reading fails when the device is removed: that is how forwarding ends.
    while let Ok(length) = from.read(&mut buffer) {
        if dice.percent() < link.loss_percent {
            continue;
        }
        let frame = Frame { due: Instant::now() + delay, bytes: buffer[..length].to_vec() };
        // A full queue loses the frame.
        let _ = queue.try_send(frame);
    }
}

fn give(mut to: impl Write, queue: &Receiver<Frame>) {
    while let Ok(frame) = queue.recv() {
        std::thread::sleep(frame.due.saturating_duration_since(Instant::now()));
        // A device that is down refuses frames; so does a pulled cable.
        let _ = to.write_all(&frame.bytes);
    }
}

/// Chance enough for losing frames (xorshift).
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        // The hasher's random keys are the seed; zero would stay zero.
        Self(RandomState::new().build_hasher().finish() | 1)
    }

    fn percent(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u8::try_from(self.0 % 100).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_frame_is_given_before_it_is_due_and_order_is_kept() {
        let (sender, receiver) = sync_channel(QUEUE);
        let start = Instant::now();
        let due = start + Duration::from_millis(50);
        for byte in 0..3 {
            sender.send(Frame { due, bytes: vec![byte] }).unwrap();
        }
        drop(sender);
        let mut given = Vec::new();
        give(&mut given, &receiver);
        assert_eq!(given, [0, 1, 2]);
        assert!(start.elapsed() >= Duration::from_millis(50));
    }

    #[test]
    fn the_dice_show_all_sides() {
        let mut dice = Dice::new();
        let low = (0..10_000).filter(|_| dice.percent() < 50).count();
        assert!((4_000..6_000).contains(&low), "{low}");
    }
}
