//! Generations: what a generator made, by the key of what went in. No owner: reached
//! only through an owned lesson.

use ultudy_domain::{Timestamp, lesson::LessonContent};

use crate::{Result, TenantTx};

/// A generation to store.
#[derive(Debug, Clone, PartialEq)]
pub struct NewGeneration {
    /// SHA-256 of all that decided the content, hex.
    pub key: String,
    /// The content, its options in their final order.
    pub content: LessonContent,
    /// Who made it.
    pub provider: String,
    /// The model.
    pub model: String,
}

/// The content of this key, if it was made before.
pub async fn find(_tx: &mut TenantTx, _key: &str) -> Result<Option<LessonContent>> {
    todo!()
}

/// Stores it unless the key is there already; gives the content that now stands under
/// the key.
pub async fn insert(
    _tx: &mut TenantTx,
    _generation: &NewGeneration,
    _now: Timestamp,
) -> Result<LessonContent> {
    todo!()
}
