//! Words that say the contrary of one another, or another of the same kind.
//!
//! A list is a text: entries are separated by white space, alternatives by `/`, and `_` stands
//! for a space. `a>b/c` only goes from `a`; `a~` takes the endings of its language along.

mod english;
mod french;
mod german;
mod japanese;
mod spanish;

use std::sync::LazyLock;

use crate::extractive::language::Language;

/// What a change does to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Turns it into its mirror image, as “first” and “last” do; two of these can make a true
    /// statement again.
    Order,
    /// Puts another thing of the same kind in its place.
    Kind,
    /// Puts another thing of the document in its place, of which the same may be true.
    Sibling,
    /// Says of how many it holds.
    Quantity,
    /// Says the contrary; two of these can cancel each other.
    Truth,
    /// Lets two things change places; with a mirror image of the rest it may be true again.
    Swap,
    /// Another number.
    Number,
    /// Joins conditions another way.
    Junction,
}

/// Words that can stand in each other's place.
#[derive(Debug, Clone)]
pub(super) struct Contrast {
    pub class: Class,
    /// What is found, lower case.
    pub from: String,
    /// What can stand there instead.
    pub to: Vec<String>,
    /// Endings that may follow, and are kept; none, and nothing may.
    pub endings: &'static [&'static str],
    /// Whether what comes out may follow from what was said, and is wrong only as a definition.
    pub weak: bool,
}

/// The lists of a language.
pub(super) struct Lists {
    pub order: &'static str,
    pub kind: &'static str,
    pub quantity: &'static str,
    /// Those after which a law may still hold.
    pub weaker: &'static str,
    pub truth: &'static str,
    pub junction: &'static str,
    /// Endings of what has a `~`, the longest first.
    pub endings: &'static [&'static str],
    /// Words for the numbers from two.
    pub numbers: &'static [&'static str],
    /// What stands before numbers that only count pages, figures and the like.
    pub labels: &'static [&'static str],
}

/// The lists of a language; none for one unknown here.
pub(super) fn lists(language: Language) -> Option<&'static Lists> {
    Some(match language {
        Language::English => &english::LISTS,
        Language::German => &german::LISTS,
        Language::French => &french::LISTS,
        Language::Spanish => &spanish::LISTS,
        Language::Japanese => &japanese::LISTS,
        Language::Other => return None,
    })
}

/// The contrasts of a language, those with longer words first.
pub(super) fn contrasts(language: Language) -> &'static [Contrast] {
    static ALL: LazyLock<Vec<(Language, Vec<Contrast>)>> = LazyLock::new(|| {
        let known = Language::ALL.into_iter();
        let lists = known.filter_map(|language| Some((language, lists(language)?.contrasts())));
        lists.collect()
    });
    let mut all = ALL.iter();
    all.find(|(known, _)| *known == language)
        .map_or(&[], |(_, contrasts)| contrasts)
}

impl Lists {
    /// All contrasts, those with longer words first.
    fn contrasts(&'static self) -> Vec<Contrast> {
        let mut contrasts = Vec::new();
        for (list, class, weak) in [
            (self.order, Class::Order, false),
            (self.kind, Class::Kind, false),
            (self.quantity, Class::Quantity, false),
            (self.weaker, Class::Quantity, true),
            (self.truth, Class::Truth, false),
            (self.junction, Class::Junction, true),
        ] {
            for entry in list.split_whitespace() {
                contrasts.extend(self.of_entry(entry, class, weak));
            }
        }
        contrasts.sort_by_key(|contrast| std::cmp::Reverse(contrast.from.len()));
        contrasts
    }

    fn of_entry(&self, entry: &'static str, class: Class, weak: bool) -> Vec<Contrast> {
        let (from, to) = match entry.split_once('>') {
            Some((from, to)) => (vec![from], to.split('/').collect::<Vec<_>>()),
            None => (entry.split('/').collect(), entry.split('/').collect()),
        };
        let contrast = |from: &'static str| Contrast {
            class,
            from: written(from).to_lowercase(),
            to: to
                .iter()
                .filter(|other| **other != from)
                .map(|other| written(other))
                .collect(),
            endings: if from.ends_with('~') {
                self.endings
            } else {
                &[""]
            },
            weak,
        };
        from.into_iter().map(contrast).collect()
    }
}

/// An entry's words as they are written.
fn written(entry: &str) -> String {
    entry.trim_end_matches('~').replace('_', " ")
}
