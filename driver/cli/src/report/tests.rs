//! The example plan of the tests of `plan`.

use netlib_core::plan::Plan;

/// Three nodes; `beta` is activated after `alpha`, and `gamma` after `beta`.
pub(super) fn example() -> Plan {
    Plan::parse(include_bytes!("../../../core/src/plan/tests/example.json")).unwrap()
}
