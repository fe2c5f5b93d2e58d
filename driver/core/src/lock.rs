//! Locks of what changes by one assignment, so that a panic elsewhere leaves nothing half done.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a mutex holds; what a panicked thread left behind is still the best there is.
pub fn locked<T: ?Sized>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
