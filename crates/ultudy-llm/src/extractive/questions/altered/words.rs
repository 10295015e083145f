//! Sites at words that have a contrary, and at numbers.

use std::collections::HashMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::contrasts::{self, Class, Contrast, Lists};
use super::site::Site;
use crate::extractive::language::{Language, is_cjk, is_hiragana};

/// Characters before a number in which its label may stand.
const LABEL_MAX: usize = 16;
/// Characters behind a Japanese word within which its translation may follow in brackets.
const TRANSLATED_WITHIN: usize = 10;
/// Years as numbers.
const YEARS: Range<u32> = 1000..2100;
/// Below which anybody can tell a number by what is counted.
const FEW: u32 = 4;
/// Up to which a number is small: one more or less is as likely.
const SMALL: u32 = 12;

/// The sites at words that have a contrary. Where both stand in the statement, they change
/// places together.
pub(super) fn contraries(text: &str, prose: &[Range<usize>], language: Language) -> Vec<Site> {
    let lower = Lower::of(text);
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut sites: HashMap<(&str, &str), Site> = HashMap::new();
    let mut order = Vec::new();
    for contrast in contrasts::contrasts(language) {
        let from = contrast.from.as_str();
        for (start, _) in lower.text.match_indices(from) {
            let Some((place, ending)) = lower.place(text, start, from, contrast, language) else {
                continue;
            };
            let free = |taken: &Range<usize>| place.end <= taken.start || taken.end <= place.start;
            let inside =
                |range: &Range<usize>| range.start <= place.start && place.end <= range.end;
            let other = is_aside(text, &place) || is_in_idiom(&lower.text, start);
            if !prose.iter().any(inside) || !taken.iter().all(free) || other {
                continue;
            }
            let written = text.get(place.clone()).unwrap_or_default();
            let other = |to: &String| {
                let to = cased(&format!("{to}{ending}"), written);
                articled(text, place.clone(), &to, language)
            };
            let others: Vec<_> = contrast.to.iter().map(other).collect();
            let Some((place, _)) = others.first().cloned() else {
                continue;
            };
            let ways = others.into_iter().map(|(_, other)| vec![other]);
            taken.push(place.clone());
            let key = (from, ending);
            let known = sites.entry(key).or_insert_with(|| {
                order.push(key);
                Site {
                    places: Vec::new(),
                    ways: vec![Vec::new(); contrast.to.len()],
                    class: contrast.class,
                    weak: contrast.weak,
                    worth: worth(contrast),
                }
            });
            known.places.push(place);
            for (known, way) in known.ways.iter_mut().zip(ways) {
                known.extend(way);
            }
        }
    }
    let mut found: Vec<_> = order.iter().filter_map(|key| sites.remove(key)).collect();
    drop_pairs(&mut found, text);
    // Of two denials, one may be about something else; of two things named twice each, what
    // is said of one may be as true of the other: “an *open* set is a union of *open* balls”.
    let renamed = |class| matches!(class, Class::Truth | Class::Kind | Class::Order);
    found.retain(|site| site.places.len() == 1 || !renamed(site.class));
    found
}

/// Leaves out what would turn into a word that the statement has as well: “the *left* child is
/// less than the *right* one” would need both to change.
fn drop_pairs(sites: &mut Vec<Site>, text: &str) {
    let lower = text.to_lowercase();
    let words: Vec<_> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    for site in sites.iter_mut() {
        site.ways.retain(|way| {
            let stands = |text: &String| {
                let text = text.to_lowercase();
                let articles = ["a ", "an "].iter();
                let mut bare = articles.filter_map(|article| text.strip_prefix(article));
                let text = bare.next().unwrap_or(&text);
                match text.contains(' ') || text.contains(is_cjk) {
                    true => lower.contains(text),
                    false => words.contains(&text),
                }
            };
            way.iter().all(|text| text.is_empty() || !stands(text))
        });
    }
    sites.retain(|site| !site.ways.is_empty());
}

