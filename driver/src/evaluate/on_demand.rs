//! Derivations that are evaluated only when somebody asks for them, such as the programs of checks.

use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;

use super::{Attribute, EvaluateError, Evaluated, Evaluator, Toplevel, Toplevels};
use crate::flake::Flake;
use crate::text::clean;

/// Evaluates what is asked for, when it is asked for. Whoever asks remembers the answer.
pub struct OnDemand<E> {
    evaluator: E,
}

impl<E: Evaluator> OnDemand<E> {
    /// With this evaluator.
    #[must_use]
    pub fn new(evaluator: E) -> Self {
        Self { evaluator }
    }

    async fn one(&self, node: String) -> Result<Toplevel, Arc<EvaluateError>> {
        let asked = futures::stream::once(std::future::ready(node.clone())).boxed();
        // To its end, which is when the answer is remembered.
        let mut all: Vec<Evaluated> = self.evaluator.evaluate(asked).collect().await;
        match all.pop() {
            Some(evaluated) => evaluated.result.map_err(Arc::new),
            None => Err(plain(node, "the evaluator ended without a result for its programs")),
        }
    }
}

impl<E: Evaluator> Toplevels for OnDemand<E> {
    fn toplevel(&self, node: &str) -> BoxFuture<'_, Result<Toplevel, Arc<EvaluateError>>> {
        Box::pin(self.one(node.to_owned()))
    }
}

/// The programs of the deployer, which are those of its Nix system.
pub struct OfThisSystem<E> {
    flake: Arc<Flake>,
    inner: OnDemand<E>,
}

impl<E: Evaluator> OfThisSystem<E> {
    /// Of this flake, with its evaluator.
    #[must_use]
    pub fn new(flake: Arc<Flake>, evaluator: E) -> Self {
        let inner = OnDemand::new(evaluator);
        Self { flake, inner }
    }

    async fn system(&self) -> Result<String, Arc<EvaluateError>> {
        let words = ["--impure", "--expr", "builtins.currentSystem"];
        let call = self.flake.nix().call(["eval", "--raw"], words).await;
        match call {
            Ok(answer) => Ok(clean(&answer.stdout).trim().to_owned()),
            Err(error) => Err(plain(Attribute::DeployerPrograms.name().to_owned(), &error.to_string())),
        }
    }
}

impl<E: Evaluator> Toplevels for OfThisSystem<E> {
    fn toplevel(&self, _node: &str) -> BoxFuture<'_, Result<Toplevel, Arc<EvaluateError>>> {
        Box::pin(async move {
            let system = self.system().await?;
            self.inner.one(system).await
        })
    }
}

fn plain(node: String, text: &str) -> Arc<EvaluateError> {
    Arc::new(EvaluateError::plain(&node, text))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures::stream::BoxStream;

    use super::*;

    /// Answers, and notes when it is asked for more.
    struct Noting(Arc<AtomicBool>);

    impl Evaluator for Noting {
        fn evaluate(&self, nodes: BoxStream<'static, String>) -> BoxStream<'static, Evaluated> {
            let ended = self.0.clone();
            let answers = nodes.map(|node| Evaluated { node, result: Ok(Toplevel::default()) });
            let end = futures::stream::once(async move { ended.store(true, Ordering::Relaxed) });
            answers.chain(end.filter_map(async |()| None)).boxed()
        }
    }

    #[tokio::test]
    async fn an_evaluation_is_read_to_its_end() {
        let ended = Arc::new(AtomicBool::new(false));
        let one = OnDemand::new(Noting(ended.clone()));
        assert!(one.toplevel("a").await.is_ok());
        assert!(ended.load(Ordering::Relaxed), "the cache saves at the end");
    }
}
