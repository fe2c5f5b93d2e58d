//! Systems of the nixpkgs stub on real hosts: what activation places, starts, takes back, and what a power loss leaves.

mod files;
mod lab;
mod power;
mod reloads;
mod tunnel;
mod units;
