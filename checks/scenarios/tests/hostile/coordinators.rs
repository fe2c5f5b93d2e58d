//! What a hostile coordinator or a second deployer does to a rollout.
