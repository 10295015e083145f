//! The end of what a child wrote to its standard error, for the log and the verdict.

use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes kept; a child's last words are at the end.
const KEPT: usize = 4 << 10;

/// Reads to the end and keeps the last part. A stream that breaks ends there: nothing
/// hangs on it.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut tail = Vec::new();
    let mut piece = [0; KEPT];
    while let Ok(length @ 1..) = stream.read(&mut piece).await {
        tail.extend_from_slice(piece.get(..length).unwrap_or_default());
        tail.drain(..tail.len().saturating_sub(KEPT));
    }
    String::from_utf8_lossy(&tail).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_words_are_kept_of_a_flood() {
        let mut flood = vec![b'x'; 100 * KEPT];
        flood.extend_from_slice(b"the end");
        let tail = read(&mut flood.as_slice()).await;
        assert_eq!(tail.len(), KEPT);
        assert!(tail.ends_with("xthe end"));
    }
}