fn worth(contrast: &Contrast) -> u32 {
    match contrast.class {
        Class::Kind | Class::Sibling | Class::Order | Class::Swap | Class::Quantity => 4,
        Class::Number => 3,
        Class::Truth => 2,
        Class::Junction => 1,
    }
}

/// A text in lower case, whose bytes are known in the text.
struct Lower {
    text: String,
    /// For each byte of it, the byte of the text.
    places: Vec<usize>,
}

impl Lower {
    fn of(text: &str) -> Self {
        let mut lower = String::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len() + 1);
        for (at, character) in text.char_indices() {
            for small in character.to_lowercase() {
                lower.push(small);
            }
            places.resize(lower.len(), at);
        }
        places.push(text.len());
        Self {
            text: lower,
            places,
        }
    }

    /// The place of a contrast's word in the text, and the ending it has there; none where it
    /// is only a part of a word.
    fn place(
        &self,
        text: &str,
        start: usize,
        from: &str,
        contrast: &Contrast,
        language: Language,
    ) -> Option<(Range<usize>, &'static str)> {
        let end = start + from.len();
        let [first, last] = [start, end].map(|at| self.places.get(at).copied());
        let (first, last) = (first?, last?);
        let before = text.get(..first)?.chars().next_back();
        let rest = text.get(last..)?;
        if language == Language::Japanese {
            // A translation in brackets would tell what stood there.
            let near: String = rest.chars().take(TRANSLATED_WITHIN).collect();
            if near.contains(['(', '（']) {
                return None;
            }
            // “…と呼ぶとする” denies nothing when it is denied.
            let assumed = contrast.class == Class::Truth && before == Some('と');
            if assumed {
                return None;
            }
            let whole = contrast.class == Class::Kind;
            return (!is_in_compound(before, from, rest, whole)).then_some((first..last, ""));
        }
        // “that is,” and “whatever it is,” deny nothing.
        if contrast.class == Class::Truth && !rest.starts_with(' ') {
            return None;
        }
        if before.is_some_and(is_within_word) {
            return None;
        }
        let mut endings = contrast.endings.iter();
        let ending = endings.find(|ending| {
            let behind = rest.strip_prefix(**ending);
            behind.is_some_and(|behind| !behind.starts_with(is_within_word))
        })?;
        Some((first..last + ending.len(), ending))
    }
}

/// Whether a Japanese word ends a longer one, or, where it must stand `whole`, begins one of
/// which it says no more than how.
fn is_in_compound(before: Option<char>, word: &str, rest: &str, whole: bool) -> bool {
    let kanji = |c: char| is_cjk(c) && !is_hiragana(c);
    let open = word.ends_with(|c: char| c == '的' || is_hiragana(c)) || word.starts_with('最');
    before.is_some_and(kanji) || (whole && !open && rest.starts_with(kanji))
}

fn is_within_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '’' | '\'')
}

/// A text with the capital of what it stands for.
fn cased(text: &str, model: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if model.starts_with(char::is_uppercase) => {
            first.to_uppercase().collect::<String>() + characters.as_str()
        }
        Some(first) if model.starts_with(char::is_lowercase) => {
            first.to_lowercase().collect::<String>() + characters.as_str()
        }
        _ => text.to_owned(),
    }
}

/// What is put in a place, with the English article before it if that must change.
pub(super) fn articled(
    text: &str,
    place: Range<usize>,
    other: &str,
    language: Language,
) -> (Range<usize>, String) {
    match article_before(text, place.start, language) {
        Some(article) => (
            place.start - article.len() - 1..place.end,
            with_article(article, other),
        ),
        None => (place, other.to_owned()),
    }
}

/// The English article right before a place.
fn article_before(text: &str, place: usize, language: Language) -> Option<&str> {
    let before = text.get(..place)?.strip_suffix(' ')?;
    let word = before.rsplit(|c: char| !is_within_word(c)).next()?;
    (language == Language::English && matches!(word, "a" | "an" | "A" | "An")).then_some(word)
}

