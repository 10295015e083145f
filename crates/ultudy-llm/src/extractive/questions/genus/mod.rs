//! What kind of thing a definition says its term is: the noun it puts the term under, and
//! what such nouns have in common. Two terms of one kind can be taken for each other.

mod nouns;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::extractive::inflection;
use crate::extractive::language::Language;
use nouns::{Class, classes, endings};

/// The noun a definition puts its term under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Genus {
    /// In lower case, in the singular.
    word: String,
    classes: Classes,
}

/// Letters of a noun that is told as the last part of another.
const PART_MIN: usize = 5;

/// The classes of a noun, as bits.
type Classes = u16;

/// How like the kinds of two terms are, the likest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// The same noun.
    Same,
    /// Nouns of one class.
    Alike,
    /// It cannot be told: neither noun is one of general language.
    Unknown,
    /// One noun is, the other not.
    Opaque,
    /// Nouns of different classes.
    Unlike,
}

impl Genus {
    /// The kind a noun stands for.
    pub(super) fn of(noun: &str, language: Language) -> Self {
        let lower = noun.to_lowercase();
        let word = inflection::reduce(&lower, language).unwrap_or(lower);
        let classes = classes_of(&word, language);
        Self { word, classes }
    }

    /// Whether a name is but a noun that definitions put terms under.
    pub(super) fn is_listed(name: &str, language: Language) -> bool {
        classes(language)
            .iter()
            .any(|(_, words)| words.split_whitespace().any(|word| word == name))
    }

    /// Whether it is known what its noun stands for.
    pub(super) fn is_classed(&self) -> bool {
        self.classes != 0
    }

    /// Whether a name is that of the kind.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        lower == self.word || inflected(&lower, &self.word)
    }

    /// How like another kind is.
    pub(super) fn likeness(&self, other: &Self) -> Likeness {
        if self.word == other.word {
            Likeness::Same
        } else if self.classes & other.classes != 0 {
            Likeness::Alike
        } else if self.classes == 0 && other.classes == 0 {
            Likeness::Unknown
        } else if self.classes == 0 || other.classes == 0 {
            Likeness::Opaque
        } else {
            Likeness::Unlike
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

/// The classes of a noun; in languages that write compounds as one word, of its last part.
fn classes_of(word: &str, language: Language) -> Classes {
    let compounds = matches!(language, Language::German | Language::Japanese);
    if !compounds {
        let listed = LISTED.get(&language);
        let known = listed.and_then(|listed| listed.get(word)).copied();
        // “hyperparameter”, “subgroup”
        let part = || {
            let mut starts = word.char_indices().skip(1).map(|(at, _)| at);
            let last = starts.find_map(|at| {
                let part = word.get(at..).filter(|part| part.len() >= PART_MIN)?;
                listed?.get(part).copied()
            });
            last.filter(|_| language == Language::English)
        };
        let known = known.or_else(part);
        return known.unwrap_or_else(|| classes_by_ending(word, language));
    }
    // The longest last part tells: 「探索法」 is a method.
    let last = |listed: &&str| {
        ["", "n", "en", "e", "s"].iter().any(|plural| {
            let body = word.strip_suffix(plural).unwrap_or(word);
            body.ends_with(listed)
        })
    };
    let mut longest = 0;
    let mut found = 0;
    for (class, words) in classes(language) {
        for listed in words.split_whitespace().filter(last) {
            if listed.len() > longest {
                (longest, found) = (listed.len(), 0);
            }
            if listed.len() == longest {
                found |= bit(*class);
            }
        }
    }
    if found == 0 {
        classes_by_ending(word, language)
    } else {
        found
    }
}

/// The classes that nouns with an ending mostly have: “evaluator”, “Faltung”, “rapidité”.
fn classes_by_ending(word: &str, language: Language) -> Classes {
    let mut known = endings(language).iter();
    let ending = known.find(|(endings, _)| {
        let mut endings = endings.split_whitespace();
        endings.any(|ending| word.len() > ending.len() + 2 && word.ends_with(ending))
    });
    ending.map_or(0, |(_, classes)| {
        classes.iter().fold(0, |all, &class| all | bit(class))
    })
}

/// The nouns that are no parts of compounds, without number and gender.
static LISTED: LazyLock<HashMap<Language, HashMap<String, Classes>>> = LazyLock::new(|| {
    let languages = [Language::English, Language::French, Language::Spanish];
    let listed = languages.map(|language| {
        let mut nouns: HashMap<String, Classes> = HashMap::new();
        for (class, words) in classes(language) {
            for noun in words.split_whitespace() {
                let noun = inflection::reduce(noun, language).unwrap_or_else(|| noun.to_owned());
                *nouns.entry(noun).or_default() |= bit(*class);
            }
        }
        (language, nouns)
    });
    HashMap::from(listed)
});

const fn bit(class: Class) -> Classes {
    1 << class as u16
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
            (Language::English, "method", "protein", Likeness::Opaque),
            (Language::English, "organelle", "protein", Likeness::Unknown),
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
