//! Blobs: one row a distinct file content, counted by the documents that hold it. No
//! owner: reached only through an owned document.

use ultudy_domain::Timestamp;

use crate::{Result, TenantTx};

/// Counts one more holder and gives the object's key: `object_key` if the content is new,
/// else the key under which it already lies (then the caller drops its own copy).
pub async fn hold(
    _tx: &mut TenantTx,
    _sha256: &str,
    _size: i64,
    _object_key: &str,
    _now: Timestamp,
) -> Result<String> {
    todo!()
}

/// Counts one holder less; gives the object's key when that was the last one, whose row
/// is then gone.
pub async fn release(_tx: &mut TenantTx, _sha256: &str) -> Result<Option<String>> {
    todo!()
}
