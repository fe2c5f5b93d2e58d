//! Rollouts on real hosts: seven of them in two roles, or a few where something goes wrong. Each case ends with what every host runs.

mod approval;
mod canary;
mod coordinator;
mod deployers;
mod failed_revert;
mod healthy;
mod irreversible;
mod migration;
mod power;
mod probes;
mod revert;
mod shop;
mod trio;
mod unreachable;
