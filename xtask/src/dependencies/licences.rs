//! Licences: every package names one that is allowed.

use cargo_metadata::Package;
use spdx::{Expression, ParseMode};

use super::policy::Licences;

/// What is wrong with a package's licence, if anything is.
pub fn fault(package: &Package, allowed: &Licences) -> Option<String> {
    let Some(licence) = &package.license else {
        return Some(format!("{}: names no licence", package.name));
    };
    // Old packages write `MIT/Apache-2.0`.
    let expression = match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => return Some(format!("{}: {error}", package.name)),
    };
    let fits = expression.evaluate(|one| is_allowed(&one.to_string(), &package.name, allowed));
    (!fits).then(|| format!("{}: licence {licence}", package.name))
}

fn is_allowed(licence: &str, package: &str, allowed: &Licences) -> bool {
    let mut exceptions = allowed.exceptions.iter();
    allowed.allow.iter().any(|one| one == licence)
        || exceptions.any(|one| one.name == package && one.allow.iter().any(|id| id == licence))
}

#[cfg(test)]
mod tests {
    use super::super::{fixture::package, policy::Exception};
    use super::*;

    fn judge(name: &str, licence: Option<&str>) -> Option<String> {
        let allowed = Licences {
            allow: vec!["MIT".into(), "Apache-2.0 WITH LLVM-exception".into()],
            exceptions: vec![Exception {
                name: "excepted".into(),
                allow: vec!["MPL-2.0".into()],
            }],
        };
        let mut package = package(name, &[]);
        package.license = licence.map(Into::into);
        fault(&package, &allowed)
    }

    #[test]
    fn one_allowed_choice_is_enough() {
        assert_eq!(judge("a", Some("MIT OR GPL-3.0")), None);
        assert_eq!(judge("a", Some("GPL-3.0/MIT")), None);
        assert_eq!(judge("a", Some("Apache-2.0 WITH LLVM-exception")), None);
    }

    #[test]
    fn all_that_are_demanded_together_must_be_allowed() {
        assert!(judge("a", Some("MIT AND GPL-3.0-only")).is_some());
        assert!(judge("a", Some("Apache-2.0")).is_some());
        assert!(judge("a", None).is_some());
    }

    #[test]
    fn an_exception_is_for_its_package_alone() {
        assert_eq!(judge("excepted", Some("MPL-2.0")), None);
        assert!(judge("a", Some("MPL-2.0")).is_some());
    }
}
