//! Sources: everything comes from crates.io or lies in this checkout.

use cargo_metadata::Package;

/// Where else a package comes from, if it does.
pub fn fault(package: &Package) -> Option<String> {
    let source = package.source.as_ref()?;
    (!source.is_crates_io()).then(|| format!("{}: comes from {source}", package.name))
}

#[cfg(test)]
mod tests {
    use cargo_metadata::Source;

    use super::super::fixture::package;
    use super::*;

    #[test]
    fn a_git_repository_is_no_source() {
        let mut package = package("a", &[]);
        assert_eq!(fault(&package), None);
        package.source = Some(Source {
            repr: "git+https://example.com/a".into(),
        });
        assert!(fault(&package).is_some());
    }
}
