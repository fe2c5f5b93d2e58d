//! Rollouts on real hosts: seven of them in two roles. Each case ends with what every host runs.

mod approval;
mod canary;
mod healthy;
mod migration;
mod probes;
mod revert;
mod shop;
mod unreachable;
