//! Carrying everything over from one place to another: the embedded database and its folder
//! to PostgreSQL and its object store, or back.

mod files;

use ultudy_store::{
    StoreConfig, StoreError,
    transfer::{Stage, Survey, TableSum, Transfer},
};

use crate::{Error, blobs::Blobs, clock::Clock};

pub use files::{FileFault, Files};

/// A database and the store of its files.
pub struct Place {
    /// The database.
    pub store: StoreConfig,
    /// Its files.
    pub blobs: Blobs,
}

/// What is being done, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Counting and hashing the source's rows.
    Survey,
    /// Carrying rows.
    Rows,
    /// Bringing files over, and comparing them.
    Files,
    /// Counting and hashing the destination's rows.
    Verify,
}

/// What was carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What both ends hold.
    pub survey: Survey,
    /// What became of the files.
    pub files: Files,
    /// Whether an earlier run had been stopped.
    pub resumed: bool,
}

/// Why a transfer did not end well. Run again, it goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A database refused.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// An object store refused.
    #[error("files: {}", cause(.0))]
    Files(#[from] Error),
    /// Rows name files, and there is none of them.
    #[error(
        "files: none of the first {0} that the source names is there: DATA_DIR must be the embedded \
         database's, AWS_S3_BUCKET or OBJECT_STORE_URL that of the server's files"
    )]
    NoFiles(usize),
    /// A file reads back otherwise than it was sent.
    #[error("files: {0} reads back otherwise than it was sent")]
    FileDiffers(String),
    /// The destination holds other rows than the source: somebody has written to it.
    #[error("the destination differs from the source: {}", tables(.0))]
    Differs(Vec<(TableSum, TableSum)>),
}

/// Carries everything over; tells `progress` the step, what is done and of how much.
///
/// # Errors
/// See [`TransferError`]; whatever was carried stays, and no server starts on it.
pub async fn run(
    from: &Place,
    to: &Place,
    clock: &dyn Clock,
    progress: &mut (dyn FnMut(Step, u64, Option<u64>) + Send),
) -> Result<Report, TransferError> {
    let mut looked = |_: Stage, done| progress(Step::Survey, done, None);
    let transfer = Transfer::open(&from.store, &to.store, &mut looked).await?;
    let survey = transfer.survey().clone();
    files::are_somewhere(&from.blobs, &to.blobs, &survey.blobs).await?;
    let rows = Some(survey.rows());
    let begun = transfer.begin(clock.new_id(), clock.now()).await?;
    let resumed = begun.resumed;
    let carried = begun
        .carry(&mut |_, done| progress(Step::Rows, done, rows))
        .await?;
    let files = files::bring(&from.blobs, &to.blobs, &survey.blobs, progress).await?;
    let arrived = carried
        .survey(&mut |_, done| progress(Step::Verify, done, rows))
        .await?;
    let pairs = survey.tables.iter().zip(&arrived.tables);
    let differing: Vec<_> = pairs
        .filter(|(sent, arrived)| sent != arrived)
        .map(|(sent, arrived)| (*sent, *arrived))
        .collect();
    if !differing.is_empty() {
        return Err(TransferError::Differs(differing));
    }
    carried.complete(clock.now()).await?;
    Ok(Report {
        survey,
        files,
        resumed,
    })
}

/// What the object store said: the error's own words are for students.
fn cause(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}

fn tables(pairs: &[(TableSum, TableSum)]) -> String {
    let one = |(sent, arrived): &(TableSum, TableSum)| {
        let name = sent.table.name;
        match sent.rows == arrived.rows {
            true => format!("{name} (its {} rows hold something else)", sent.rows),
            false => format!("{name} ({} rows, not {})", arrived.rows, sent.rows),
        }
    };
    pairs.iter().map(one).collect::<Vec<_>>().join(", ")
}
