//! Reads that do not depend on each other: made of statements, run in any transaction, or all
//! together in one of their own that on a server is a single round trip. Likewise writes, which begin a
//! transaction together, or which many owners' transaction runs all together.

use std::fmt;

use crate::{
    Result, SystemTx, TenantTx,
    db::{Bind, Binds, FromRow, Row, Sql},
    store::of_owner,
};

/// Statements on an owner's rows, whose `$1` is the owner, and what becomes of their rows.
pub struct Read<T> {
    pub(crate) statements: Vec<Statement>,
    assemble: Assemble<T>,
}

/// The same where the statements change rows.
pub type Write<T> = Read<T>;

/// What becomes of the rows of each statement.
pub(crate) type Assemble<T> = Box<dyn FnOnce(&[Vec<Row>]) -> Result<T> + Send>;

/// A statement with all its binds but the owner.
pub(crate) struct Statement {
    pub(crate) sql: Sql,
    binds: Vec<Box<dyn Bind + Send + Sync>>,
    /// How many rows it must give for the write to stand, if it matters.
    needs: Option<usize>,
}

impl<T> fmt::Debug for Read<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.statements.iter().map(|statement| statement.sql);
        f.debug_list().entries(texts).finish()
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sql.fmt(f)
    }
}

/// The binds of a [`Statement`], `$2` first.
macro_rules! own_binds {
    ($($value:expr),* $(,)?) => {
        vec![$(Box::new($value) as Box<dyn $crate::db::Bind + Send + Sync>),*]
    };
}
pub(crate) use own_binds;

impl Statement {
    pub(crate) fn new(sql: impl Into<Sql>, binds: Vec<Box<dyn Bind + Send + Sync>>) -> Self {
        Self {
            sql: sql.into(),
            binds,
            needs: None,
        }
    }

    /// The same, with nothing of its [`Store::write_together`](crate::Store::write_together) done
    /// unless it gives so many rows.
    pub(crate) fn needing(mut self, rows: usize) -> Self {
        self.needs = Some(rows);
        self
    }

    /// Its binds, the owner's to be put before them.
    pub(crate) fn binds(&self) -> Vec<&(dyn Bind + Sync)> {
        let binds = self.binds.iter();
        binds.map(|bind| &**bind as &(dyn Bind + Sync)).collect()
    }
}

impl<T: 'static> Read<T> {
    /// Of these statements; `assemble` is given the rows of each.
    pub(crate) fn new(
        statements: Vec<Statement>,
        assemble: impl FnOnce(&[Vec<Row>]) -> Result<T> + Send + 'static,
    ) -> Self {
        Self {
            statements,
            assemble: Box::new(assemble),
        }
    }

    /// Nothing is read, and this given.
    pub fn of(given: T) -> Self
    where
        T: Send,
    {
        Self::new(Vec::new(), |_| Ok(given))
    }

    /// Both.
    #[must_use]
    pub fn and<U: 'static>(mut self, other: Read<U>) -> Read<(T, U)> {
        let own = self.statements.len();
        self.statements.extend(other.statements);
        Read {
            statements: self.statements,
            assemble: Box::new(move |rows| {
                let (left, right) = rows.split_at(own.min(rows.len()));
                Ok(((self.assemble)(left)?, (other.assemble)(right)?))
            }),
        }
    }

    /// The same, with nothing of its [`Store::write_together`](crate::Store::write_together) done
    /// unless each of its statements finds a row.
    #[must_use]
    pub fn or_nothing(mut self) -> Self {
        for statement in &mut self.statements {
            statement.needs = Some(1);
        }
        self
    }

    /// What becomes of what it gives.
    #[must_use]
    pub fn map<U: 'static>(self, map: impl FnOnce(T) -> U + Send + 'static) -> Read<U> {
        Read {
            statements: self.statements,
            assemble: Box::new(move |rows| (self.assemble)(rows).map(map)),
        }
    }

    /// Its statements with all their binds, the owner's first.
    pub(crate) fn statements_of<'a>(
        &'a self,
        owner_id: &'a (dyn Bind + Sync),
    ) -> OwnStatements<'a> {
        statements_of(&self.statements, owner_id)
    }

    /// Its statements, and what becomes of their rows.
    pub(crate) fn into_parts(self) -> (Vec<Statement>, Assemble<T>) {
        (self.statements, self.assemble)
    }

    pub(crate) fn assemble(self, rows: &[Vec<Row>]) -> Result<T> {
        (self.assemble)(rows)
    }

    /// In this transaction, one statement after the other.
    ///
    /// # Errors
    /// A statement's.
    pub async fn run(self, tx: &mut TenantTx) -> Result<T> {
        let (statements, assemble) = self.into_parts();
        assemble(&rows(&statements, tx).await?)
    }

    /// The same in a transaction across owners.
    pub(crate) async fn run_across(self, tx: &mut SystemTx) -> Result<T> {
        let mut rows = Vec::with_capacity(self.statements.len());
        for statement in &self.statements {
            let binds: &Binds<'_> = &&*statement.binds();
            rows.push(tx.connection().rows(statement.sql, binds).await?);
        }
        self.assemble(&rows)
    }
}

/// Statements with all their binds.
type OwnStatements<'a> = Vec<(Sql, Vec<&'a (dyn Bind + Sync)>)>;

/// Statements with all their binds, the owner's first.
pub(crate) fn statements_of<'a>(
    statements: &'a [Statement],
    owner_id: &'a (dyn Bind + Sync),
) -> OwnStatements<'a> {
    let statements = statements.iter().map(|statement| {
        let binds = [vec![owner_id], statement.binds()].concat();
        (of_owner(statement.sql), binds)
    });
    statements.collect()
}

/// The rows of each of the statements, run in this transaction one after the other.
pub(crate) async fn rows(statements: &[Statement], tx: &mut TenantTx) -> Result<Vec<Vec<Row>>> {
    let mut rows = Vec::with_capacity(statements.len());
    for statement in statements {
        let binds: &Binds<'_> = &&*statement.binds();
        rows.push(tx.rows(statement.sql, binds).await?);
    }
    Ok(rows)
}

/// Whether these rows are as many as each of the statements needs.
pub(crate) fn are_enough<R>(statements: &[Statement], rows: &[Vec<R>]) -> bool {
    let needs = statements.iter().map(|statement| statement.needs);
    needs
        .zip(rows)
        .all(|(needed, rows)| needed.is_none_or(|needed| needed == rows.len()))
}

/// Whether a statement finds a row; true where there is none to run.
pub(crate) fn is_there(statement: Option<Statement>) -> Read<bool> {
    Read::new(Vec::from_iter(statement), |rows| {
        Ok(rows.iter().all(|rows| !rows.is_empty()))
    })
}

/// The first row of a statement, read, if there is one.
pub(crate) fn first<T: FromRow + 'static>(statement: Statement) -> Read<Option<T>> {
    Read::new(vec![statement], |rows| {
        let mut rows = rows.iter().flatten();
        rows.next().map(T::from_row).transpose()
    })
}

/// All rows of a statement, read.
pub(crate) fn all<T: FromRow + 'static>(statement: Statement) -> Read<Vec<T>> {
    Read::new(vec![statement], |rows| {
        let rows = rows.iter().flatten();
        rows.map(T::from_row).collect()
    })
}
