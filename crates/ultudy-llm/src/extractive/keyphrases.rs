//! Phrases a text keeps coming back to (after the C-value measure: how often a phrase is
//! used by itself, not as a part of a longer one).

use std::collections::HashMap;
use std::ops::Range;

use super::language::{Language, is_cjk, is_hiragana};
use super::lexicon::Lexicon;
use super::nouns;
use super::text::{Sentence, Text};
use super::word::{Role, Word, WordId};

/// Words of a phrase at most.
const WORDS_MAX: usize = 4;
/// Pairs of characters of a phrase in text without spaces at most.
const PAIRS_MAX: usize = 9;
/// Phrases kept.
const PHRASES_MAX: usize = 120;
/// Phrases of a short text, however rare.
const PHRASES_MIN: usize = 24;
/// Score of a rare phrase, below that of any repeated one.
const RARE: f32 = 0.2;

/// A phrase where it first stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Keyphrase {
    /// The sentence.
    pub sentence: usize,
    /// Its words.
    pub words: Range<usize>,
    /// How much the text is about it.
    pub score: f32,
}

type Gram = [WordId; PAIRS_MAX];

#[derive(Debug, Clone)]
struct Use {
    sentence: usize,
    words: Range<usize>,
    count: u32,
    /// Uses after a determiner or, in German, as a capitalised noun.
    as_noun: u32,
    /// Uses within longer phrases that are used repeatedly, and how many those are.
    nested: u32,
    longer: u32,
}

/// The phrases, best first; those used once or twice only where there are few others.
pub(super) fn find(text: &Text) -> Vec<Keyphrase> {
    let mut uses: HashMap<Gram, Use> = HashMap::new();
    for (index, sentence) in text.own().iter().enumerate() {
        for run in runs(sentence, &text.lexicon) {
            count_run(&mut uses, index, sentence, &run, &text.lexicon);
        }
    }
    nest(&mut uses);
    let mut phrases: Vec<_> = uses
        .into_values()
        .filter_map(|found| phrase(&found, text))
        .collect();
    phrases.sort_by(|a, b| {
        let earlier = (a.sentence, a.words.start, a.words.len());
        b.score
            .total_cmp(&a.score)
            .then(earlier.cmp(&(b.sentence, b.words.start, b.words.len())))
    });
    let repeated = phrases.iter().filter(|phrase| phrase.score > RARE).count();
    phrases.truncate(repeated.clamp(PHRASES_MIN, PHRASES_MAX));
    phrases
}

fn phrase(found: &Use, text: &Text) -> Option<Keyphrase> {
    let fit = fit(found, text)?;
    Some(Keyphrase {
        sentence: found.sentence,
        words: found.words.clone(),
        score: match fit {
            Fit::Repeated => score(found),
            Fit::Rare => RARE,
        },
    })
}

/// How a phrase fits as a term.
enum Fit {
    Repeated,
    /// Only as a term among others: a wrong answer, a concept for want of better ones.
    Rare,
}

/// Runs of words that carry meaning, with links between them.
pub(super) fn runs(sentence: &Sentence, lexicon: &Lexicon) -> Vec<Range<usize>> {
    let words = &sentence.words;
    let mut runs = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let mut end = start;
        while end < words.len() && belongs(sentence, start, end, lexicon) {
            end += 1;
        }
        if end > start {
            runs.push(start..end);
        }
        start = end.max(start + 1);
    }
    runs
}

fn belongs(sentence: &Sentence, start: usize, at: usize, lexicon: &Lexicon) -> bool {
    let word = &sentence.words[at];
    let follows = at == start || word.joined;
    let fits = match word.role {
        Role::Content | Role::Weak => is_term_script(&sentence.plain[word.range.clone()]),
        Role::Stop => at > start && lexicon.grammar.is_link(&sentence.words, at),
        Role::Symbol => false,
    };
    follows && fits
}

/// In Japanese, terms are written in kanji and katakana, grammar in hiragana.
fn is_term_script(word: &str) -> bool {
    !word.chars().any(is_hiragana)
}

