//! A content that gets one more holder: it is kept once, and kept anew where its file is gone.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ultudy_domain::Timestamp;
use ultudy_store::{TenantTx, blobs};

use crate::{App, Error, Result, blobs::Incoming};

/// Files that are looked for at a time.
const LOOKS: usize = 8;

/// Contents that rows name and the object store has no file of any more, with their keys: whoever
/// brings them again brings them back, for all who have them.
pub(crate) struct Gone(HashMap<String, String>);

/// Which of these contents are so. Asking for each costs a request, of an import, too: a row cannot say that
/// its file is lost, and what is brought again is often all there is to restore it from.
///
/// # Errors
/// The database or the object store does not answer.
pub(crate) async fn gone<'a>(
    app: &App,
    owner_id: &str,
    incoming: impl IntoIterator<Item = &'a Incoming>,
) -> Result<Gone> {
    let contents: BTreeSet<&str> = incoming
        .into_iter()
        .map(|incoming| incoming.sha256.as_str())
        .collect();
    if contents.is_empty() {
        return Ok(Gone(HashMap::new()));
    }
    let contents: Vec<&str> = contents.into_iter().collect();
    let mut tx = app.store.read(owner_id).await?;
    let held = blobs::keys_of(&mut tx, &contents).await?;
    drop(tx);
    let looked_for = stream::iter(held).map(|(sha256, key)| {
        let blobs = app.blobs.clone();
        async move {
            let is_there = blobs.holds(&key).await?;
            Ok::<_, Error>((!is_there).then_some((sha256, key)))
        }
    });
    let gone: Vec<_> = looked_for.buffer_unordered(LOOKS).try_collect().await?;
    Ok(Gone(gone.into_iter().flatten().collect()))
}

/// Counts one more holder of a content. Whether the file that came with it is the one that is kept:
/// the content is new, or its file was gone.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn hold(
    tx: &mut TenantTx,
    incoming: &Incoming,
    gone: &Gone,
    now: Timestamp,
) -> Result<bool> {
    let (sha256, own) = (&incoming.sha256, incoming.key());
    let size = i64::try_from(incoming.size).map_err(Error::internal)?;
    let kept = blobs::hold(tx, sha256, size, own, now).await?;
    if gone.0.get(sha256) == Some(&kept) && blobs::replace(tx, sha256, &kept, own).await? {
        return Ok(true);
    }
    Ok(kept == own)
}
