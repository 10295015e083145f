//! What a user wants of what is made for them.

use ultudy_store::preferences;
pub use ultudy_store::preferences::Preferences;

use crate::{App, Result};

/// What the user wants.
///
/// # Errors
/// The database's.
pub async fn get(app: &App, owner_id: &str) -> Result<Preferences> {
    Ok(app
        .store
        .read_at_once(owner_id, preferences::read())
        .await?)
}

/// The user wants this from now on; what there is stays as it is.
///
/// # Errors
/// The database's.
pub async fn set(app: &App, owner_id: &str, preferences: Preferences) -> Result<()> {
    let mut tx = app.store.write(owner_id).await?;
    preferences::set(&mut tx, preferences, app.clock.now()).await?;
    Ok(tx.commit().await?)
}
