//! The number of a formula at the margin.

/// A formula without its `\tag{…}` at the end, which not every renderer knows, and the
/// tag's text.
#[must_use]
pub fn tagged(latex: &str) -> (&str, Option<&str>) {
    let parts = latex.trim_end().strip_suffix('}').and_then(|latex| {
        let (formula, tag) = latex.rsplit_once("\\tag{")?;
        let plain = !tag.contains(['{', '}', '\\', '$']);
        plain.then(|| (formula.trim_end(), tag))
    });
    parts.map_or((latex, None), |(formula, tag)| (formula, Some(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stands_at_the_end() {
        assert_eq!(tagged(r"x = y. \tag{3.1} "), ("x = y.", Some("3.1")));
        for other in [r"\tag{1} x", "x_{1}", r"x \tag{\frac{1}{2}}", "x"] {
            assert_eq!(tagged(other), (other, None));
        }
    }
}
