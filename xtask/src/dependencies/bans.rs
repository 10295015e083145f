//! Bans: packages that must not come in, and versions left open.

use cargo_metadata::{Package, semver::VersionReq};

use super::policy::Bans;

/// Why a package may not be used, if it may not.
pub fn fault(package: &Package, bans: &Bans) -> Option<String> {
    let name = package.name.as_str();
    let ban = bans.deny.iter().find(|ban| ban.name == name)?;
    Some(format!("{name}: {}", ban.reason))
}

/// The dependencies that one of our crates takes in any version.
pub fn wildcards(package: &Package) -> Vec<String> {
    let open = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.path.is_none() && dependency.req == VersionReq::STAR);
    open.map(|dependency| format!("{}: any version of {}", package.name, dependency.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{fixture::package, policy::Ban};
    use super::*;

    #[test]
    fn a_banned_package_is_told_with_the_reason() {
        let bans = Bans {
            deny: vec![Ban {
                name: "openssl".into(),
                reason: "one TLS stack".into(),
            }],
        };
        assert_eq!(fault(&package("serde", &[]), &bans), None);
        let told = fault(&package("openssl", &[]), &bans);
        assert_eq!(told.as_deref(), Some("openssl: one TLS stack"));
    }

    #[test]
    fn a_version_left_open_is_told() {
        assert!(wildcards(&package("ours", &[])).is_empty());
        assert_eq!(
            wildcards(&package("ours", &["a"])),
            ["ours: any version of a"]
        );
    }
}
