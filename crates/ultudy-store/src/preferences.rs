//! What a user wants of what is made for them.

use ultudy_domain::{Timestamp, language};

use crate::{Read, Result, TenantTx, db::binds, read::Statement};

/// What a user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preferences {
    /// The language of lessons, answers and feedback, one of `language::CHOICES`; none: the document's, or
    /// the question's.
    pub language: Option<&'static str>,
}

/// What the user wants.
pub async fn find(tx: &mut TenantTx) -> Result<Preferences> {
    read().run(tx).await
}

/// See [`find`].
#[must_use]
pub fn read() -> Read<Preferences> {
    let find = "SELECT language FROM preferences WHERE owner_id = $1";
    let find = Statement::new(find, Vec::new());
    Read::new(vec![find], |rows| {
        let row = rows.iter().flatten().next();
        let tag: Option<Option<String>> = row.map(|row| row.get("language")).transpose()?;
        Ok(Preferences {
            // One that this version does not know is as good as none.
            language: tag.flatten().as_deref().and_then(language::choice),
        })
    })
}

/// The user wants this from now on.
pub async fn set(tx: &mut TenantTx, preferences: Preferences, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO preferences (owner_id, language, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (owner_id) DO UPDATE SET
            language = excluded.language, changed_at = excluded.changed_at",
        binds![preferences.language, now],
    )
    .await?;
    Ok(())
}
