//! The relations that formulas one below the other are aligned at: those that do not stand
//! within something.

use ultudy_domain::formula::{Class, sign as sign_of};

use super::{Glyph, Level, sign::sign};

/// Where they begin on the line, in points.
pub(super) fn places(glyphs: &[Glyph]) -> Vec<f32> {
    let Some(level) = Level::of(glyphs) else {
        return Vec::new();
    };
    let mut open = 0_usize;
    let mut found = Vec::new();
    for glyph in glyphs {
        if level.script(glyph).is_some() {
            continue;
        }
        match sign(glyph).map(|(_, class)| class) {
            Some(Class::Open) => open += 1,
            Some(Class::Close) => open = open.saturating_sub(1),
            Some(Class::Relation) if open == 0 => found.push(glyph.left),
            _ => {}
        }
    }
    found
}

/// Where they begin in the LaTeX, in bytes.
pub(crate) fn relations(latex: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(c) = latex[at..].chars().next() {
        let rest = &latex[at + c.len_utf8()..];
        let letters = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let command = (c == '\\').then(|| &rest[..letters]);
        match (c, command) {
            (_, Some("left" | "begin")) => open += 1,
            (_, Some("right" | "end")) => open = open.saturating_sub(1),
            (_, Some("")) => {
                let escaped = rest.chars().next();
                match escaped {
                    Some('{') => open += 1,
                    Some('}') => open = open.saturating_sub(1),
                    _ => {}
                }
                at += escaped.map_or(0, char::len_utf8);
            }
            (_, Some(name)) => match sign_of(name) {
                Some((_, Class::Relation)) if open == 0 => found.push(at),
                Some((_, Class::Open)) => open += 1,
                Some((_, Class::Close)) => open = open.saturating_sub(1),
                _ => {}
            },
            ('{' | '(' | '[', None) => open += 1,
            ('}' | ')' | ']', None) => open = open.saturating_sub(1),
            ('=' | '<' | '>' | ':', None) if open == 0 => found.push(at),
            _ => {}
        }
        at += c.len_utf8() + command.map_or(0, str::len);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_outside_of_everything_are_found() {
        assert_eq!(relations(r"a := b \leq c"), [2, 3, 7]);
        for (latex, expected) in [
            (r"a = b = c", Some("= b = c")),
            (r"f(x = y)_{i = 1} \leq c", Some(r"\leq c")),
            (r"\left( a = b \right) < c", Some("< c")),
            (r"\begin{cases} a = b \end{cases} = 1", Some("= 1")),
            (r"\{ x = y \} \subset z", Some(r"\subset z")),
            (r"a + b", None),
            (r"\", None),
        ] {
            let found = relations(latex).first().map(|at| &latex[*at..]);
            assert_eq!(found, expected, "{latex}");
        }
    }
}
