//! Evaluation end to end: with plain nix, and with the stand-in for nix-eval-jobs where the real one is not to be had.

mod cache;
mod killed;
mod nodes;
mod plain_file;
mod real;
mod sources;
