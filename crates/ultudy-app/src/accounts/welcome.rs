//! What a new user finds.

use crate::{App, sample};

/// Loads the sample course for somebody new, if there is one to load: in the background, since
/// they are in without it.
pub(super) fn greet(app: &App, owner_id: &str) {
    let Some(sample) = app.accounts.sample else {
        return;
    };
    let (app, owner_id) = (app.clone(), owner_id.to_owned());
    tokio::spawn(async move {
        if let Err(error) = sample::load_once(&app, &owner_id, &sample).await {
            tracing::warn!(%error, "the sample course could not be loaded for a new user");
        }
    });
}
