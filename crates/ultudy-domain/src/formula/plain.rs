//! A formula's LaTeX as a line of plain text.

use unicode_normalization::char::compose;

use super::{
    alphabets,
    scripts::{subscript, superscript},
    symbols::{Class, FUNCTIONS, sign},
};

/// Deepest nesting that is followed; what lies deeper is read as if it were not nested.
const DEPTH_MAX: usize = 16;

/// Marks put over a letter, by command.
#[rustfmt::skip]
const ACCENTS: [(&str, char); 15] = [
    ("acute", '\u{301}'), ("bar", '\u{304}'), ("breve", '\u{306}'), ("check", '\u{30c}'),
    ("ddot", '\u{308}'), ("dot", '\u{307}'), ("grave", '\u{300}'), ("hat", '\u{302}'),
    ("mathring", '\u{30a}'), ("overline", '\u{304}'), ("tilde", '\u{303}'), ("vec", '\u{20d7}'),
    ("widehat", '\u{302}'), ("widetilde", '\u{303}'), ("not", '\u{338}'),
];

/// Commands whose argument is shown as it is.
const FACES: [&str; 11] = [
    "mathrm",
    "mathit",
    "mathbf",
    "mathsf",
    "mathtt",
    "text",
    "textrm",
    "textit",
    "textbf",
    "operatorname",
    "boldsymbol",
];

/// Commands that take an argument no reader sees.
const UNSEEN: [&str; 3] = ["begin", "end", "label"];

/// The formula as it reads in one line: signs for commands, small raised and lowered
/// characters where Unicode has them, `a/b` for a fraction. Commands that are no sign
/// vanish; no LaTeX makes it fail.
#[must_use]
pub fn plain(latex: &str) -> String {
    let mut reader = Reader { rest: latex };
    let mut text = String::with_capacity(latex.len());
    while !reader.rest.is_empty() {
        reader.sequence(&mut text, 0);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The command that puts a combining mark over a letter.
#[must_use]
pub fn accent(mark: char) -> Option<&'static str> {
    let found = ACCENTS.iter().find(|(_, known)| *known == mark);
    found.map(|(command, _)| *command)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next()?;
        self.rest = chars.as_str();
        Some(next)
    }

    /// Reads up to the end of the group or of the formula.
    fn sequence(&mut self, text: &mut String, depth: usize) {
        while let Some(c) = self.next() {
            match c {
                '}' if depth < DEPTH_MAX => return,
                '{' if depth + 1 < DEPTH_MAX => self.sequence(text, depth + 1),
                '{' | '}' => {}
                '^' | '_' => self.script(c, text, depth),
                '\\' => self.command(text, depth),
                '~' | '&' => text.push(' '),
                '\'' => text.push('′'),
                c => text.push(c),
            }
        }
    }

    fn script(&mut self, mark: char, text: &mut String, depth: usize) {
        let script = self.argument(depth);
        let moved = if mark == '^' {
            superscript(&script)
        } else {
            subscript(&script)
        };
        match moved {
            Some(moved) => text.push_str(&moved),
            None if script.trim().is_empty() => {}
            None => {
                text.push(mark);
                let one = script.chars().count() == 1;
                text.push_str(&if one { script } else { grouped(&script) });
            }
        }
    }

    /// The next group, command or character.
    fn argument(&mut self, depth: usize) -> String {
        self.rest = self.rest.trim_start();
        let mut text = String::new();
        match self.next() {
            Some('{') if depth + 1 < DEPTH_MAX => self.sequence(&mut text, depth + 1),
            Some('\\') if depth + 1 < DEPTH_MAX => self.command(&mut text, depth + 1),
            Some('{' | '\\') | None => {}
            Some(c) => text.push(c),
        }
        text
    }

    fn command(&mut self, text: &mut String, depth: usize) {
        let letters = self
            .rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(self.rest.len());
        if letters == 0 {
            match self.next() {
                Some('|') => text.push('‖'),
                Some(c) if "{}$%#&_".contains(c) => text.push(c),
                _ => text.push(' '),
            }
            return;
        }
        let (name, rest) = self.rest.split_at(letters);
        self.rest = rest;
        if let Some((sign, class)) = sign(name) {
            text.push(sign);
            if matches!(class, Class::Ordinary | Class::Open) {
                self.rest = self.rest.trim_start();
            }
        } else if let Some((_, mark)) = ACCENTS.iter().find(|(known, _)| *known == name) {
            let mut under = self.argument(depth);
            let mut letters = under.chars();
            if let (Some(letter), None) = (letters.next(), letters.next()) {
                match compose(letter, *mark) {
                    Some(whole) => under = whole.to_string(),
                    None => under.push(*mark),
                }
            }
            text.push_str(&under);
        } else if FUNCTIONS.contains(&name) {
            text.push_str(name);
        } else {
            self.structure(name, text, depth);
        }
    }

    fn structure(&mut self, name: &str, text: &mut String, depth: usize) {
        match name {
            "frac" | "dfrac" | "tfrac" => {
                let (over, under) = (self.argument(depth), self.argument(depth));
                text.push_str(&format!("{}/{}", grouped(&over), grouped(&under)));
            }
            "binom" => {
                let (over, under) = (self.argument(depth), self.argument(depth));
                text.push_str(&format!("({over} {under})"));
            }
            "overset" | "underset" | "stackrel" => {
                let (beside, base) = (self.argument(depth), self.argument(depth));
                text.push_str(&format!("{base} {beside} "));
            }
            "sqrt" => {
                let under = self.argument(depth);
                text.push('√');
                text.push_str(&grouped(&under));
            }
            "mathbb" | "mathcal" | "mathfrak" | "mathscr" => {
                let letters = self.argument(depth);
                text.extend(
                    letters
                        .chars()
                        .map(|letter| alphabets::letter(name, letter)),
                );
            }
            "tag" => text.push_str(&format!(" ({})", self.argument(depth))),
            "left" | "right" => {
                self.rest = self.rest.trim_start();
                self.rest = self.rest.strip_prefix('.').unwrap_or(self.rest);
            }
            "bmod" | "pmod" => text.push_str(" mod "),
            "quad" | "qquad" => text.push(' '),
            _ if FACES.contains(&name) => text.push_str(&self.argument(depth)),
            _ if UNSEEN.contains(&name) => drop(self.argument(depth)),
            _ => {}
        }
    }
}

