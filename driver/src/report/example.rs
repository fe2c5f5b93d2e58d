//! The example plan of the tests of `plan`.

use crate::plan::Plan;

/// Three nodes; `beta` is activated after `alpha`, and `gamma` after `beta`.
pub(super) fn example() -> Plan {
    Plan::parse(include_bytes!("../plan/tests/example.json")).unwrap()
}