/// A word with the article that fits it.
fn with_article(article: &str, word: &str) -> String {
    let lower = word.to_lowercase();
    let sounded = ["uni", "use", "eu", "one"]
        .iter()
        .any(|start| lower.starts_with(start));
    let vowel = lower.starts_with(['a', 'e', 'i', 'o', 'u']) && !sounded;
    let fitting = if vowel { "an" } else { "a" };
    format!("{} {word}", cased(fitting, article))
}

/// Whether a place stands in brackets, or behind a word that leaves open whether it is so.
fn is_aside(text: &str, place: &Range<usize>) -> bool {
    let before = text.get(..place.start).unwrap_or_default();
    let count = |marks: [char; 2]| before.matches(marks).count();
    count(['(', '（']) > count([')', '）'])
        || before.contains("whether ")
        || ["ob ", "necessarily ", "notwendigerweise ", "unbedingt "]
            .iter()
            .any(|opening| before.ends_with(opening))
}

/// Whether a word, in bytes of the lower-case text, is a part of a turn in which it has no
/// contrary: “as *well* as”, “in *addition*”.
fn is_in_idiom(lower: &str, at: usize) -> bool {
    const IDIOMS: [&str; 10] = [
        "as well",
        "in addition",
        "after all",
        "before all",
        "above all",
        "at random",
        "at best",
        "at the very",
        "in the first place",
        "a wide variety",
    ];
    IDIOMS.iter().any(|idiom| {
        let mut found = lower.match_indices(idiom);
        found.any(|(start, _)| (start..start + idiom.len()).contains(&at))
    })
}

/// The sites at numbers that say how many or when, each with three others.
pub(super) fn numbers(text: &str, prose: &[Range<usize>], language: Language) -> Vec<Site> {
    let Some(lists) = contrasts::lists(language) else {
        return Vec::new();
    };
    let mut sites = Vec::new();
    for range in prose {
        let Some(piece) = text.get(range.clone()) else {
            continue;
        };
        for (at, word) in piece.split_word_bound_indices() {
            let start = range.start + at;
            let others = others(word, lists);
            let before = text.get(..start).unwrap_or_default();
            if others.is_empty() || is_label(before, lists) {
                continue;
            }
            sites.push(Site {
                places: std::iter::once(start..start + word.len()).collect(),
                ways: others.into_iter().map(|other| vec![other]).collect(),
                class: Class::Number,
                weak: false,
                worth: 3,
            });
        }
    }
    sites
}

/// Other numbers as likely as one.
fn others(word: &str, lists: &Lists) -> Vec<String> {
    let lower = word.to_lowercase();
    let spelt = lists.numbers.iter().position(|number| *number == lower);
    // The words begin with “two”.
    if let Some(at) = spelt.filter(|at| at + 2 >= FEW as usize) {
        let near = [at + 1, at.wrapping_sub(1), at + 2];
        let near = near.iter().filter_map(|&at| lists.numbers.get(at));
        return near.map(|number| cased(number, word)).collect();
    }
    let plain = word.len() <= 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = word.parse::<u32>().ok().filter(|_| plain) else {
        return Vec::new();
    };
    let others = match number {
        number if number < FEW => return Vec::new(),
        _ if word.starts_with('0') => return Vec::new(),
        _ if YEARS.contains(&number) => [number - 10, number + 10, number + 20],
        ..=SMALL => [number + 1, number - 1, number + 2],
        _ if number % 10 == 0 => [number / 2, number * 2, number * 10],
        _ => [number + 1, number - 1, number + 10],
    };
    others.map(|other| other.to_string()).to_vec()
}

/// Whether what stands before a number makes it one of a figure, a page or the like.
fn is_label(before: &str, lists: &Lists) -> bool {
    if before.ends_with(['(', '[', '.', '/', '-', '–']) {
        return true;
    }
    let before = before.trim_end_matches([' ', '\u{a0}', '.']);
    let letters = |c: &char| c.is_alphabetic();
    let last: String = before
        .chars()
        .rev()
        .take(LABEL_MAX)
        .take_while(letters)
        .collect();
    let last: String = last.chars().rev().collect::<String>().to_lowercase();
    let last = last.as_str();
    lists.labels.contains(&last) || lists.labels.contains(&last.trim_end_matches('s'))
}

