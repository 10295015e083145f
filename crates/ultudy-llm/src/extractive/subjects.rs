//! Whether a term is what a sentence says something of.

use std::ops::Range;

use super::language::{Language, is_hiragana};
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

/// Words of a subject at most.
const SUBJECT_MAX: usize = 6;
/// Characters of one where there are no spaces.
const TOPIC: Range<usize> = 2..16;

/// Whether a sentence begins with its subject, and with a noun that says of itself what is
/// meant: “A queue is …”, “Digital systems are …”; not “The result is …”, “In a queue …”.
pub(super) fn opens_with_any(sentence: &Sentence, lexicon: &Lexicon) -> bool {
    match lexicon.language {
        Language::English => {}
        Language::Japanese => return opens_with_topic(&sentence.plain),
        // “Das Ergebnis ist …” has the article that “Der Mensch ist …” has.
        _ => return false,
    }
    const INDEFINITE: [&str; 6] = ["a", "an", "every", "any", "all", "each"];
    let lower = |at: usize| {
        let word = sentence.words.get(at)?;
        Some(sentence.plain.get(word.range.clone())?.to_lowercase())
    };
    let article = lower(0).is_some_and(|first| INDEFINITE.contains(&first.as_str()));
    let from = usize::from(article);
    let ends = from + 1..=from + SUBJECT_MAX;
    let end = ends
        .into_iter()
        .find(|&end| goes_on_with_verb(sentence, end, lexicon));
    let Some(words) = end.and_then(|end| sentence.words.get(from..end)) else {
        return false;
    };
    let noun = |word: &super::word::Word| {
        matches!(word.role, Role::Content | Role::Weak)
            && !lexicon.grammar.is_backward(word)
            && !lexicon.grammar.precedes_nouns(word)
    };
    let first = words.first().is_some_and(noun);
    let whole = words
        .iter()
        .all(|word| noun(word) || lexicon.grammar.is_preposition(word));
    let joined = words.iter().skip(1).all(|word| word.joined);
    first && whole && joined && words.last().is_some_and(noun)
}

/// The same in Japanese, where a noun says of itself what is meant if it is no common one.
fn opens_with_topic(plain: &str) -> bool {
    let Some((topic, _)) = plain.split_once('は') else {
        return false;
    };
    let named = |c: char| c.is_alphanumeric() && !is_hiragana(c) || c == '・' || c == 'の';
    TOPIC.contains(&topic.chars().count()) && topic.chars().all(named)
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    fn opens(plain: &str) -> bool {
        let text = text(plain);
        let mut own = text.sentences.iter();
        own.any(|sentence| opens_with_any(sentence, &text.lexicon))
    }

    #[test]
    fn a_noun_that_says_which_thing_it_is_opens_a_sentence() {
        for plain in [
            "A queue is a sequence in which items are inserted at the rear.",
            "Digital systems are constructed by interconnecting simple elements.",
            "自動行動計画は目的を達成するためのプランを発見する問題である。",
        ] {
            assert!(opens(plain), "{plain}");
        }
        for plain in [
            "The result is a stream of all the frames that extend the given frame.",
            "In a queue the items are inserted at the rear and deleted at the front.",
            "They are constructed by interconnecting simple elements of the library.",
            "この問題は目的を達成するためのプランを発見する問題である。",
        ] {
            assert!(!opens(plain), "{plain}");
        }
    }
}
