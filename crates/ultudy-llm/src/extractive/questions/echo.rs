//! Whether a name gives itself away in a sentence.

use crate::extractive::language::is_cjk;
use crate::extractive::terms::Term;
use crate::extractive::word::{Role, Word};

/// Whether a name shares a word with others, in whatever form: “prime *number*” with “a
/// *number* that …”.
pub(super) fn is_echoed(name: &Term, words: &[Word], plain: &str) -> bool {
    let lower = name.name.to_lowercase();
    if lower.chars().any(is_cjk) {
        return is_echoed_unspaced(&lower, words, plain);
    }
    words.iter().any(|word| {
        let means = matches!(word.role, Role::Content | Role::Weak);
        let written = plain[word.range.clone()].to_lowercase();
        let parts =
            || is_part(&lower, &written) || lower.split(' ').any(|own| is_part(&written, own));
        means && (name.roots.contains(&word.root) || parts())
    })
}

/// Whether a name shares two kanji or three katakana in a row with words.
fn is_echoed_unspaced(name: &str, words: &[Word], plain: &str) -> bool {
    let kanji = |c: &char| is_cjk(*c) && !is_kana(*c);
    let characters: Vec<char> = name.chars().collect();
    let named = |part: &[char]| {
        let part: String = part.iter().collect();
        words.iter().any(|word| {
            let from = word.range.start;
            plain
                .get(from..)
                .is_some_and(|rest| rest.starts_with(&part))
        })
    };
    let kanji = characters.windows(2).filter(|pair| pair.iter().all(kanji));
    let kana = characters
        .windows(3)
        .filter(|three| three.iter().all(|c| is_kana(*c)));
    kanji.chain(kana).any(named)
}

/// Katakana, which writes names; with hiragana, which writes grammar.
fn is_kana(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}')
}

/// Whether a word, but for its ending, is a part of a name: “Kugel” of “Kugelumgebung”.
fn is_part(name: &str, word: &str) -> bool {
    const KEPT_MIN: usize = 5;
    let length = word.chars().count();
    let kept = word.chars().take(KEPT_MIN.max(length.saturating_sub(2)));
    length >= KEPT_MIN && name.contains(&kept.collect::<String>())
}
