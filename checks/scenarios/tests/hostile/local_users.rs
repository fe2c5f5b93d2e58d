//! What other users of a node or of the deployer can do.
