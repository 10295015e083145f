//! A child that is fed some bytes and answers with some.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

use super::{stderr_tail, verdict};

/// Runs it to its end; what it said, or `None` if it failed, reached a limit, or said more
/// than `output_max` bytes. Its input is `feed` where the command has a pipe for it.
///
/// # Errors
/// It could not be started, or something outside ended it.
pub(crate) async fn run(
    command: &mut Command,
    feed: &[&[u8]],
    output_max: u64,
) -> io::Result<Option<Vec<u8>>> {
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    let feeding = async {
        if let Some(mut stdin) = stdin {
            for piece in feed {
                // One that stops reading has its reasons, and says them by how it ends.
                if stdin.write_all(piece).await.is_err() {
                    break;
                }
            }
        }
    };
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut said = Vec::new();
    let listening = async {
        match stdout {
            Some(stdout) => stdout.take(output_max + 1).read_to_end(&mut said).await,
            None => Ok(0),
        }
    };
    let complaint = async {
        match stderr {
            Some(mut stderr) => stderr_tail::read(&mut stderr).await,
            None => String::new(),
        }
    };
    let ((), heard, complaint) = tokio::join!(feeding, listening, complaint);
    let whole = heard.is_ok() && said.len() as u64 <= output_max;
    Ok(ended_well(child, &complaint)
        .await?
        .then_some(said)
        .filter(|_| whole))
}

async fn ended_well(mut child: Child, complaint: &str) -> io::Result<bool> {
    let status = child.wait().await?;
    if !status.success() {
        tracing::warn!(%status, complaint, "a helper of recognition failed");
    }
    if verdict::is_from_outside(status) {
        return Err(io::Error::other(format!("a helper ended with {status}")));
    }
    Ok(status.success())
}
