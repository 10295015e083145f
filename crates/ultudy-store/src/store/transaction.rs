//! Transactions, and the statements that run in them.

use std::sync::Arc;

use crate::{
    Result, StoreError,
    db::{Binds, Connection, FromRow, Row, Sql, binds},
    replicas::Replicas,
};

/// A transaction that sees one owner's rows only. Rolled back when dropped.
#[derive(Debug)]
pub struct TenantTx {
    pub(super) owner_id: String,
    pub(super) connection: Connection,
    /// Who is to know that the owner changed something.
    pub(super) replicas: Option<Arc<Replicas>>,
}

/// A transaction for dispatch and housekeeping, across owners. Rolled back when dropped.
#[derive(Debug)]
pub struct SystemTx {
    pub(super) connection: Connection,
}

impl TenantTx {
    /// Whose rows it sees.
    #[must_use]
    pub fn owner_id(&self) -> &str {
        &self.owner_id
    }

    /// Makes its changes permanent.
    ///
    /// # Errors
    /// The changes are not made.
    pub async fn commit(self) -> Result<()> {
        let Some(replicas) = self.replicas else {
            return self.connection.commit().await;
        };
        // Before, since the change may be seen before this knows of it; and after, since the
        // time runs from then.
        replicas.pin(&self.owner_id).await;
        let committed = self.connection.commit().await;
        replicas.pin(&self.owner_id).await;
        committed
    }

    /// Runs a statement on the owner's rows, whose `$1` is the owner; the number of rows
    /// it changed.
    pub(crate) async fn execute(&mut self, sql: impl Into<Sql>, rest: Binds<'_>) -> Result<u64> {
        let sql = of_owner(sql);
        let owner_id = self.owner_id.as_str();
        let binds = [binds![owner_id], rest].concat();
        self.connection.execute(sql, &binds).await
    }

    /// Runs such a statement; its rows.
    pub(crate) async fn rows(&mut self, sql: impl Into<Sql>, rest: Binds<'_>) -> Result<Vec<Row>> {
        let sql = of_owner(sql);
        let owner_id = self.owner_id.as_str();
        let binds = [binds![owner_id], rest].concat();
        self.connection.rows(sql, &binds).await
    }

    /// Runs such a statement; its rows, read.
    pub(crate) async fn all<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        rest: Binds<'_>,
    ) -> Result<Vec<T>> {
        self.rows(sql, rest)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    /// Runs such a statement; its first row, read, if there is one.
    pub(crate) async fn first<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        rest: Binds<'_>,
    ) -> Result<Option<T>> {
        self.rows(sql, rest)
            .await?
            .first()
            .map(T::from_row)
            .transpose()
    }

    /// Runs such a statement that always gives a row.
    pub(crate) async fn one<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        rest: Binds<'_>,
    ) -> Result<T> {
        self.first(sql, rest)
            .await?
            .ok_or(StoreError::Other(sqlx::Error::RowNotFound))
    }

    /// Runs a statement by key on one of the tables that have no owner; its rows. As the
    /// system role: of those tables a tenant sees at most what its own rows refer to.
    pub(crate) async fn by_key(
        &mut self,
        sql: impl Into<Sql>,
        binds: Binds<'_>,
    ) -> Result<Vec<Row>> {
        self.connection.rows_as_system(sql.into(), binds).await
    }
}

impl SystemTx {
    /// Makes its changes permanent.
    ///
    /// # Errors
    /// The changes are not made.
    pub async fn commit(self) -> Result<()> {
        self.connection.commit().await
    }

    /// For statements across owners.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// Row-level security would hide another owner's rows anyway, but only on PostgreSQL.
pub(crate) fn of_owner(sql: impl Into<Sql>) -> Sql {
    let sql = sql.into();
    debug_assert!(
        sql.both_hold("owner_id") && sql.both_hold("$1"),
        "a tenant's statement names its owner: {sql:?}"
    );
    sql
}
