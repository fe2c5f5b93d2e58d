//! A crash at every command that the script runs.
