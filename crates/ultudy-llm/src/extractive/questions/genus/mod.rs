//! What kind of thing a definition says its term is: the noun it puts the term under, and
//! what such nouns have in common. Two terms of one kind can be taken for each other.

mod nouns;

use crate::extractive::inflection;
use crate::extractive::language::Language;
use nouns::{Class, classes};

/// The noun a definition puts its term under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Genus {
    /// In lower case, in the singular.
    word: String,
    class: Option<Class>,
}

/// How like the kinds of two terms are, the likest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// The same noun.
    Same,
    /// Nouns of one class.
    Alike,
    /// It cannot be told.
    Unknown,
    /// Nouns of different classes.
    Unlike,
}

impl Genus {
    /// The kind a noun stands for.
    pub(super) fn of(noun: &str, language: Language) -> Self {
        let lower = noun.to_lowercase();
        let word = inflection::reduce(&lower, language).unwrap_or(lower);
        let class = class_of(&word, language);
        Self { word, class }
    }

    /// Whether a name is that of the kind.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        lower == self.word || inflected(&lower, &self.word)
    }

    /// How like another kind is.
    pub(super) fn likeness(&self, other: &Self) -> Likeness {
        match (self.class, other.class) {
            _ if self.word == other.word => Likeness::Same,
            (Some(own), Some(other)) if own == other => Likeness::Alike,
            (Some(_), Some(_)) => Likeness::Unlike,
            _ => Likeness::Unknown,
        }
    }
}

/// Whether one is the other with an ending.
fn inflected(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() < right.len() {
        (left, right)
    } else {
        (right, left)
    };
    let rest = long.strip_prefix(short);
    !short.is_empty() && rest.is_some_and(|rest| rest.chars().count() <= 2)
}

/// The class of a noun; in languages that write compounds as one word, of its last part.
fn class_of(word: &str, language: Language) -> Option<Class> {
    let compounds = matches!(language, Language::German | Language::Japanese);
    let fits = |listed: &str| {
        if compounds {
            ["", "n", "en", "e", "s"].iter().any(|plural| {
                let body = word.strip_suffix(plural).unwrap_or(word);
                body.ends_with(listed)
            })
        } else {
            inflection::reduce(listed, language).is_some_and(|listed| listed == word)
        }
    };
    classes(language)
        .iter()
        .find(|(_, words)| words.split_whitespace().any(fits))
        .map(|&(class, _)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_compared_by_what_their_nouns_stand_for() {
        for (language, left, right, likeness) in [
            (Language::English, "structures", "structure", Likeness::Same),
            (Language::English, "method", "process", Likeness::Alike),
            (Language::English, "method", "number", Likeness::Unlike),
            (Language::English, "method", "protein", Likeness::Unknown),
            (
                Language::German,
                "Lernverfahren",
                "Methode",
                Likeness::Alike,
            ),
            (Language::French, "nombres", "valeur", Likeness::Alike),
            (Language::Spanish, "procesos", "proceso", Likeness::Same),
            (
                Language::Japanese,
                "グラフ探索アルゴリズム",
                "方法",
                Likeness::Alike,
            ),
        ] {
            let [left, right] = [left, right].map(|noun| Genus::of(noun, language));
            assert_eq!(left.likeness(&right), likeness, "{left:?} {right:?}");
        }
    }
}