fn count_run(
    uses: &mut HashMap<Gram, Use>,
    index: usize,
    sentence: &Sentence,
    run: &Range<usize>,
    lexicon: &Lexicon,
) {
    let words = &sentence.words;
    if sentence.plain[words[run.start].range.clone()]
        .chars()
        .any(is_cjk)
    {
        // The whole run is the term: where it could be cut is unknown.
        if (1..=PAIRS_MAX).contains(&run.len()) {
            count(uses, index, words, run.clone(), true);
        }
        return;
    }
    for start in run.clone() {
        for end in start + 1..=run.end.min(start + WORDS_MAX) {
            let ends_mean = [start, end - 1]
                .iter()
                .all(|&at| words[at].role != Role::Stop);
            if ends_mean && nouns::is_term(&words[start..end]) {
                let as_noun = is_noun(words, start..end, run, lexicon);
                count(uses, index, words, start..end, as_noun);
            }
        }
    }
}

/// Whether the phrase stands where nouns stand or is written as they are.
pub(super) fn is_noun(
    words: &[Word],
    phrase: Range<usize>,
    run: &Range<usize>,
    lexicon: &Lexicon,
) -> bool {
    if lexicon.language == Language::German {
        return phrase.end > 1 && words[phrase.end - 1].capital;
    }
    let before = phrase
        .start
        .checked_sub(1)
        .and_then(|before| words.get(before));
    phrase.start == run.start && before.is_some_and(|word| lexicon.grammar.precedes_nouns(word))
}

fn count(
    uses: &mut HashMap<Gram, Use>,
    sentence: usize,
    words: &[Word],
    phrase: Range<usize>,
    as_noun: bool,
) {
    let found = uses.entry(gram(&words[phrase.clone()])).or_insert(Use {
        sentence,
        words: phrase,
        count: 0,
        as_noun: 0,
        nested: 0,
        longer: 0,
    });
    found.count += 1;
    found.as_noun += u32::from(as_noun);
}

fn gram(words: &[Word]) -> Gram {
    let mut gram = [WordId::MAX; PAIRS_MAX];
    for (slot, word) in gram.iter_mut().zip(words) {
        *slot = word.stem;
    }
    gram
}

/// Tells each phrase how often it is used within longer ones.
fn nest(uses: &mut HashMap<Gram, Use>) {
    let repeated: Vec<(Gram, u32)> = uses
        .iter()
        .filter(|(_, found)| found.count >= 2 && found.words.len() >= 2)
        .map(|(gram, found)| (*gram, found.count))
        .collect();
    for (gram, times) in repeated {
        let length = gram.iter().filter(|&&stem| stem != WordId::MAX).count();
        for start in 0..length {
            for end in start + 1..=length {
                let mut part = [WordId::MAX; PAIRS_MAX];
                part[..end - start].copy_from_slice(&gram[start..end]);
                if let Some(shorter) = uses.get_mut(&part).filter(|_| part != gram) {
                    shorter.nested += times;
                    shorter.longer += 1;
                }
            }
        }
    }
}

fn fit(found: &Use, text: &Text) -> Option<Fit> {
    let single = found.words.len() == 1;
    let sentence = text.sentences.get(found.sentence)?;
    let written = sentence.written(&found.words)?;
    if written.chars().any(is_cjk) {
        return Some(if found.count >= 2 {
            Fit::Repeated
        } else {
            Fit::Rare
        });
    }
    let adverb = single && (written.ends_with("ly") || written.chars().count() < 4);
    let known = !matches!(text.lexicon.language, Language::Japanese | Language::Other);
    if adverb || (known && found.as_noun == 0) {
        return None;
    }
    let enough = found.count >= if single { 3 } else { 2 };
    let noun = !known || !single || found.as_noun * 3 >= found.count;
    Some(if enough && noun {
        Fit::Repeated
    } else {
        Fit::Rare
    })
}

fn score(found: &Use) -> f32 {
    let own = if found.longer == 0 {
        found.count as f32
    } else {
        found.count as f32 - found.nested as f32 / found.longer as f32
    };
    let length = found.words.len() as f32;
    (1.0 + own.max(0.0)).ln() * (1.0 + 0.4 * (length - 1.0).min(2.0))
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    #[test]
    fn phrases_that_come_again_are_found_before_their_parts() {
        let text = text(
            "The learning rate decides the size of a step. A large learning rate makes the loss \
             jump. With a small learning rate the descent takes a long time. The loss of the \
             model falls slowly. Nobody knows the best learning rate before the training.",
        );
        let first = &find(&text)[0];
        let written = text.sentences[first.sentence].written(&first.words);
        assert_eq!(written, Some("learning rate"));
    }
}
