//! Labels that open a paragraph, such as “Definition 2.1 (Metric space)”.

use std::ops::Range;

/// What a label says its paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Definition,
    Theorem,
    Example,
    Note,
    Proof,
    Exercise,
    Caption,
}

/// The words of the labels, lower case.
const LABELS: [(Kind, &[&str]); 7] = [
    (
        Kind::Definition,
        &[
            "definition",
            "def",
            "définition",
            "definición",
            "定義",
            "定义",
        ],
    ),
    (
        Kind::Theorem,
        &[
            "theorem",
            "lemma",
            "proposition",
            "corollary",
            "law",
            "principle",
            "satz",
            "korollar",
            "théorème",
            "lemme",
            "corollaire",
            "teorema",
            "lema",
            "proposición",
            "corolario",
            "定理",
            "補題",
            "引理",
        ],
    ),
    (
        Kind::Example,
        &["example", "beispiel", "exemple", "ejemplo", "例"],
    ),
    (
        Kind::Note,
        &[
            "note",
            "remark",
            "warning",
            "caution",
            "important",
            "tip",
            "bemerkung",
            "hinweis",
            "achtung",
            "merke",
            "remarque",
            "attention",
            "nota",
            "observación",
            "advertencia",
            "注意",
            "備考",
        ],
    ),
    (
        Kind::Proof,
        &[
            "proof",
            "beweis",
            "preuve",
            "démonstration",
            "demostración",
            "証明",
            "证明",
        ],
    ),
    (
        Kind::Exercise,
        &[
            "exercise",
            "problem",
            "question",
            "aufgabe",
            "übung",
            "übungsaufgabe",
            "exercice",
            "ejercicio",
            "problema",
            "問",
            "演習",
            "练习",
        ],
    ),
    (
        Kind::Caption,
        &[
            "figure",
            "fig",
            "table",
            "listing",
            "abbildung",
            "abb",
            "tabelle",
            "tab",
            "tableau",
            "figura",
            "tabla",
            "図",
            "表",
        ],
    ),
];

/// A label and what it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    /// What the paragraph is.
    pub kind: Kind,
    /// The title in parentheses.
    pub title: Option<Range<usize>>,
    /// Where the paragraph's own text begins.
    pub end: usize,
}

/// The label a text opens with, if it does.
pub(super) fn parse(text: &str) -> Option<Label> {
    let word_end = text
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(text.len());
    let kind = kind_of(&text[..word_end].to_lowercase())?;
    let mut rest = Rest { text, at: word_end };
    rest.skip(|c| c == '.' && word_end < 5);
    let numbered = rest.number();
    let title = rest.title();
    let marked = rest.skip(|c| matches!(c, ':' | '.' | '：' | '．' | '—' | '–'));
    rest.skip(char::is_whitespace);
    let alone = rest.at == text.len();
    let goes_on = rest.peek().is_some_and(char::is_lowercase);
    // “Theorem 3 states …” and “Note that …” are sentences, not labels.
    let is_label = match kind {
        Kind::Caption => numbered && (marked || alone),
        _ => marked || title.is_some() || alone || (numbered && !goes_on),
    };
    is_label.then_some(Label {
        kind,
        title,
        end: rest.at,
    })
}

fn kind_of(word: &str) -> Option<Kind> {
    LABELS
        .iter()
        .find(|(_, words)| words.contains(&word))
        .map(|&(kind, _)| kind)
}

/// What of a text has not been read.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl Rest<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Skips all characters that fit; whether there were any.
    fn skip(&mut self, fits: impl Fn(char) -> bool) -> bool {
        let rest = &self.text[self.at..];
        let skipped = rest.len() - rest.trim_start_matches(fits).len();
        self.at += skipped;
        skipped > 0
    }

    /// Skips a number such as ` 2.1`, ` 3a`; whether there was one.
    fn number(&mut self) -> bool {
        let begun = self.at;
        self.skip(char::is_whitespace);
        if !self.skip(|c| c.is_ascii_digit()) {
            self.at = begun;
            return false;
        }
        while self.text[self.at..].starts_with(['.', '-'])
            && self.text[self.at + 1..].starts_with(|c: char| c.is_ascii_digit())
        {
            self.at += 1;
            self.skip(|c| c.is_ascii_digit());
        }
        true
    }

    /// Skips a title in parentheses and answers where it stands.
    fn title(&mut self) -> Option<Range<usize>> {
        let begun = self.at;
        self.skip(char::is_whitespace);
        let rest = &self.text[self.at..];
        let inner = rest.strip_prefix('(').and_then(|rest| rest.find(')'));
        let Some(length) = inner.filter(|&length| (2..=120).contains(&length)) else {
            self.at = begun;
            return None;
        };
        let start = self.at + 1;
        self.at = start + length + 1;
        Some(start..start + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_from_sentences() {
        for (text, kind, rest) in [
            (
                "Definition 2.1 (Metric space). Let X be",
                Kind::Definition,
                "Let X be",
            ),
            (
                "Definition 10 Ein Raum heißt",
                Kind::Definition,
                "Ein Raum heißt",
            ),
            ("Beispiel 4", Kind::Example, ""),
            ("Note: read this", Kind::Note, "read this"),
            ("Exercise 1.7: The test", Kind::Exercise, "The test"),
            ("Fig. 3. A cell", Kind::Caption, "A cell"),
            ("定理 3（略）", Kind::Theorem, "（略）"),
        ] {
            let label = parse(text).expect(text);
            assert_eq!((label.kind, &text[label.end..]), (kind, rest), "{text}");
        }
        for text in [
            "Theorem 3 states that",
            "Note that",
            "Figure 1.2 shows",
            "Cells",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_title_is_found() {
        let text = "Theorem 4 (Heine-Borel) A set";
        let label = parse(text).expect("a label");
        assert_eq!(label.title.map(|range| &text[range]), Some("Heine-Borel"));
    }
}
