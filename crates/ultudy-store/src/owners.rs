//! A transaction in which many owners act one after the other: what is done for thousands of them at
//! once takes a few round trips and one commit, and each still sees their own rows only.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::join_all;

use crate::{
    Read, Result,
    db::{Connection, Row},
    replicas::Replicas,
};

/// A transaction of many owners. Between their turns it is for dispatch, across owners. Rolled back
/// when dropped.
#[derive(Debug)]
pub struct OwnersTx {
    connection: Connection,
    /// Who is to know that they changed something.
    replicas: Option<Arc<Replicas>>,
    /// Who has acted.
    owners: BTreeSet<String>,
}

impl OwnersTx {
    pub(crate) fn new(connection: Connection, replicas: Option<Arc<Replicas>>) -> Self {
        Self {
            connection,
            replicas,
            owners: BTreeSet::new(),
        }
    }

    /// For statements across owners.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// What each reads or writes as the owner before it; on a server in two round trips.
    pub(crate) async fn each<T: 'static>(&mut self, all: Vec<(String, Read<T>)>) -> Result<Vec<T>> {
        let of_owners: Vec<_> = all
            .iter()
            .map(|(owner_id, read)| {
                let statements = read.statements_of(owner_id);
                (owner_id.as_str(), statements)
            })
            .collect();
        let answers = self.connection.run_as_owners(&of_owners).await?;
        drop(of_owners);
        let done = all.into_iter().zip(answers);
        done.map(|((owner_id, read), rows): (_, Vec<Vec<Row>>)| {
            self.owners.insert(owner_id);
            read.assemble(&rows)
        })
        .collect()
    }

    /// Makes the changes permanent.
    ///
    /// # Errors
    /// The changes are not made.
    pub async fn commit(self) -> Result<()> {
        let Some(replicas) = self.replicas else {
            return self.connection.commit().await;
        };
        // As a single owner's transaction does.
        let pin = || join_all(self.owners.iter().map(|owner_id| replicas.pin(owner_id)));
        pin().await;
        let committed = self.connection.commit().await;
        pin().await;
        committed
    }
}
