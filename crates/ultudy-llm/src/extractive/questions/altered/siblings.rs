//! Sites at names of which the document has siblings: “*training* set” beside “*test* set”.

use std::ops::Range;

use super::contrasts::Class;
use super::site::Site;
use crate::extractive::language::{Language, is_hiragana};
use crate::extractive::terms::Term;

/// What a student must know to notice.
const WORTH: u32 = 5;
/// Other names for one at most.
const WAYS_MAX: usize = 3;
/// Characters that two Japanese names end in alike, at least.
const SUFFIX_MIN: usize = 2;
/// Endings of German adjectives, the longest first.
const ENDINGS: [&str; 6] = ["en", "em", "er", "es", "e", ""];

/// The sites at names whose last part another of the `terms` has as well, but for those that
/// make up the `subject`.
pub(super) fn sites<'a>(
    text: &str,
    prose: &[Range<usize>],
    terms: &(impl Iterator<Item = &'a Term> + Clone),
    subject: &str,
    language: Language,
) -> Vec<Site> {
    let subject = subject.to_lowercase();
    let mut sites: Vec<Site> = Vec::new();
    for term in terms.clone() {
        let Some((own, head)) = parted(&term.name, language) else {
            continue;
        };
        let Some((place, ending)) = find(text, prose, own, head, language) else {
            continue;
        };
        let inner = subject.contains(&term.name.to_lowercase());
        let site = Site {
            places: vec![place],
            ways: Vec::new(),
            class: Class::Sibling,
            weak: false,
            worth: WORTH,
        };
        if inner || sites.iter().any(|known| known.overlaps(&site)) {
            continue;
        }
        let others = terms.clone().filter_map(|other| {
            let other = sibling(&other.name, own, head, language)?;
            let stands = text.to_lowercase().contains(&other.to_lowercase());
            let named = subject.contains(&other.to_lowercase());
            (!stands && !named).then(|| format!("{other}{ending}"))
        });
        let mut ways: Vec<Vec<String>> = Vec::new();
        for other in others {
            if ways.len() < WAYS_MAX && !ways.iter().flatten().any(|known| *known == other) {
                ways.push(vec![other]);
            }
        }
        if !ways.is_empty() {
            sites.push(Site { ways, ..site });
        }
    }
    sites
}

/// What tells a name from its siblings, and what it shares with them.
fn parted(name: &str, language: Language) -> Option<(&str, &str)> {
    match language {
        Language::English | Language::German => {
            let (own, head) = name.split_once(' ')?;
            let plain = |word: &str| word.chars().all(|c| c.is_alphabetic() || c == '-');
            let lower = own.starts_with(char::is_lowercase);
            let fits = plain(own) && plain(head) && lower;
            fits.then(|| (without_ending(own, language), head))
        }
        Language::Japanese => {
            let plain = name.chars().all(|c| c.is_alphabetic() && !is_hiragana(c));
            (plain && name.chars().count() > SUFFIX_MIN + 1).then_some((name, ""))
        }
        _ => None,
    }
}

fn without_ending(word: &str, language: Language) -> &str {
    if language != Language::German {
        return word;
    }
    let mut endings = ENDINGS.iter();
    let stem = endings.find_map(|ending| word.strip_suffix(ending));
    stem.unwrap_or(word)
}

/// Where a name stands in the prose: what tells it from its siblings, and its ending there.
fn find(
    text: &str,
    prose: &[Range<usize>],
    own: &str,
    head: &str,
    language: Language,
) -> Option<(Range<usize>, &'static str)> {
    let endings: &[&'static str] = match language {
        Language::German => &ENDINGS,
        _ => &[""],
    };
    endings.iter().find_map(|ending| {
        let name = match head {
            "" => own.to_owned(),
            head => format!("{own}{ending} {head}"),
        };
        let mut found = text.match_indices(&name).filter(|(at, _)| {
            let whole = at + name.len();
            let before = text.get(..*at).and_then(|text| text.chars().next_back());
            let after = text.get(whole..).and_then(|text| text.chars().next());
            let joins = |c: Option<char>| {
                c.is_some_and(|c| c.is_alphabetic() && !is_hiragana(c) || c == '-')
            };
            // A translation in brackets would tell what stood there.
            let open = head.is_empty() && (joins(after) || after == Some('('));
            prose
                .iter()
                .any(|range| range.start <= *at && whole <= range.end)
                && !joins(before)
                && !open
        });
        let (at, _) = found.next()?;
        let alone = found.next().is_none();
        alone.then(|| {
            (
                at..at + own.len() + ending.len() * usize::from(!head.is_empty()),
                *ending,
            )
        })
    })
}

/// What another name has where this one has its own part, if they are siblings.
fn sibling<'t>(name: &'t str, own: &str, head: &str, language: Language) -> Option<&'t str> {
    let (other, other_head) = parted(name, language)?;
    let alike = match language {
        Language::Japanese => {
            let same = name.chars().rev().zip(own.chars().rev());
            let same = same.take_while(|(left, right)| left == right).count();
            let lengths = [name, own].map(|name| name.chars().count());
            same >= SUFFIX_MIN && lengths[0].abs_diff(lengths[1]) <= SUFFIX_MIN
        }
        _ => other_head.eq_ignore_ascii_case(head),
    };
    (alike && !other.contains(own) && !own.contains(other)).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, names: &[&str], subject: &str, language: Language) -> Vec<String> {
        let terms: Vec<_> = names.iter().map(|name| Term::named(name)).collect();
        let whole = std::iter::once(0..text.len()).collect::<Vec<_>>();
        let sites = sites(text, &whole, &terms.iter(), subject, language);
        let shown = sites.iter().map(|site| {
            let ways: Vec<_> = site.ways.iter().flatten().map(String::as_str).collect();
            format!("{}>{}", &text[site.places[0].clone()], ways.join("/"))
        });
        shown.collect()
    }

    #[test]
    fn names_with_the_same_last_word_stand_for_one_another() {
        let names = [
            "training set",
            "test set",
            "validation set",
            "loss function",
        ];
        let text = "A model is fitted on its training set by a loss function.";
        let sites = found(text, &names, "fitting", Language::English);
        assert_eq!(sites, ["training>test/validation"]);
        assert!(found(text, &names, "training set", Language::English).is_empty());
    }

    #[test]
    fn german_adjectives_keep_their_endings() {
        let names = ["metrischer Raum", "normierter Raum"];
        let text = "Eine Norm macht aus ihm einen metrischen Raum.";
        let sites = found(text, &names, "Norm", Language::German);
        assert_eq!(sites, ["metrischen>normierten"]);
    }

    #[test]
    fn japanese_names_are_siblings_by_their_end() {
        let names = ["幅優先探索", "深さ優先探索", "最良優先探索"];
        let text = "幅優先探索を用いて解を見つける。";
        let sites = found(text, &names, "解", Language::Japanese);
        assert_eq!(sites, ["幅優先探索>最良優先探索"]);
    }
}
