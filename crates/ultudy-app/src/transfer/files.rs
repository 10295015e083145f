//! Files of a transfer: each is compared at the destination with what its row says, and
//! copied where it is not there, or not whole.

use futures_util::{StreamExt as _, stream};
use ultudy_store::transfer::BlobRow;

use super::{Step, TransferError};
use crate::blobs::{Blobs, Stored};

/// Files of which one must be there.
const LOOKED_FOR: usize = 100;
/// Files compared or copied at once.
const AT_ONCE: usize = 8;

/// What became of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// Files at the destination that are what their rows say.
    pub verified: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them were copied now; the others were there.
    pub copied: u64,
    /// What the source itself lacks or has in a damaged form: carried over as it is.
    pub faults: Vec<FileFault>,
}

/// A file that is not at the source as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// Its key in the object store.
    pub object_key: String,
    /// Whether it is there at all.
    pub is_missing: bool,
}

/// What became of one.
enum Outcome {
    Verified { copied: bool },
    Fault { is_missing: bool },
}

/// Refuses stores of which neither has any of the first files that the rows name: they are not where they
/// are looked for.
pub(super) async fn are_somewhere(
    from: &Blobs,
    to: &Blobs,
    rows: &[BlobRow],
) -> Result<(), TransferError> {
    let first = rows.get(..LOOKED_FOR).unwrap_or(rows);
    for row in first {
        let key = &row.object_key;
        if from.holds(key).await? || to.holds(key).await? {
            return Ok(());
        }
    }
    match first.len() {
        0 => Ok(()),
        missing => Err(TransferError::NoFiles(missing)),
    }
}

/// Brings all files over.
pub(super) async fn bring(
    from: &Blobs,
    to: &Blobs,
    rows: &[BlobRow],
    progress: &mut (dyn FnMut(Step, u64, Option<u64>) + Send),
) -> Result<Files, TransferError> {
    let total = rows.len() as u64;
    let mut files = Files::default();
    let all = stream::iter(rows).map(async |row| (row, bring_one(from, to, row).await));
    let mut all = std::pin::pin!(all.buffer_unordered(AT_ONCE));
    let mut done = 0;
    while let Some((row, outcome)) = all.next().await {
        match outcome? {
            Outcome::Verified { copied } => {
                files.verified += 1;
                files.bytes += row.size;
                files.copied += u64::from(copied);
            }
            Outcome::Fault { is_missing } => files.faults.push(FileFault {
                object_key: row.object_key.clone(),
                is_missing,
            }),
        }
        done += 1;
        progress(Step::Files, done, Some(total));
    }
    files.faults.sort_by(|a, b| a.object_key.cmp(&b.object_key));
    Ok(files)
}

async fn bring_one(from: &Blobs, to: &Blobs, row: &BlobRow) -> Result<Outcome, TransferError> {
    let key = row.object_key.as_str();
    let wanted = Stored {
        sha256: row.sha256.clone(),
        size: row.size,
    };
    if to.stored(key).await?.as_ref() == Some(&wanted) {
        return Ok(Outcome::Verified { copied: false });
    }
    let Some(sent) = to.copy_from(from, key).await? else {
        return Ok(Outcome::Fault { is_missing: true });
    };
    if to.stored(key).await?.as_ref() != Some(&sent) {
        return Err(TransferError::FileDiffers(key.to_owned()));
    }
    Ok(match sent == wanted {
        true => Outcome::Verified { copied: true },
        false => Outcome::Fault { is_missing: false },
    })
}
