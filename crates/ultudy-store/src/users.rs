//! Users: people with accounts. `owner_id` is the user.

use ultudy_domain::{
    Timestamp,
    account::{Role, User},
};

use crate::{
    Result, SystemTx, TenantTx,
    db::{FromRow, Row, binds, read_name},
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

macro_rules! columns {
    () => {
        "owner_id, email, password_hash, role, created_at, disabled_at"
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

/// Stores a new user, the transaction's owner.
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

/// The user of the transaction.
pub async fn find(tx: &mut TenantTx) -> Result<Option<User>> {
    tx.first(
        concat!("SELECT ", columns!(), " FROM users WHERE owner_id = $1"),
        binds![],
    )
    .await
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

/// Whose e-mail address this is.
pub async fn by_email(tx: &mut SystemTx, email: &str) -> Result<Option<Credentials>> {
    let found = tx
        .connection()
        .all(
            concat!("SELECT ", columns!(), " FROM users WHERE email = $1").into(),
            binds![email],
        )
        .await?;
    Ok(found.into_iter().next())
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