#[cfg(test)]
mod tests {
    use super::super::pieces;
    use super::*;

    fn found(text: &str, language: Language) -> Vec<String> {
        let prose = pieces::of(text).prose;
        let sites = contraries(text, &prose, language);
        let numbers = numbers(text, &prose, language);
        let sites = sites.iter().chain(&numbers);
        let mut found: Vec<_> = sites
            .map(|site| {
                let from: Vec<_> = site.places.iter().map(|at| &text[at.clone()]).collect();
                let to: Vec<_> = site.ways.iter().filter_map(|way| way.first()).collect();
                let to: Vec<_> = to.iter().map(|to| to.as_str()).collect();
                format!("{}>{}", from.join("+"), to.join("/"))
            })
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn a_word_in_a_turn_has_no_contrary() {
        for turn in [
            "It runs there as well as here.",
            "In addition, it runs.",
            "Drawn at random.",
        ] {
            assert!(found(turn, Language::English).is_empty(), "{turn}");
        }
        assert!(!found("It runs well.", Language::English).is_empty());
    }

    #[test]
    fn words_with_a_contrary_are_found_whole() {
        let text = "The smallest upper bound, not an uppermost, is greater than 5 elements.";
        let sites = found(text, Language::English);
        assert_eq!(sites[0], "5>6/4/7");
        assert!(sites.contains(&"smallest>largest".to_owned()), "{sites:?}");
        assert!(
            sites.contains(&"upper bound>lower bound".to_owned()),
            "{sites:?}"
        );
        assert!(
            sites.contains(&"greater than>less than".to_owned()),
            "{sites:?}"
        );
    }

    #[test]
    fn numbers_of_figures_and_pages_are_left_alone() {
        let sites = found(
            "See Figure 3 and section 12 of (Table 7).",
            Language::English,
        );
        assert!(
            sites.iter().all(|site| !site.starts_with(char::is_numeric)),
            "{sites:?}"
        );
    }

    #[test]
    fn articles_change_with_their_words() {
        let sites = found(
            "It is an infinite set with a minimal element.",
            Language::English,
        );
        assert!(
            sites.contains(&"an infinite>a finite".to_owned()),
            "{sites:?}"
        );
        assert!(
            sites.contains(&"a minimal>a maximal".to_owned()),
            "{sites:?}"
        );
    }

    #[test]
    fn german_endings_are_kept() {
        let sites = found(
            "Die kleinste offene Menge in fünf endlichen Räumen.",
            Language::German,
        );
        assert!(sites.contains(&"kleinste>größte".to_owned()), "{sites:?}");
        assert!(
            sites.contains(&"offene>abgeschlossene".to_owned()),
            "{sites:?}"
        );
        assert!(
            sites.contains(&"endlichen>unendlichen".to_owned()),
            "{sites:?}"
        );
        assert!(
            sites.contains(&"fünf>sechs/vier/sieben".to_owned()),
            "{sites:?}"
        );
    }

    #[test]
    fn what_has_its_contrary_beside_it_is_left() {
        let text = "The smaller goes to the front, the larger to the rear.";
        let sites = found(text, Language::English);
        assert!(sites.is_empty(), "{sites:?}");
    }

    #[test]
    fn what_is_said_of_either_of_two_things_is_left() {
        for text in [
            "A ring is commutative if its multiplication is commutative.",
            "The target can be any space, not necessarily finite.",
        ] {
            let sites = found(text, Language::English);
            let told = |site: &String| site.contains("commutative") || site.contains("finite");
            assert!(!sites.iter().any(told), "{sites:?}");
        }
    }

    #[test]
    fn japanese_is_searched_without_words() {
        let sites = found(
            "最小コストの経路を非常に速く、常に返す。",
            Language::Japanese,
        );
        assert!(sites.contains(&"最小>最大".to_owned()), "{sites:?}");
        assert!(sites.contains(&"常に>まれに".to_owned()), "{sites:?}");
    }
}
