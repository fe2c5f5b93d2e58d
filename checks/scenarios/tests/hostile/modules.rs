//! What network modules grant, and to whom.
