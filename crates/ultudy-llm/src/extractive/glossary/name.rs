//! Whether what a sentence defines has a name worth an entry.

use crate::extractive::definitions::Defined;
use crate::extractive::language::{Language, is_hiragana};
use crate::extractive::text::Text;
use crate::extractive::word::Role;

/// How surely a sentence says that it gives a name.
const NAMES: u8 = 4;
/// Words of a name at most.
const WORDS_MAX: usize = 5;

/// Whether it is a name: a word of the matter, or a general one of which the sentence says
/// outright what it is: “A model is a”, “is called an order”.
pub(super) fn is_name(text: &Text, defined: &Defined) -> bool {
    let sentence = &text.sentences[defined.sentence];
    let lexicon = &text.lexicon;
    let (Some(words), Some(written)) = (
        sentence.words.get(defined.words.clone()),
        sentence.written(&defined.words),
    ) else {
        return false;
    };
    let unspaced = matches!(lexicon.language, Language::Japanese | Language::Other);
    let meaning = words.iter().any(|word| word.role == Role::Content);
    let general = !unspaced && words.iter().all(|word| lexicon.is_general(word.root));
    let article = defined.words.start.checked_sub(1).map(|before| {
        let word = &sentence.words[before];
        sentence.plain[word.range.clone()].to_lowercase()
    });
    let indefinite = matches!(
        article.as_deref(),
        Some("a" | "an" | "ein" | "eine" | "un" | "une" | "una")
    );
    let said = defined.strength >= NAMES || indefinite;
    let clean = !written.contains([
        ':', '=', '/', '(', ')', '[', ']', '.', '|', '…', '#', '“', '”', '"', '…',
    ]);
    let digit = |c: char| c.is_ascii_digit();
    let numbered = written.ends_with(digit) || written.starts_with(digit);
    let grammar = unspaced
        && written.chars().filter(|&c| is_hiragana(c)).count() * 2 > written.chars().count();
    let short = words.len() <= WORDS_MAX || unspaced;
    clean && !numbered && !grammar && meaning && short && (!general || said)
}
