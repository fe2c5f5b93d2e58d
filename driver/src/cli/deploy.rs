use clap::Args;
use super::{interrupt::Interrupts, Error, Exit};
/// Deploy.
#[derive(Args, Debug)]
pub struct DeployArgs {}
pub async fn run(_: DeployArgs, _: &Interrupts) -> Result<Exit, Error> { Ok(Exit::Good) }
