//! The three pipes of a child, without trusting what comes through them to be short, complete or UTF-8.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use super::Tail;
use crate::text::clean;

/// So many lines wait for a slow reader; then the command that prints them does.
const WAITING: usize = 64;

/// How much is taken of what a command prints.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of stdout, where it is collected: a command that prints more fails.
    pub answer: usize,
    /// Bytes of a line: a longer one comes in pieces.
    pub line: usize,
}

impl Limits {
    /// Of what runs on the deployer on its own behalf: Nix's traces are long lines.
    pub const TRUSTED: Self = Self { answer: usize::MAX, line: 4 * 1024 * 1024 };
    /// Of what a host prints, which may be anything.
    pub const HOST: Self = Self { answer: 1024 * 1024, line: 64 * 1024 };
}

/// Which of a command's two outputs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// What it was asked for.
    Stdout,
    /// What it says about it.
    Stderr,
}

/// Where lines of a running command go. Sending waits for a slow reader; one that is gone changes nothing.
pub type LineSink = mpsc::Sender<(Stream, String)>;

/// A sink of lines, and the end that reads from it.
pub fn line_channel() -> (LineSink, mpsc::Receiver<(Stream, String)>) {
    mpsc::channel(WAITING)
}

/// There is more than the limit allows.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct TooLong;

/// Writes all the bytes, then what somebody says, and closes the pipe.
pub(super) async fn feed(stdin: Option<impl AsyncWrite + Unpin>, bytes: &[u8], then: Option<impl AsyncRead + Unpin>) {
    let Some(mut stdin) = stdin else { return };
    // A child that ends without reading its input says so by its exit status.
    let _ = stdin.write_all(bytes).await;
    if let Some(mut then) = then {
        let _ = tokio::io::copy(&mut then, &mut stdin).await;
    }
    let _ = stdin.shutdown().await;
}

/// A pipe that is read with a limit.
pub(super) struct Reader<R> {
    pipe: BufReader<R>,
    limits: Limits,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(pipe: R, limits: Limits) -> Self {
        let pipe = BufReader::new(pipe);
        Self { pipe, limits }
    }

    /// Passes over everything up to the line that is the mark. Without any, what was there instead is in the tail.
    pub(super) async fn skip_to(&mut self, mark: &str, tail: &mut Tail) {
        let mut passed = Tail::default();
        while let Some(line) = self.line().await {
            if line == mark {
                return;
            }
            passed.push(&line);
        }
        passed.text().lines().for_each(|line| tail.push(line));
    }

    /// Passes everything on, as it comes, and then closes that.
    pub(super) async fn pass_on(mut self, mut to: impl AsyncWrite + Unpin) {
        let _ = tokio::io::copy_buf(&mut self.pipe, &mut to).await;
        let _ = to.shutdown().await;
    }

    /// Collects everything.
    pub(super) async fn collect(self, into: &mut Vec<u8>) -> Result<(), TooLong> {
        let limit = self.limits.answer;
        let most = u64::try_from(limit).unwrap_or(u64::MAX);
        // A read error is the end of the pipe; the exit status judges the child.
        let _ = self.pipe.take(most.saturating_add(1)).read_to_end(into).await;
        if into.len() > limit {
            into.clear();
            return Err(TooLong);
        }
        Ok(())
    }

    /// The next line without its end, or the next piece of a long one.
    pub(super) async fn line(&mut self) -> Option<String> {
        let mut buffer = Vec::new();
        let most = u64::try_from(self.limits.line).unwrap_or(u64::MAX);
        let mut pipe = (&mut self.pipe).take(most);
        match pipe.read_until(b'\n', &mut buffer).await {
            Ok(count) if count > 0 => {
                let text = clean(&buffer);
                Some(text.trim_end_matches('\n').to_owned())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use proptest::prelude::*;

    use super::*;
    use crate::fuzz;

    const LIMITS: Limits = Limits { answer: 100, line: 10 };

    fn lines(bytes: &[u8], limits: Limits) -> Vec<String> {
        let mut reader = Reader::new(bytes, limits);
        block_on(async {
            let mut lines = Vec::new();
            while let Some(line) = reader.line().await {
                lines.push(line);
            }
            lines
        })
    }

    /// What follows the mark, and the end of what came without any.
    fn answer(bytes: &[u8], mark: &str) -> (Result<Vec<u8>, TooLong>, String) {
        let (mut tail, mut collected) = (Tail::default(), Vec::new());
        let result = block_on(async {
            let mut reader = Reader::new(bytes, LIMITS);
            reader.skip_to(mark, &mut tail).await;
            reader.collect(&mut collected).await
        });
        (result.map(|()| collected), tail.text())
    }

    #[test]
    fn a_long_line_comes_in_pieces_and_a_long_answer_not_at_all() {
        assert_eq!(lines(b"one\r\n0123456789abc\n\nend", LIMITS), ["one", "0123456789", "abc", "", "end"]);
        let long = [b"\n!\n".as_slice(), &[b'x'; 101]].concat();
        assert_eq!(answer(&long, "!").0, Err(TooLong));
        assert_eq!(answer(&long[..103], "!").0, Ok(vec![b'x'; 100]));
        let (nothing, said) = answer(b"This account is not available.\n", "!");
        assert_eq!(nothing, Ok(Vec::new()));
        assert_eq!(said, "This accou\nnt is not \navailable.");
    }

    proptest! {
        #![proptest_config(fuzz::config())]

        #[test]
        fn fuzz_lines_keep_their_limit(bytes in fuzz::bytes()) {
            for line in lines(&bytes, LIMITS) {
                prop_assert!(line.chars().count() <= LIMITS.line && !line.contains('\n'), "{line:?}");
            }
        }

        #[test]
        fn fuzz_only_what_follows_the_mark_is_an_answer(noise in fuzz::bytes(), said in fuzz::bytes()) {
            let mark = "netlib-0f";
            let framed = [&noise, b"\nnetlib-0f\n".as_slice(), &said].concat();
            let (found, _) = answer(&framed, mark);
            if said.len() > LIMITS.answer {
                prop_assert_eq!(found, Err(TooLong));
            } else {
                prop_assert_eq!(found, Ok(said));
            }
        }
    }

    /// Far more than is taken, and in one line.
    #[test]
    fn fuzz_floods_are_held_in_little_memory() {
        let endless = || tokio::io::repeat(b'x');
        let mut collected = Vec::new();
        let answer = block_on(Reader::new(endless(), Limits::HOST).collect(&mut collected));
        assert_eq!(answer, Err(TooLong));
        let flood = endless().take(1 << 24);
        let mut reader = Reader::new(flood, Limits::HOST);
        let mut pieces = 0;
        while block_on(reader.line()).is_some() {
            pieces += 1;
        }
        assert_eq!(pieces, (1 << 24) / Limits::HOST.line);
        fuzz::print_peak("lines and answers");
    }
}
