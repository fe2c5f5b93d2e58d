//! Attacks, each by the number it has in docs/security.md: a local user, a node that somebody else owns, a person with
//! access to one machine. Every one of them fails.

mod answers;
mod connections;
mod coordinators;
mod deployer_users;
mod local_users;
mod modules;
mod plans;
mod records;
