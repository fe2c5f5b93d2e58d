use clap::Args;
use super::{interrupt::Interrupts, Error, Exit};
/// Gather what nodes need to know of each other.
#[derive(Args, Debug)]
pub struct FactsArgs {}
pub async fn run(_: FactsArgs, _: &Interrupts) -> Result<Exit, Error> { Ok(Exit::Good) }
