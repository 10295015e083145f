//! Where in a sentence the term stands and where what the sentence says it is.

mod japanese;
mod named;
mod turns;

use std::ops::Range;

use super::genus::Genus;
use super::headnoun;
use crate::extractive::language::Language;
use crate::extractive::lexicon::Lexicon;
use crate::extractive::telling;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word};
use turns::Turns;

/// Words of a term's tail at most: “derivative *of a function at a point*”.
const TAIL_MAX: usize = 10;
/// Words before the comma of an opening such as “In algebra,”.
const OPENING_MAX: usize = 4;
/// Words that carry meaning in what says what a term is, at least.
const MEANING_MIN: usize = 3;

/// How a sentence says what a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// “A *group* is a set that …”, “A set that … is called a *group*”.
    Is,
    /// “A set is called *open* if …”.
    If,
    /// “A *queue* consists of …”.
    Does,
}

/// A sentence taken apart; ranges are bytes of what a reader sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub form: Form,
    /// The term with what hangs on it.
    pub subject: Range<usize>,
    /// What the term is, as a noun phrase, or the condition, or what it does.
    pub definiens: Range<usize>,
    /// The kind of thing it is, or of what has the property.
    pub genus: Option<Genus>,
    /// Whether the sentence speaks of several.
    pub plural: bool,
    /// Whether the term is a property rather than a thing.
    pub adjective: bool,
}

/// A sentence with the term it is read for.
struct Reader<'a> {
    sentence: &'a Sentence,
    lexicon: &'a Lexicon,
    turns: &'static Turns,
    place: Range<usize>,
    /// Where the term ends, an explanation of it in brackets included.
    end: usize,
    /// The first word of the sentence that has the term, where a quotation has several.
    head: usize,
}

/// Whether a sentence can be read as a definition of the term at `place`.
pub(in crate::extractive) fn is_definition(
    sentence: &Sentence,
    place: &Range<usize>,
    lexicon: &Lexicon,
) -> bool {
    read(sentence, place, lexicon).is_some()
}

/// Reads a sentence as a definition of the term at `place`.
pub(super) fn read(
    sentence: &Sentence,
    place: &Range<usize>,
    lexicon: &Lexicon,
) -> Option<Reading> {
    if lexicon.language == Language::Japanese {
        return japanese::read(sentence, place);
    }
    let turns = turns::of(lexicon.language)?;
    let last = sentence.words.get(place.end.checked_sub(1)?)?;
    let reader = Reader {
        sentence,
        lexicon,
        turns,
        place: place.clone(),
        end: after_bracket(&sentence.plain, last.range.end),
        head: head(sentence, place.start),
    };
    let found = reader.meant();
    let found = found.or_else(|| reader.named());
    found.or_else(|| reader.predicated())
}

/// The place behind a bracket that follows a place: “queue (first in, first out)”.
pub(super) fn after_bracket(text: &str, end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    let inner = rest.trim_start();
    let close = match inner.chars().next() {
        Some('(') => ')',
        Some('（') => '）',
        _ => return end,
    };
    let closed = inner.find(close).map(|at| at + close.len_utf8());
    closed.map_or(end, |length| end + rest.len() - inner.len() + length)
}

/// The word after the last full stop before a word.
fn head(sentence: &Sentence, at: usize) -> usize {
    let place = sentence.words.get(at).map_or(0, |word| word.range.start);
    let before = sentence.plain.get(..place).unwrap_or_default();
    let end = before.rfind(". ").unwrap_or(0);
    let head = sentence
        .words
        .partition_point(|word| word.range.start < end);
    head.min(at)
}

