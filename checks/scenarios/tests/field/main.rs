//! What real machines do to a deploy, as public reports of many tools tell it: docs/guarantees.md has the list.

mod machine;
mod reaching;
mod switching;
