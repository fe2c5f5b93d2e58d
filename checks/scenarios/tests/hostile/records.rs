//! Crashes, leftovers and damaged records on a host.
