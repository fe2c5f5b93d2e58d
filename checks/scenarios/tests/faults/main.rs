//! The faults a network must survive: after each, a host runs either the new system, confirmed, or the old one, and
//! netlib says truthfully which. docs/guarantees.md has the list.

mod clock;
mod confirmation;
mod connection;
mod deadline;
mod deployer;
mod disk;
mod identity;
mod inputs;
mod interrupt;
mod power;
mod scale;
mod switch;
mod unreachable;
mod versions;
