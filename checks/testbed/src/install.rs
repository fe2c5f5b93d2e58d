//! Everything that beds need and that can be fetched or built ahead of time.

use crate::boringtun;
use crate::error::Result;
use crate::layout::Layout;
use crate::requirements;
use crate::root_file_system;
use crate::suite::Suite;

/// Installs the prerequisites and builds the root file systems and boringtun, each only if it is missing.
pub fn install(layout: &Layout, suites: &[Suite]) -> Result<()> {
    requirements::check()?;
    for suite in suites {
        root_file_system::ensure(layout, *suite)?;
    }
    boringtun::ensure(layout).map(|_| ())
}
