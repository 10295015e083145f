//! Carrying a whole database over to another one: `ultudy transfer`.
//!
//! Rows are read and written owner by owner, as that owner, so that row-level security holds
//! as for every other statement; [`TABLES`] is the one list of what there is to carry. What a
//! source holds is counted and hashed before (one snapshot of it), and what the destination
//! holds after. A page of rows is one transaction, and pages follow the tables' keys, so a
//! transfer that was stopped goes on behind the rows that are there. The destination keeps the
//! source's hash: from a source that has changed it does not go on.

mod carry;
mod columns;
mod end;
mod give;
pub(crate) mod ledger;
mod survey;
mod tables;
mod value;

use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::{
    Result, StoreConfig, StoreError,
    db::{Connection, postgres::Role},
};

use carry::Names;
use columns::{From, Layout};
use end::End;

pub use give::{Given, give};
pub use survey::{BlobRow, Survey, TableSum};
pub use tables::{LEFT_BEHIND, TABLES, Table};
pub use value::Digest;

/// Rows read and stored at once: of sections and lessons some megabytes.
const PAGE: i64 = 250;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Counting and hashing the source.
    Surveying,
    /// Carrying rows.
    Carrying,
    /// Counting and hashing the destination.
    Verifying,
}

/// Told how many rows of a stage are done.
pub type Progress<'a> = dyn FnMut(Stage, u64) + Send + 'a;

/// A transfer whose source has been looked through.
#[derive(Debug)]
pub struct Transfer {
    from: End,
    source: Connection,
    to: End,
    layouts: Vec<Layout>,
    owners: Vec<String>,
    survey: Survey,
}

/// A transfer whose destination is known to be empty, or half filled from this source.
#[derive(Debug)]
pub struct BegunTransfer {
    transfer: Transfer,
    id: Uuid,
    /// Whether an earlier run of it was stopped.
    pub resumed: bool,
}

/// A transfer whose rows are all there.
#[derive(Debug)]
pub struct CarriedTransfer {
    to: End,
    layouts: Vec<Layout>,
    id: Uuid,
}

impl Transfer {
    /// Opens both ends and looks through the source, of which it keeps a snapshot.
    ///
    /// # Errors
    /// An end that cannot be reached, whose schema is not this program's, or, of SQLite, that
    /// somebody else has open; two ends of the same kind.
    pub async fn open(
        from: &StoreConfig,
        to: &StoreConfig,
        progress: &mut Progress<'_>,
    ) -> Result<Self> {
        let (from, to) = (End::source(from).await?, End::destination(to).await?);
        let mut source = from.snapshot().await?;
        ledger::refuse_half_done(&mut source).await?;
        let layouts = match (&from, &to) {
            (End::Postgres(_), End::Sqlite(_)) => layouts(&mut source).await?,
            (End::Sqlite(_), End::Postgres(_)) => layouts(&mut to.system().await?).await?,
            _ => {
                let one_kind = "a transfer goes from SQLite to PostgreSQL, or back";
                return Err(StoreError::Config(one_kind.to_owned()));
            }
        };
        let owners = end::owners(&mut source).await?;
        let stage = Stage::Surveying;
        let survey = survey::survey(&mut source, &layouts, &owners, stage, progress).await?;
        Ok(Self {
            from,
            source,
            to,
            layouts,
            owners,
            survey,
        })
    }

    /// What the source holds.
    #[must_use]
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Notes in the destination that it begins, or finds that it had begun.
    ///
    /// # Errors
    /// The destination holds anything else.
    pub async fn begin(self, id: Uuid, now: Timestamp) -> Result<BegunTransfer> {
        let digest = self.survey.digest();
        let mut system = self.to.system().await?;
        let latest = ledger::latest(&mut system).await?;
        let there = end::owners(&mut system).await?;
        let refuse = |reason: &str| Err(StoreError::Config(reason.to_owned()));
        let (id, resumed) = match latest {
            None if there.is_empty() => {
                ledger::begin(&mut system, id, &digest, now).await?;
                (id, false)
            }
            None => {
                return refuse(
                    "the destination already holds data: use an empty one (for PostgreSQL a new \
                     database and `ultudy migrate`, for SQLite an empty DATA_DIR)",
                );
            }
            Some(begun) if begun.completed_at.is_some() => {
                return refuse("a transfer into the destination has already ended");
            }
            Some(begun) if begun.source_digest != digest => {
                return refuse(
                    "the source has changed since the transfer into this destination began: \
                     begin anew with an empty one",
                );
            }
            Some(begun) => (begun.id, true),
        };
        system.commit().await?;
        Ok(BegunTransfer {
            transfer: self,
            id,
            resumed,
        })
    }

    /// Carries what is not there yet, and lets go of the source.
    async fn carry(
        mut self,
        id: Uuid,
        resumed: bool,
        progress: &mut Progress<'_>,
    ) -> Result<CarriedTransfer> {
        let mut done = 0;
        for owner_id in std::mem::take(&mut self.owners) {
            self.source.act_as(Role::Tenant(&owner_id)).await?;
            let names = Names::read(&mut self.source, &owner_id).await?;
            for layout in &self.layouts {
                let mut there = 0;
                if resumed && !layout.table.is_nobodys() {
                    let mut to = self.to.write(&owner_id).await?;
                    there = carry::stored(&mut to, layout, &owner_id).await?;
                }
                done += u64::try_from(there).unwrap_or(0);
                let mut from = From::Skip(there);
                loop {
                    let source = &mut self.source;
                    let page = layout.page(source, &owner_id, &from, PAGE, &mut 0).await?;
                    let Some(last) = page.last() else { break };
                    from = layout.after(last);
                    let mut to = match layout.table.is_nobodys() {
                        true => self.to.system().await?,
                        false => self.to.write(&owner_id).await?,
                    };
                    carry::store(&mut to, layout, &page, &names, &owner_id).await?;
                    to.commit().await?;
                    done += page.len() as u64;
                    progress(Stage::Carrying, done);
                    if page.len() < PAGE as usize {
                        break;
                    }
                }
            }
        }
        drop(self.source);
        self.from.close().await;
        Ok(CarriedTransfer {
            to: self.to,
            layouts: self.layouts,
            id,
        })
    }
}

impl BegunTransfer {
    /// Carries the rows that are not there yet, and lets go of the source.
    ///
    /// # Errors
    /// One of the databases does not answer, or the destination refuses a row. Whatever was
    /// carried stays, and another run goes on from there.
    pub async fn carry(self, progress: &mut Progress<'_>) -> Result<CarriedTransfer> {
        self.transfer.carry(self.id, self.resumed, progress).await
    }
}

impl CarriedTransfer {
    /// What the destination holds now.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn survey(&self, progress: &mut Progress<'_>) -> Result<Survey> {
        let mut connection = self.to.snapshot().await?;
        let owners = end::owners(&mut connection).await?;
        let stage = Stage::Verifying;
        survey::survey(&mut connection, &self.layouts, &owners, stage, progress).await
    }

    /// Notes that it has ended: servers may start on the destination.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn complete(self, now: Timestamp) -> Result<()> {
        let mut system = self.to.system().await?;
        ledger::complete(&mut system, self.id, now).await?;
        system.commit().await?;
        self.to.close().await;
        Ok(())
    }
}

/// The tables with their columns, as one database describes them.
async fn layouts(connection: &mut Connection) -> Result<Vec<Layout>> {
    let mut layouts = Vec::new();
    for table in TABLES {
        layouts.push(Layout::read(connection, *table).await?);
    }
    Ok(layouts)
}
