//! A container of Azure Blob Storage, by the names that Azure's own tools read.

use super::{BucketConfig, Provider, endpoint, refuse, set};
use crate::config::{ConfigError, Settings};

/// The container that OBJECT_STORE_URL names.
pub(super) fn container(
    settings: &Settings,
    (bucket, prefix): (String, String),
) -> Result<BucketConfig, ConfigError> {
    settings.required("AZURE_STORAGE_ACCOUNT")?;
    if !settings.text("AZURE_STORAGE_KEY").is_empty() {
        let reason = "lets in, and so does AZURE_STORAGE_KEY: set only one of them";
        refuse(settings, "AZURE_STORAGE_SAS_TOKEN", reason)?;
        refuse(settings, "AZURE_CLIENT_SECRET", reason)?;
    }
    for name in ["AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"] {
        if !settings.text(name).is_empty() {
            settings.required("AZURE_CLIENT_ID")?;
            settings.required("AZURE_TENANT_ID")?;
        }
    }
    let options = set(
        settings,
        &[
            ("AZURE_STORAGE_ACCOUNT", "azure_storage_account_name"),
            ("AZURE_STORAGE_KEY", "azure_storage_account_key"),
            ("AZURE_STORAGE_SAS_TOKEN", "azure_storage_sas_token"),
            ("AZURE_TENANT_ID", "azure_tenant_id"),
            ("AZURE_CLIENT_ID", "azure_client_id"),
            ("AZURE_CLIENT_SECRET", "azure_client_secret"),
            ("AZURE_FEDERATED_TOKEN_FILE", "azure_federated_token_file"),
        ],
    );
    Ok(BucketConfig {
        provider: Provider::Azure,
        bucket,
        prefix,
        endpoint: endpoint(settings, "AZURE_STORAGE_ENDPOINT")?,
        options,
    })
}
