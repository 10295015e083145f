//! Users: people with accounts, and people whom an outside issuer knows. `owner_id` is the user.

use ultudy_domain::{
    Timestamp,
    account::{Role, User},
};

use crate::{
    Result, SystemTx, TenantTx, budgets,
    db::{FromRow, Row, binds, read_name},
    read::{self, Read, Statement},
};

/// A user as signing in needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// PHC string of the password's hash.
    pub password_hash: String,
    /// Since when the account may not be used.
    pub disabled_at: Option<Timestamp>,
}

/// A user as whoever looks after accounts sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: User,
    /// Who says that it is them; none if a password does.
    pub issuer: Option<String>,
    /// Since when the account may not be used.
    pub disabled_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "owner_id, email, password_hash, role, created_at, disabled_at, issuer"
    };
}

impl FromRow for User {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("owner_id")?,
            email: row.get("email")?,
            role: read_name(row, "role", Role::parse)?,
            created_at: row.get("created_at")?,
        })
    }
}

impl FromRow for Credentials {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            user: User::from_row(row)?,
            password_hash: row.get("password_hash")?,
            disabled_at: row.get("disabled_at")?,
        })
    }
}

impl FromRow for Account {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            user: User::from_row(row)?,
            issuer: row.get("issuer")?,
            disabled_at: row.get("disabled_at")?,
        })
    }
}

/// Stores a new user with a password, the transaction's owner.
///
/// # Errors
/// [`crate::StoreError::Conflict`] when the e-mail address has an account.
pub async fn insert(tx: &mut TenantTx, user: &User, password_hash: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO users (owner_id, email, password_hash, role, created_at)
        VALUES ($1, $2, $3, $4, $5)",
        binds![
            user.email,
            password_hash,
            user.role.as_str(),
            user.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Stores a new user whom an issuer knows, the transaction's owner; false if they are there.
pub async fn insert_outside(tx: &mut TenantTx, user: &User, issuer: &str) -> Result<bool> {
    let inserted = tx
        .execute(
            "INSERT INTO users (owner_id, email, role, created_at, issuer)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (owner_id) DO NOTHING",
            binds![user.email, user.role.as_str(), user.created_at, issuer],
        )
        .await?;
    Ok(inserted > 0)
}

/// The user of the transaction.
pub async fn find(tx: &mut TenantTx) -> Result<Option<Account>> {
    read().run(tx).await
}

/// The user who reads.
#[must_use]
pub fn read() -> Read<Option<Account>> {
    read::first(Statement::new(
        concat!("SELECT ", columns!(), " FROM users WHERE owner_id = $1"),
        Vec::new(),
    ))
}

/// Gives the user another password; false if there is no such user.
pub async fn set_password(tx: &mut TenantTx, password_hash: &str) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE users SET password_hash = $2 WHERE owner_id = $1",
            binds![password_hash],
        )
        .await?;
    Ok(changed > 0)
}

/// Deletes the user, with all that is theirs but documents: those must give back their blobs
/// before.
///
/// # Errors
/// [`crate::StoreError::Conflict`] when a document is left.
pub async fn delete(tx: &mut TenantTx) -> Result<()> {
    for statement in [
        "DELETE FROM study_sessions WHERE owner_id = $1",
        "DELETE FROM jobs WHERE owner_id = $1",
        "DELETE FROM courses WHERE owner_id = $1",
        "DELETE FROM one_time_links WHERE owner_id = $1",
        "DELETE FROM llm_calls WHERE owner_id = $1",
        "DELETE FROM llm_usage WHERE owner_id = $1",
        "DELETE FROM llm_batch_items WHERE owner_id = $1",
        "DELETE FROM preferences WHERE owner_id = $1",
        // Their sessions and tokens go with them.
        "DELETE FROM users WHERE owner_id = $1",
    ] {
        tx.execute(statement, binds![]).await?;
    }
    budgets::delete_own(tx).await
}

/// Whose e-mail address this is, of those who sign in by it.
pub async fn by_email(tx: &mut SystemTx, email: &str) -> Result<Option<Credentials>> {
    let found = tx
        .connection()
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM users WHERE email = $1 AND issuer IS NULL"
            )
            .into(),
            binds![email],
        )
        .await?;
    Ok(found.into_iter().next())
}

/// Everybody of this id or this e-mail address: of an address perhaps several, if issuers tell it.
pub async fn named(tx: &mut SystemTx, name: &str) -> Result<Vec<Account>> {
    tx.connection()
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM users WHERE email = $1 OR $1 = owner_id ORDER BY owner_id"
            )
            .into(),
            binds![name],
        )
        .await
}

/// At most `limit` users after the id `after`, by their ids.
pub async fn list(tx: &mut SystemTx, after: &str, limit: i64) -> Result<Vec<Account>> {
    tx.connection()
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM users WHERE owner_id > $1 ORDER BY owner_id LIMIT $2"
            )
            .into(),
            binds![after, limit],
        )
        .await
}

/// Says what a user may do.
pub async fn set_role(tx: &mut SystemTx, owner_id: &str, role: Role) -> Result<()> {
    tx.connection()
        .execute(
            "UPDATE users SET role = $1 WHERE owner_id = $2".into(),
            binds![role.as_str(), owner_id],
        )
        .await?;
    Ok(())
}

/// Notes another address that an issuer tells.
pub async fn set_email(tx: &mut SystemTx, owner_id: &str, email: Option<&str>) -> Result<()> {
    tx.connection()
        .execute(
            "UPDATE users SET email = $1 WHERE owner_id = $2 AND issuer IS NOT NULL".into(),
            binds![email, owner_id],
        )
        .await?;
    Ok(())
}

/// Says since when an account may not be used; none if it may.
pub async fn set_disabled(
    tx: &mut SystemTx,
    owner_id: &str,
    since: Option<Timestamp>,
) -> Result<()> {
    tx.connection()
        .execute(
            "UPDATE users SET disabled_at = $1 WHERE owner_id = $2".into(),
            binds![since, owner_id],
        )
        .await?;
    Ok(())
}

/// Whether there is an operator who may sign in.
pub async fn has_operator(tx: &mut SystemTx) -> Result<bool> {
    let found: Vec<String> = tx
        .connection()
        .all(
            "SELECT owner_id FROM users WHERE role = 'operator' AND disabled_at IS NULL LIMIT 1"
                .into(),
            binds![],
        )
        .await?;
    Ok(!found.is_empty())
}
