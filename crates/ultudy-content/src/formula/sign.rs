//! The LaTeX of one glyph.

use ultudy_domain::formula::{Class, FUNCTIONS, accent, command};
use unicode_normalization::UnicodeNormalization as _;

use super::{Face, Glyph, glyph::is_styled, is_lost};

/// The LaTeX of a glyph and its class; `None` where nobody knows what it is.
pub(super) fn sign(glyph: &Glyph) -> Option<(String, Class)> {
    if let Some(latex) = &glyph.latex {
        return Some((latex.clone(), Class::Ordinary));
    }
    match glyph.sole() {
        // Half of a fraction: see `stack::ruled`.
        Some('/') if glyph.face == Face::Extension => None,
        Some(sole) => of_character(sole, glyph.face),
        None => of_word(&glyph.text),
    }
}

fn of_word(text: &str) -> Option<(String, Class)> {
    if let Some(struck) = text.strip_suffix('\u{338}') {
        let (inner, class) = of_character(struck.chars().next()?, Face::Maths)?;
        return Some((format!("\\not{inner}"), class));
    }
    if text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Some((text.to_owned(), Class::Ordinary));
    }
    if FUNCTIONS.contains(&text) {
        return Some((format!("\\{text} "), Class::Ordinary));
    }
    let letters = text.chars().all(|c| c.is_alphanumeric() || c == '-');
    letters.then(|| (format!("\\operatorname{{{text}}}"), Class::Ordinary))
}

fn of_character(c: char, face: Face) -> Option<(String, Class)> {
    // Parts of a bracket around several lines, or of a brace above or below, say nothing
    // without these.
    if is_lost(c) || matches!(c, '\u{239b}'..='\u{23b3}' | '⏐' | '⏞' | '⏟') {
        return None;
    }
    if is_styled(c) && command(c).is_none() {
        return styled(c);
    }
    if let Some((name, class)) = command(c) {
        return Some((format!("\\{name}"), class));
    }
    if let Some(latex) = accented(c) {
        return Some((latex, Class::Ordinary));
    }
    let as_itself = |class| Some((c.to_string(), class));
    match c {
        'A'..='Z' if face == Face::Symbols => Some((format!("\\mathcal{{{c}}}"), Class::Ordinary)),
        '=' | '<' | '>' | ':' => as_itself(Class::Relation),
        '+' | '*' => as_itself(Class::Binary),
        '−' | '-' | '–' => Some(("-".to_owned(), Class::Binary)),
        '(' | '[' => as_itself(Class::Open),
        ')' | ']' => as_itself(Class::Close),
        '‖' => Some(("\\|".to_owned(), Class::Ordinary)),
        '\'' | '’' => Some(("'".to_owned(), Class::Ordinary)),
        '\\' => Some(("\\setminus".to_owned(), Class::Binary)),
        '%' | '#' | '&' | '_' => Some((format!("\\{c}"), Class::Ordinary)),
        '$' | '^' | '~' | '`' | '"' => None,
        c if c.is_ascii() && !c.is_control() => as_itself(Class::Ordinary),
        c if c.is_control() => None,
        c if c.is_alphanumeric() => Some((format!("\\text{{{c}}}"), Class::Ordinary)),
        _ => as_itself(Class::Ordinary),
    }
}

/// A letter with a mark over it that formulas have and hardly any word.
pub(super) fn accented(c: char) -> Option<String> {
    const MARKS: [&str; 6] = ["hat", "tilde", "bar", "dot", "check", "breve"];
    let mut parts = std::iter::once(c).nfd();
    let (letter, mark) = (parts.next()?, parts.next()?);
    let command = accent(mark).filter(|command| MARKS.contains(command))?;
    let whole = letter.is_ascii_alphabetic() && parts.next().is_none();
    whole.then(|| format!("\\{command}{{{letter}}}"))
}

/// A letter of one of Unicode's alphabets for formulas.
fn styled(c: char) -> Option<(String, Class)> {
    let plain: String = std::iter::once(c).nfkc().collect();
    let letter = plain
        .chars()
        .next()
        .filter(|_| plain.chars().count() == 1)?;
    let latex = match face(c) {
        Some(face) if letter.is_ascii_alphanumeric() => format!("\\{face}{{{letter}}}"),
        _ => of_character(letter, Face::Maths)?.0,
    };
    Some((latex, Class::Ordinary))
}

/// The command of the alphabet; `None` for italic letters, which formulas have anyway.
fn face(c: char) -> Option<&'static str> {
    Some(match u32::from(c) {
        0x2102 | 0x210d | 0x2115 | 0x2119 | 0x211a | 0x211d | 0x2124 => "mathbb",
        0x210b | 0x2110 | 0x2112 | 0x211b | 0x212c | 0x2130 | 0x2131 | 0x2133 | 0x210a | 0x212f
        | 0x2134 => "mathcal",
        0x210c | 0x2111 | 0x211c | 0x2128 | 0x212d => "mathfrak",
        0x1d400..=0x1d433 | 0x1d468..=0x1d49b | 0x1d7ce..=0x1d7d7 => "mathbf",
        0x1d49c..=0x1d503 => "mathcal",
        0x1d504..=0x1d537 | 0x1d56c..=0x1d59f => "mathfrak",
        0x1d538..=0x1d56b | 0x1d7d8..=0x1d7e1 => "mathbb",
        0x1d5a0..=0x1d66f | 0x1d7e2..=0x1d7f5 => "mathsf",
        0x1d670..=0x1d6a3 | 0x1d7f6..=0x1d7ff => "mathtt",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latex(c: char) -> Option<String> {
        of_character(c, Face::Maths).map(|(latex, _)| latex)
    }

    #[test]
    fn letters_of_other_alphabets_have_their_commands() {
        for (c, expected) in [
            ('ℝ', r"\mathbb{R}"),
            ('𝑥', "x"),
            ('ℎ', "h"),
            ('𝔸', r"\mathbb{A}"),
            ('𝔗', r"\mathfrak{T}"),
            ('𝜑', r"\varphi"),
            ('∉', r"\notin"),
            ('ℓ', r"\ell"),
        ] {
            assert_eq!(latex(c).as_deref(), Some(expected), "{c}");
        }
        assert_eq!(latex('\u{f0b7}'), None);
        assert_eq!(latex('$'), None);
    }
}
