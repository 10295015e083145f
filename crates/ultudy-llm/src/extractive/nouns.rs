//! Noun phrases, as far as they can be told without a grammar: runs of words that carry
//! meaning, with the links of the language between them.

use std::ops::Range;

use super::language::Language;
use super::lexicon::Lexicon;
use super::word::{Role, Word};

/// Words of a term at most.
pub(super) const WORDS_MAX: usize = 5;

/// Words of a subject with what hangs on it: “the derivative of a function at a point”.
const SUBJECT_MAX: usize = 10;
/// Words before a noun phrase that are skipped at most.
const OPENING_MAX: usize = 6;

/// The run that begins at `from`: after determiners and letters that stand for something,
/// as in “heißt X ein *kompakter Raum*”.
pub(super) fn run_after(words: &[Word], from: usize, lexicon: &Lexicon) -> Option<Range<usize>> {
    let mut start = from;
    while let Some(word) = words.get(start) {
        let letter = word.role == Role::Symbol;
        let after_letter = start > from && words[start - 1].role == Role::Symbol;
        // A comma or a colon after the cue means that something else follows.
        if !(word.joined || letter || after_letter) {
            return None;
        }
        let determiner = word.role == Role::Stop && lexicon.grammar.is_determiner(word);
        if !(letter || determiner) || start - from >= OPENING_MAX {
            break;
        }
        start += 1;
    }
    let end = run_end(words, start, lexicon);
    let run = start..end.min(start + WORDS_MAX);
    trimmed(words, run)
}

/// Where the run of meaning words that begins at `start` ends.
fn run_end(words: &[Word], start: usize, lexicon: &Lexicon) -> usize {
    let mut end = start;
    for (index, word) in words.iter().enumerate().skip(start) {
        let goes_on = index == start || word.joined;
        let fits = match word.role {
            Role::Content | Role::Weak => true,
            Role::Stop => index > start && lexicon.grammar.is_link(words, index),
            Role::Symbol => false,
        };
        if !goes_on || !fits {
            break;
        }
        end = index + 1;
    }
    end
}

/// The noun phrase that ends before `to` and opens the sentence or its main clause:
/// “In algebra, *a group* | is a”.
pub(super) fn subject_before(words: &[Word], to: usize, lexicon: &Lexicon) -> Option<Range<usize>> {
    let head = words.get(..to)?;
    let unjoined = head.iter().rposition(|word| !word.joined).unwrap_or(0);
    let clause = words.get(unjoined..to)?;
    let opened = clause
        .iter()
        .take_while(|word| word.role == Role::Stop && lexicon.grammar.is_determiner(word))
        .count();
    let backward = clause
        .first()
        .is_some_and(|word| lexicon.grammar.is_backward(word));
    let start = unjoined + opened;
    let phrase = words.get(start..to)?;
    let fits = |at: &usize| phrase[*at].role != Role::Stop || lexicon.grammar.is_link(phrase, *at);
    let head = (0..phrase.len()).take_while(fits).count();
    let plain_tail = phrase
        .get(head..)?
        .iter()
        .all(|word| word.role != Role::Stop || lexicon.grammar.precedes_nouns(word));
    let run = trimmed(words, start..start + head)?;
    let whole = run.start == start && plain_tail && phrase.len() <= SUBJECT_MAX;
    (whole && !backward && run.len() <= WORDS_MAX).then_some(run)
}

/// The noun phrase that ends before the comma at `to`; a verb would run into it, if no
/// article or preposition parted them.
pub(super) fn run_before(words: &[Word], to: usize, lexicon: &Lexicon) -> Option<Range<usize>> {
    let head = words.get(..to)?;
    if words.get(to)?.joined {
        return None;
    }
    let unjoined = head.iter().rposition(|word| !word.joined).unwrap_or(0);
    let parted = |word: &Word| matches!(word.role, Role::Stop | Role::Symbol);
    let start = head
        .iter()
        .rposition(parted)
        .map_or(0, |at| at + 1)
        .max(unjoined);
    let opened = start
        .checked_sub(1)
        .and_then(|before| words.get(before))
        .is_none_or(|word| lexicon.grammar.precedes_nouns(word));
    let run = trimmed(words, start..to).filter(|_| opened)?;
    (run == (start..to) && run.len() <= WORDS_MAX).then_some(run)
}

