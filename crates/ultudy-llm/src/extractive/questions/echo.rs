//! Whether a name gives itself away in a sentence.

use std::ops::Range;

use crate::extractive::language::is_cjk;
use crate::extractive::terms::Term;
use crate::extractive::word::{Role, Word};

/// Whether a name shares a word with others, in whatever form: “prime *number*” with “a
/// *number* that …”.
pub(super) fn is_echoed(name: &Term, words: &[Word], plain: &str) -> bool {
    !echoed(name, words, plain).is_empty()
}

/// Whether a name shares each of the words that another one shares: one that has only
/// “search” of “breadth-first search” is told from it by “breadth”.
pub(super) fn echoes_all(name: &Term, shared: &[Word], plain: &str) -> bool {
    let mut shared = shared.iter();
    shared.all(|word| is_echoed(name, std::slice::from_ref(word), plain))
}

/// The words that a name shares.
pub(super) fn echoed(name: &Term, words: &[Word], plain: &str) -> Vec<Word> {
    let lower = name.name.to_lowercase();
    let unspaced: Vec<char> = lower.chars().filter(|c| is_cjk(*c)).collect();
    let shares = |word: &&Word| {
        let means = matches!(word.role, Role::Content | Role::Weak);
        if unspaced.is_empty() {
            means && name.roots.contains(&word.root)
                || word.role != Role::Stop && has_part(&lower, word, plain)
        } else {
            begins_part(&unspaced, plain.get(word.range.start..).unwrap_or_default())
                || is_lone(&unspaced, &word.range, plain)
        }
    };
    words.iter().filter(shares).cloned().collect()
}

/// Whether a word, or what is joined in it as in `Subgroup.Normal`, is a part of one of a
/// name's, or the other way round.
fn has_part(name: &str, word: &Word, plain: &str) -> bool {
    let written = plain[word.range.clone()].to_lowercase();
    let mut parts = written.split(['.', '_', ':', '/']);
    parts.any(|part| {
        let edge = |own: &str| is_edge(own, part) || is_edge(part, own);
        is_part(name, part) || name.split(' ').any(|own| is_part(part, own) || edge(own))
    })
}

/// Whether a compound begins or ends with a word: “Weg” of “wegzusammenhängend”, “group” of
/// “subgroup”.
fn is_edge(compound: &str, word: &str) -> bool {
    const WORD_MIN: usize = 3;
    const REST_MIN: usize = 3;
    let [whole, part] = [compound, word].map(|text| text.chars().count());
    part >= WORD_MIN
        && whole >= part + REST_MIN
        && (compound.starts_with(word) || compound.ends_with(word))
}

/// Whether a kanji of a name stands at the head of a range as a word of its own: 「幅」 of
/// 「幅優先探索」 in 「小さい幅から」.
fn is_lone(name: &[char], range: &Range<usize>, plain: &str) -> bool {
    let kanji = |c: char| is_cjk(c) && !is_kana(c);
    let here = plain.get(range.start..).unwrap_or_default();
    let mut after = here.chars();
    let Some(first) = after.next().filter(|&c| kanji(c) && name.contains(&c)) else {
        return false;
    };
    let before = plain.get(..range.start).unwrap_or_default();
    let beside = [before.chars().next_back(), after.next()];
    // 「新しい」 is no 「新」.
    let inflected = here[first.len_utf8()..]
        .starts_with(['い', 'し', 'く', 'る', 'け', 'め', 'き', 'み', 'て']);
    !inflected && !beside.into_iter().flatten().any(kanji)
}

/// Whether a text begins with two kanji or three katakana in a row of a name.
fn begins_part(name: &[char], text: &str) -> bool {
    let begins = |part: &[char]| text.starts_with(&part.iter().collect::<String>());
    let mut kanji = name
        .windows(2)
        .filter(|pair| !pair.iter().any(|c| is_kana(*c)));
    let mut kana = name
        .windows(3)
        .filter(|three| three.iter().all(|c| is_kana(*c)));
    kanji.any(begins) || kana.any(begins)
}

/// Katakana, which writes names; with hiragana, which writes grammar.
fn is_kana(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}')
}

/// Whether a word, but for its ending, is a part of a name: “Kugel” of “Kugelumgebung”.
fn is_part(name: &str, word: &str) -> bool {
    const KEPT_MIN: usize = 5;
    const LONG: usize = 8;
    let length = word.chars().count();
    // “process” is no part of “procedure”.
    let ending = if length < LONG { 1 } else { 2 };
    let kept = word
        .chars()
        .take(KEPT_MIN.max(length.saturating_sub(ending)));
    length >= KEPT_MIN && name.contains(&kept.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extractive::sample::text;
    use crate::extractive::terms;

    fn shared(markdown: &str, name: &str) -> Vec<String> {
        let mut text = text(markdown);
        let terms = terms::find(&mut text);
        let term = terms.iter().find(|term| term.name == name).expect(name);
        let sentence = &text.sentences[0];
        let own = &term.mentions[0].words;
        let words: Vec<_> = (0..sentence.words.len())
            .filter(|at| !own.contains(at))
            .map(|at| sentence.words[at].clone())
            .collect();
        let shared = echoed(term, &words, &sentence.plain);
        let written = shared
            .iter()
            .map(|word| sentence.plain[word.range.clone()].to_owned());
        written.collect()
    }

    #[test]
    fn a_name_shares_words_with_what_defines_it() {
        for (markdown, name, words) in [
            (
                "A prime number is a number that has two divisors among all the numbers.",
                "prime number",
                vec!["number", "numbers"],
            ),
            (
                "Eine Cauchyfolge ist eine Folge, deren Glieder einander nahe kommen.",
                "Cauchyfolge",
                vec!["Folge"],
            ),
            (
                "A glacier is a body of ice that moves under its own weight.",
                "glacier",
                vec![],
            ),
            (
                "Ein Raum heißt wegzusammenhängend, wenn ein Weg von jedem Punkt zu jedem führt.",
                "wegzusammenhängend",
                vec!["Weg"],
            ),
            (
                "反復幅制限探索とは、小さい幅からはじめ、だんだん広げていく手法である。",
                "反復幅制限探索",
                vec!["幅か"],
            ),
            (
                "A normality assumption is a type class Subgroup.Normal of some algebra library.",
                "normality assumption",
                vec!["Subgroup.Normal"],
            ),
            (
                "完全情報モデルとは、世界の状態を全て観察できるモデルである。",
                "完全情報モデル",
                vec!["モデ"],
            ),
        ] {
            assert_eq!(shared(markdown, name), words, "{markdown}");
        }
    }
}
