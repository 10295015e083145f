//! Links that can be used once: to make the first operator, to choose a new password.

use ultudy_domain::{OwnerId, Timestamp, account::LinkPurpose};

use crate::{Result, SystemTx, TenantTx, db::binds};

/// Stores a link for the owner to choose a new password by, in the place of earlier ones.
pub async fn put_reset(
    tx: &mut TenantTx,
    token_hash: &str,
    now: Timestamp,
    expires: Timestamp,
) -> Result<()> {
    let purpose = LinkPurpose::PasswordReset.as_str();
    tx.execute(
        "DELETE FROM one_time_links WHERE owner_id = $1 AND purpose = $2",
        binds![purpose],
    )
    .await?;
    tx.execute(
        "INSERT INTO one_time_links (owner_id, token_hash, purpose, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)",
        binds![token_hash, purpose, now, expires],
    )
    .await?;
    Ok(())
}

/// Stores a link that makes an account, which the owner will be.
pub async fn put_invitation(
    tx: &mut TenantTx,
    token_hash: &str,
    now: Timestamp,
    expires: Timestamp,
) -> Result<()> {
    let purpose = LinkPurpose::Invitation.as_str();
    tx.execute(
        "INSERT INTO one_time_links (owner_id, token_hash, purpose, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)",
        binds![token_hash, purpose, now, expires],
    )
    .await?;
    Ok(())
}

/// Deletes all of the owner's links.
pub async fn delete_all(tx: &mut TenantTx) -> Result<()> {
    tx.execute("DELETE FROM one_time_links WHERE owner_id = $1", binds![])
        .await?;
    Ok(())
}

/// Stores the link that makes the first operator, who will be `owner_id`, in the place of an
/// earlier one.
pub async fn put_first_operator(
    tx: &mut SystemTx,
    owner_id: &str,
    token_hash: &str,
    now: Timestamp,
    expires: Timestamp,
) -> Result<()> {
    tx.connection()
        .execute(
            "INSERT INTO one_time_links (owner_id, token_hash, purpose, created_at, expires_at)
            VALUES ($1, $2, 'first_operator', $3, $4)
            ON CONFLICT (purpose) WHERE purpose = 'first_operator' DO UPDATE SET
                owner_id = excluded.owner_id, token_hash = excluded.token_hash,
                created_at = excluded.created_at, expires_at = excluded.expires_at,
                used_at = NULL"
                .into(),
            binds![owner_id, token_hash, now, expires],
        )
        .await?;
    Ok(())
}

/// Whose link this is, unless it was used or has ended.
pub async fn holder(
    tx: &mut SystemTx,
    purpose: LinkPurpose,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<OwnerId>> {
    let found = tx
        .connection()
        .all(
            "SELECT owner_id FROM one_time_links
            WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3"
                .into(),
            binds![token_hash, purpose.as_str(), now],
        )
        .await?;
    Ok(found.into_iter().next())
}

/// Uses a link up; false if it was used, has ended or is not the owner's.
pub async fn use_up(tx: &mut TenantTx, token_hash: &str, now: Timestamp) -> Result<bool> {
    let used = tx
        .execute(
            "UPDATE one_time_links SET used_at = $3
            WHERE owner_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3",
            binds![token_hash, now],
        )
        .await?;
    Ok(used > 0)
}