/// The last noun phrase of the clause that begins at `from`: what something is called.
pub(super) fn last_run(words: &[Word], from: usize, lexicon: &Lexicon) -> Option<Range<usize>> {
    let clause = words.get(from..)?;
    let goes_on = |at: &usize| {
        let word = &clause[*at];
        let noun = word.role != Role::Stop || lexicon.grammar.precedes_nouns(word);
        word.joined && (noun || lexicon.grammar.is_link(clause, *at))
    };
    let length = 1 + (1..clause.len()).take_while(goes_on).count();
    let end = from + length.min(12);
    let article = (from + 1..end)
        .rev()
        .find(|&at| lexicon.grammar.is_determiner(&words[at]))?;
    // “We call apply with the operands” gives no name.
    if lexicon.grammar.is_preposition(&words[article - 1]) {
        return None;
    }
    let run = run_after(words, article, lexicon)?;
    (run.end <= end).then_some(run)
}

/// In “Grenzwert der Folge”, what is named is the first word.
pub(super) fn named(run: Range<usize>, words: &[Word], lexicon: &Lexicon) -> Range<usize> {
    let genitive = |at: &usize| words.get(*at).is_some_and(|word| word.role == Role::Stop);
    match run.clone().find(genitive) {
        Some(at) if lexicon.language == Language::German => run.start..at,
        _ => run,
    }
}

/// The run without links and letters at its ends; none if nothing that could be a term
/// is left.
pub(super) fn trimmed(words: &[Word], run: Range<usize>) -> Option<Range<usize>> {
    let phrase = words.get(run.clone())?;
    let means = |word: &Word| matches!(word.role, Role::Content | Role::Weak);
    let first = phrase.iter().position(means)?;
    let last = phrase.iter().rposition(means)?;
    let kept = run.start + first..run.start + last + 1;
    is_term(words.get(kept.clone())?).then_some(kept)
}

/// Whether words could be a term: some meaning of their own, no letter among them.
pub(super) fn is_term(words: &[Word]) -> bool {
    let symbol = words.iter().any(|word| word.role == Role::Symbol);
    // In “sign of overfitting” the sign is not worth a term.
    let mut head = words.iter().take_while(|word| word.role != Role::Stop);
    head.any(|word| word.role == Role::Content) && !symbol
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str, cue: usize, language: Language) -> Option<&str> {
        let mut lexicon = Lexicon::new(language);
        let words = lexicon.words(text);
        let run = run_after(&words, cue, &lexicon)?;
        Some(&text[words[run.start].range.start..words[run.end - 1].range.end])
    }

    #[test]
    fn a_term_after_its_cue() {
        let english = Language::English;
        assert_eq!(
            after("is called a rate of change of f.", 2, english),
            Some("rate of change")
        );
        assert_eq!(after("is called, in short, a group", 2, english), None);
        assert_eq!(after("is called with two arguments", 2, english), None);
        let german = Language::German;
        assert_eq!(
            after("heißt (X, T) topologischer Raum, wenn", 1, german),
            Some("topologischer Raum")
        );
    }

    #[test]
    fn a_subject_before_its_cue() {
        let mut lexicon = Lexicon::new(Language::English);
        for (text, cue, subject) in [
            (
                "In algebra, a cyclic group is a group",
                5,
                Some("cyclic group"),
            ),
            ("A function f is a rule", 3, Some("function")),
            ("The slope of a line at a point is the", 8, Some("slope")),
            ("This result is a surprise", 2, None),
            ("The set for which it holds is a ring", 6, None),
        ] {
            let words = lexicon.words(text);
            let found = subject_before(&words, cue, &lexicon)
                .map(|run| &text[words[run.start].range.start..words[run.end - 1].range.end]);
            assert_eq!(found, subject, "{text}");
        }
    }
}
