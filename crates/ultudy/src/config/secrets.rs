//! Settings that hold secrets can be given as files, such as Docker and Kubernetes mount: the
//! variable `NAME_FILE` names a file that holds what `NAME` would.

use std::{fs, io};

use super::ConfigError;

/// Settings that are, or may hold, a secret.
pub const SECRETS: [&str; 17] = [
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "READ_REPLICA_URL",
    "REDIS_URL",
    "CACHE_REDIS_URL",
    "AUTH_OIDC_CLIENT_SECRET",
    "OPENAI_API_KEY",
    "GEMINI_API_KEY",
    "ANTHROPIC_API_KEY",
    "COMPATIBLE_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_CLIENT_SECRET",
];

/// Most that such a file may hold, in bytes: none is a tenth as long.
const LENGTH_MAX: u64 = 64 << 10;

/// What setting `name` is set to: by its variable, or by the file that `NAME_FILE` names.
///
/// # Errors
/// Both are given; the file cannot be read, holds nothing, or no text.
pub(super) fn set(
    name: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, ConfigError> {
    let set = variable(name);
    let file_name = format!("{name}_FILE");
    let path = variable(&file_name).filter(|path| !path.is_empty());
    let Some(path) = path.filter(|_| SECRETS.contains(&name)) else {
        return Ok(set);
    };
    let refused = |reason: String| ConfigError {
        name: file_name.clone(),
        value: path.clone(),
        reason,
    };
    if set.is_some_and(|set| !set.trim().is_empty()) {
        return Err(refused(format!(
            "is given besides {name}: set one of the two"
        )));
    }
    let text = read(&path).map_err(|error| {
        refused(format!(
            "cannot be read: {error}; it must be a file with the value of {name}"
        ))
    })?;
    match text.trim() {
        "" => Err(refused(format!(
            "holds nothing; it must be a file with the value of {name}"
        ))),
        text => Ok(Some(text.to_owned())),
    }
}

fn read(path: &str) -> io::Result<String> {
    if fs::metadata(path)?.len() > LENGTH_MAX {
        return Err(io::Error::other("it is too long"));
    }
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::{super::tests::read, *};

    fn file(folder: &TempDir, text: &[u8]) -> String {
        let path = folder.path().join("secret");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_secret_is_read_from_its_file_without_the_line_s_end() {
        let folder = TempDir::new().unwrap();
        let path = file(&folder, b"rediss://:hunter2@h:6379/1\r\n");
        let config = read(&[("REDIS_URL_FILE", &path)]).unwrap();
        let url = config.redis_url.as_ref().map(|url| url.0.as_str());
        assert_eq!(url, Some("rediss://:hunter2@h:6379/1"));
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn every_secret_can_be_given_so_and_is_a_setting() {
        let folder = TempDir::new().unwrap();
        let empty = file(&folder, b" \n");
        for name in SECRETS {
            let by_file = format!("{name}_FILE");
            let refused = read(&[(&by_file, &empty)]).unwrap_err().to_string();
            assert!(refused.starts_with(&by_file), "{refused}");
            assert!(super::super::DEFAULTS.contains(&format!("\n{name} = ")));
        }
    }

    #[test]
    fn what_cannot_be_taken_is_one_line_without_the_secret() {
        let folder = TempDir::new().unwrap();
        let good = file(&folder, b"redis://:hunter2@h");
        for (value, path, said) in [
            ("redis://:hunter2@h", good.as_str(), "set one of the two"),
            ("", "/nowhere/redis-url", "No such file"),
            ("", folder.path().to_str().unwrap(), "cannot be read"),
        ] {
            let refused = read(&[("REDIS_URL", value), ("REDIS_URL_FILE", path)]);
            let refused = refused.unwrap_err().to_string();
            assert!(
                refused.starts_with("REDIS_URL_FILE=") && refused.contains(said),
                "{refused}"
            );
            assert!(!refused.contains("hunter2") && !refused.contains('\n'));
        }
        let nonsense = file(&folder, b"http://:hunter2@h");
        let refused = read(&[("REDIS_URL_FILE", &nonsense)]).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("hunter2"));
        let binary = file(&folder, &[0xff, 0xfe]);
        assert!(read(&[("REDIS_URL_FILE", &binary)]).is_err());
        // What is no secret is not looked for in a file.
        assert!(read(&[("LOG_FILE", "/nowhere")]).is_ok());
    }
}
