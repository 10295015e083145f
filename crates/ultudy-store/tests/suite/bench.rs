//! A fresh database for one test.

use tempfile::TempDir;
use ultudy_store::{Store, StoreConfig, TenantTx};

use crate::fixtures::ALICE;

/// A store on an empty, migrated database that goes when the bench is dropped.
pub struct Bench {
    pub store: Store,
    _dir: TempDir,
}

impl Bench {
    pub async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ultudy.sqlite");
        let store = Store::open(&StoreConfig::Sqlite { path }).await.unwrap();
        Self { store, _dir: dir }
    }

    /// A transaction of Alice's that writes.
    pub async fn write(&self) -> TenantTx {
        self.store.write(ALICE).await.unwrap()
    }

    /// A transaction of Alice's that reads.
    pub async fn read(&self) -> TenantTx {
        self.store.read(ALICE).await.unwrap()
    }
}
