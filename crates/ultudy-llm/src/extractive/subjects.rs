//! Whether a term is what a sentence says something of.

use std::ops::Range;

use super::language::Language;
use super::lexicon::Lexicon;
use super::text::Sentence;
use super::word::Role;

/// Whether the words at a place open their sentence and are the subject of its verb.
pub(super) fn is_subject(sentence: &Sentence, place: &Range<usize>, lexicon: &Lexicon) -> bool {
    let mut before = sentence.words.iter().take(place.start);
    let opens = before.all(|word| {
        let written = &sentence.plain[word.range.clone()];
        // “Der Gradient zeigt …”; before a noun these are articles.
        let german = lexicon.language == Language::German
            && matches!(written, "Der" | "Die" | "Das" | "Den" | "Dem");
        lexicon.grammar.is_determiner(word) && (german || !lexicon.grammar.is_backward(word))
    });
    opens && goes_on_with_verb(sentence, place.end, lexicon)
}

/// Whether a verb, or in Japanese the particle of the subject, stands at a place.
pub(super) fn goes_on_with_verb(sentence: &Sentence, at: usize, lexicon: &Lexicon) -> bool {
    let Some(last) = at.checked_sub(1).and_then(|at| sentence.words.get(at)) else {
        return false;
    };
    if lexicon.language == Language::Japanese {
        let rest = sentence.plain.get(last.range.end..).unwrap_or_default();
        return rest.starts_with('は') || rest.starts_with("とは");
    }
    let verb = sentence.words.get(at).filter(|word| word.joined);
    verb.is_some_and(|word| {
        let written = &sentence.plain[word.range.clone()];
        // “The evaluator applies a …”: a verb in the third person, and what it governs.
        let third = lexicon.language == Language::English
            && word.role != Role::Stop
            && written.ends_with('s')
            && !written.ends_with("ss")
            && sentence
                .words
                .get(at + 1)
                .is_some_and(|next| lexicon.grammar.precedes_nouns(next));
        lexicon.grammar.is_verb(word) || third
    })
}