/// In parentheses, unless it is one thing.
fn grouped(text: &str) -> String {
    let text = text.trim();
    if text.chars().all(char::is_alphanumeric) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_scripts_and_fractions_read_in_a_line() {
        for (latex, text) in [
            (r"x_{n} \in \mathbb{R}^{n+1}", "xₙ ∈ ℝⁿ⁺¹"),
            (r"\mathfrak{T}_{Z} \cup x^{\ast}", "𝔗_Z ∪ x^∗"),
            (r"\bigcup_{i \in I}", "⋃_(i ∈ I)"),
            (r"\frac{a + b}{2}", "(a + b)/2"),
            (r"\alpha x \leq \sin x", "αx ≤ sin x"),
            (r"f^{-1}(U) \notin \{ 1, 2 \}", "f⁻¹(U) ∉ { 1, 2 }"),
            (r"\tilde{x}_{i \alpha} = \sqrt{2}", "x\u{303}_(i α) = √2"),
            (r"\text{if } x'' \neq 0 \quad \tag{3.2}", "if x′′ ≠ 0 (3.2)"),
            (r"\left( x \right.", "( x"),
        ] {
            assert_eq!(plain(latex), text, "{latex}");
        }
    }

    #[test]
    fn no_formula_makes_it_fail() {
        for latex in [
            "}}{{".repeat(5_000),
            r"\frac{".repeat(5_000),
            "x^{".repeat(5_000) + &"}".repeat(5_000),
            "_".repeat(5_000),
            "\\".to_owned(),
            r"\sqrt".to_owned(),
        ] {
            let _ = plain(&latex);
        }
        assert_eq!(plain(&("{".repeat(100) + "x")), "x");
    }
}