impl Reader<'_> {
    fn words(&self) -> &[Word] {
        &self.sentence.words
    }

    fn lower(&self, at: usize) -> Option<String> {
        let word = self.words().get(at)?;
        Some(self.sentence.plain[word.range.clone()].to_lowercase())
    }

    /// Where the sentence ends, without its full stop.
    fn close(&self) -> usize {
        self.sentence.plain.trim_end_matches(['.', ' ']).len()
    }

    /// The first word of the term's noun phrase.
    fn opening(&self) -> usize {
        let words = self.words();
        let mut at = self.place.start;
        while let Some(before) = at.checked_sub(1).and_then(|before| words.get(before)) {
            if at == self.head {
                break;
            }
            let opens = self.lexicon.grammar.is_determiner(before);
            if !opens || !words.get(at).is_some_and(|word| word.joined) {
                break;
            }
            at -= 1;
        }
        at
    }

    /// “A *group* is a set that …”.
    fn predicated(&self) -> Option<Reading> {
        let words = self.words();
        let opening = self.opening();
        let plain_opening = opening == self.head || self.is_set_off(opening);
        let backward = words
            .get(opening)
            .is_some_and(|word| self.is_backward(word));
        if !plain_opening || backward {
            return None;
        }
        let verb = self.verb()?;
        let before = self.sentence.plain.get(..words.get(verb)?.range.start)?;
        let subject = words.get(self.place.start)?.range.start..before.trim_end().len();
        let written = self.lower(verb)?;
        let copula = self.turns.copulas.iter().find(|(form, _)| *form == written);
        let Some(&(_, plural)) = copula else {
            // “The inequality means …” says what one of them means.
            let one = matches!(
                written.as_str(),
                "means" | "bedeutet" | "signifie" | "significa"
            );
            if one && opening < self.place.start {
                return None;
            }
            return Some(Reading {
                form: Form::Does,
                subject,
                definiens: words.get(verb)?.range.start..self.close(),
                genus: None,
                plural: false,
                adjective: false,
            });
        };
        let from = (verb + 1..words.len()).find(|&at| {
            let filler = self.lower(at);
            !filler.is_some_and(|word| self.turns.fillers.contains(&word.as_str()))
        })?;
        self.phrase(from, self.close(), subject, plural)
    }

    /// “In algebra, a …”: whether the noun phrase follows a short opening.
    fn is_set_off(&self, opening: usize) -> bool {
        let words = self.words();
        let parted = words.get(opening).is_some_and(|word| !word.joined);
        let set_off = words.get(self.head).is_some_and(|word| {
            let grammar = &self.lexicon.grammar;
            let preposition = grammar.precedes_nouns(word) && !grammar.is_determiner(word);
            // “Abstractly, a …”
            preposition || self.sentence.plain[word.range.clone()].ends_with("ly")
        });
        parted && set_off && opening <= self.head + OPENING_MAX
    }

    fn is_backward(&self, word: &Word) -> bool {
        self.lexicon.grammar.is_backward(word)
    }

    /// The verb of which the term with its tail is the subject.
    fn verb(&self) -> Option<usize> {
        let words = self.words();
        let first = words.partition_point(|word| word.range.start < self.end);
        let verbs = |written: &str| {
            self.turns.copulas.iter().any(|(form, _)| *form == written)
                || self.turns.verbs.contains(&written)
        };
        for at in first..words.len().min(first + TAIL_MAX) {
            let word = words.get(at)?;
            let written = self.lower(at)?;
            if verbs(&written) {
                return Some(at);
            }
            let tail = word.role != Role::Stop || self.lexicon.grammar.precedes_nouns(word);
            let begins_tail = at > first || self.lexicon.grammar.precedes_nouns(word);
            let letter = word.role == Role::Symbol;
            // “Saying that x is …” says nothing of saying.
            let clause = matches!(written.as_str(), "that" | "which");
            if !tail || clause || !(begins_tail || letter) || !(word.joined || at == first) {
                return None;
            }
        }
        None
    }

    /// A reading whose definiens is the noun phrase from one word to a byte.
    fn phrase(
        &self,
        from: usize,
        to: usize,
        subject: Range<usize>,
        plural: bool,
    ) -> Option<Reading> {
        let words = self.words();
        let first = words.get(from)?;
        let end = words.partition_point(|word| word.range.end <= to);
        let phrase = words.get(from..end)?;
        let article = self.lexicon.grammar.is_determiner(first) && !self.is_backward_only(first);
        let participle = self.lower(from)?.ends_with("ed");
        let superlative = phrase.get(1).is_some_and(|word| {
            let written = &self.sentence.plain[word.range.clone()];
            matches!(written, "most" | "least" | "only" | "best")
        });
        let bare = plural && first.role != Role::Stop && !participle;
        let means = |word: &&Word| matches!(word.role, Role::Content | Role::Weak);
        let grammar = &self.lexicon.grammar;
        let told = |word: &Word| word.role == Role::Stop && !grammar.is_determiner(word);
        let enough = MEANING_MIN - usize::from(phrase.iter().skip(1).any(told));
        if !(article || bare) || superlative || phrase.iter().filter(means).count() < enough {
            return None;
        }
        if from > 0 && !telling::says_what(self.sentence, from, self.lexicon) {
            return None;
        }
        let noun = headnoun::of(&self.sentence.plain, phrase, self.lexicon)?;
        if self.is_parted(phrase) {
            return None;
        }
        Some(Reading {
            form: Form::Is,
            subject,
            definiens: first.range.start..to,
            genus: Some(Genus::of(noun, self.lexicon.language)),
            plural,
            adjective: false,
        })
    }

    /// Whether another statement follows in the same sentence: “is a process, but assume …”.
    fn is_parted(&self, phrase: &[Word]) -> bool {
        const PARTING: [&str; 22] = [
            "since", "as", "da", "denn", "puisque", "ya", "but", "so", "although", "though",
            "because", "and", "however", "aber", "weil", "doch", "mais", "car", "pero", "porque",
            "aunque", "sondern",
        ];
        let (Some(first), Some(last)) = (phrase.first(), phrase.last()) else {
            return true;
        };
        let between = |word: &Word| {
            let before = self.sentence.plain[..word.range.start].trim_end();
            let written = self.sentence.plain[word.range.clone()].to_lowercase();
            before.ends_with(',') && PARTING.contains(&written.as_str())
        };
        // “is a name and is free”, “is a relation rather than a function—the answer …”.
        let again = phrase.windows(2).any(|pair| {
            let [and, verb] = pair else { return false };
            let and = &self.sentence.plain[and.range.clone()];
            let verb = &self.sentence.plain[verb.range.clone()];
            let mut copulas = self.turns.copulas.iter();
            matches!(and, "and" | "und" | "et" | "y") && copulas.any(|(copula, _)| *copula == verb)
        });
        let text = self.sentence.plain.get(first.range.start..last.range.end);
        again
            || text.is_none_or(|text| text.contains([';', ':', '—']))
            || phrase.iter().any(between)
    }

    /// Whether a word points back; in German, articles are listed so too.
    fn is_backward_only(&self, word: &Word) -> bool {
        self.lexicon.language == Language::English && self.is_backward(word)
    }

    /// “By *recursion* we mean …”.
    fn meant(&self) -> Option<Reading> {
        let plain = &self.sentence.plain;
        let words = self.words();
        let opening = words.get(self.opening())?.range.start;
        let before = plain.get(..opening)?.trim().to_lowercase();
        let before = before.rsplit([',', '.']).next()?.trim();
        let rest = plain.get(self.end..)?;
        let turn = self.turns.meant.iter().find(|turn| {
            let follows = rest.trim_start().strip_prefix(turn.after);
            turn.before == before
                && follows.is_some_and(|rest| turn.after.is_empty() || rest.starts_with(' '))
        })?;
        let start = self.end + rest.len() - rest.trim_start().len() + turn.after.len();
        let from = words.partition_point(|word| word.range.start < start);
        let subject = words.get(self.place.start)?.range.start..self.end;
        self.phrase(from, self.close(), subject, turn.plural)
    }
}

#[cfg(test)]
mod tests;
