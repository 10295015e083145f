//! Whether what a sentence defines has a name worth an entry.

use crate::extractive::definitions::Defined;
use crate::extractive::language::{Language, is_hiragana};
use crate::extractive::text::{Sentence, Text};
use crate::extractive::word::{Role, Word};

/// How surely a sentence says that it gives a name.
const NAMES: u8 = 4;
/// How surely it does so outright.
const OUTRIGHT: u8 = 5;
/// Words of a name at most.
const WORDS_MAX: usize = 5;
/// Marks that are no part of a name.
const MARKS: [char; 14] = [
    ':', '=', '/', '(', ')', '[', ']', '.', '|', '…', '#', '“', '”', '"',
];
/// Words before a noun that make no name of it: “critical aspect”.
const JUDGING: [&str; 20] = [
    "critical",
    "prominent",
    "important",
    "key",
    "main",
    "major",
    "good",
    "better",
    "best",
    "typical",
    "extreme",
    "net",
    "common",
    "central",
    "basic",
    "similar",
    "great",
    "simple",
    "simplest",
    "general",
];
/// Nouns that name nothing by themselves, whatever stands before them.
const VAGUE: [&str; 20] = [
    "example",
    "examples",
    "case",
    "cases",
    "reason",
    "aspect",
    "essence",
    "idea",
    "thing",
    "result",
    "consequence",
    "way",
    "fact",
    "task",
    "analogue",
    "analog",
    "version",
    "counterpart",
    "notion",
    "component",
];

/// Whether it is a name: a word of the matter, or a general one of which the sentence says
/// outright what it is: “A model is a”, “is called an order”.
pub(super) fn is_name(text: &Text, defined: &Defined) -> bool {
    let sentence = &text.sentences[defined.sentence];
    let (Some(words), Some(written)) = (
        sentence.words.get(defined.words.clone()),
        sentence.written(&defined.words),
    ) else {
        return false;
    };
    let means = words.iter().any(|word| word.role == Role::Content);
    means
        && is_written_well(written)
        && match text.lexicon.language {
            Language::Japanese | Language::Other => !is_grammar(written),
            Language::English if is_chance(words, written, defined.strength) => false,
            _ => words.len() <= WORDS_MAX && is_own(text, sentence, defined, words),
        }
}

fn is_written_well(written: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    !written.contains(MARKS) && !written.ends_with(digit) && !written.starts_with(digit)
}

fn is_grammar(written: &str) -> bool {
    let grammar = written.chars().filter(|&c| is_hiragana(c)).count();
    grammar * 2 > written.chars().count()
}

/// A chance meeting of words: “critical aspect”, “operations required”, “Lean’s mechanisms”.
fn is_chance(words: &[Word], written: &str, strength: u8) -> bool {
    let first = written.split(' ').next().unwrap_or_default();
    let last = written.rsplit(' ').next().unwrap_or_default();
    let upper = |text: &str| text.starts_with(char::is_uppercase);
    let loose = words.len() > 1 && (last.ends_with("ed") || (upper(last) && !upper(written)));
    let owned = written.contains("’s ") || written.contains("'s ");
    let vague = JUDGING.contains(&first) || VAGUE.contains(&last);
    // “The procedure compile is the”: a thing by its name, not a term.
    let nouns = [
        "ion", "er", "or", "ment", "ty", "ing", "al", "s", "ce", "cy", "ship", "sm",
    ];
    let introduced = ["procedure", "function", "method", "tactic", "command"].contains(&first)
        && words.len() == 2
        && strength < OUTRIGHT
        && !nouns.iter().any(|ending| last.ends_with(ending));
    loose || owned || introduced || (vague && strength < OUTRIGHT)
}

/// Whether a name is of the matter, or said outright.
fn is_own(text: &Text, sentence: &Sentence, defined: &Defined, words: &[Word]) -> bool {
    let article = defined.words.start.checked_sub(1).map(|before| {
        let range = sentence.words[before].range.clone();
        sentence.plain[range].to_lowercase()
    });
    let indefinite = matches!(
        article.as_deref(),
        Some("a" | "an" | "ein" | "eine" | "un" | "une" | "una")
    );
    let general = words.iter().all(|word| text.lexicon.is_general(word.root));
    !general || indefinite || defined.strength >= NAMES
}
