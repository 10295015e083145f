//! “What does the text mean by this?”, and “When does it call something so?”

use std::collections::BTreeSet;

use super::choice::Candidate;
use super::definiens::Form;
use super::echo::echoed;
use super::forms::with_first;
use super::genus::Likeness;
use super::gloss::{Gloss, words_within};
use super::rivals::{Asked, Rival};
use super::{Answer, Draft, Maker, Rigor};
use crate::extractive::language::Language;
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;
use crate::extractive::word::WordId;

/// How much longer or shorter than the right answer a wrong one may be, as a factor and in
/// characters.
const LONGER: (usize, usize) = (2, 30);

impl Maker<'_> {
    /// The question what a term is, where the text says so of others as well.
    pub(super) fn meaning(
        &self,
        index: usize,
        subject: &Term,
        support: &[Support],
    ) -> Option<Draft> {
        let gloss = self.gloss(index)?;
        let right = gloss.says.as_deref()?;
        let sentence = self.study.sentence(gloss.sentence);
        let places = [gloss.place.clone()];
        let asked = Asked {
            index,
            term: subject,
            gloss: Some(gloss),
            sentence: gloss.sentence,
            places: &places,
        };
        let rivals = self.rivals(&asked).into_iter();
        let candidates = rivals.filter_map(|rival| self.wrong_meaning(&asked, rival, gloss));
        let echo = !self.echoed_in(subject, gloss).is_empty();
        let wrong = self.choose(candidates.collect(), gloss.sentence, echo)?;
        let (question, right) = if gloss.form == Form::If {
            let (head, _) = self
                .study
                .text
                .cut_at(gloss.sentence, gloss.definiens.start)?;
            let head = head.trim_end_matches([',', ' ']).to_owned();
            (
                fill(self.study.phrases.which_end, &[&head]),
                format!("… {right}"),
            )
        } else {
            let name = self.name_in_full(gloss, subject);
            if is_continued(&name, &subject.name, right) {
                return None;
            }
            (
                fill(self.study.phrases.what_is, &[&name]),
                capitalised(right),
            )
        };
        Some(Draft {
            question,
            right: Answer {
                text: right,
                reason: fill(
                    self.study.phrases.right,
                    &[&self.study.quoted(gloss.sentence)],
                ),
            },
            wrong,
            hint: self.hint_in_full(subject, support, gloss.sentence),
            pages: sentence.pages,
        })
    }

    /// What the text says of a rival, in a form that could be said of the subject.
    fn wrong_meaning<'a>(
        &self,
        asked: &Asked<'_>,
        rival: Rival<'a>,
        right: &Gloss,
    ) -> Option<Candidate<'a>> {
        let gloss = rival.gloss?;
        let text = gloss.says.as_deref()?;
        let [length, wanted] = [text, right.says.as_deref()?].map(|text| text.chars().count());
        let long = length.max(wanted) > length.min(wanted) * LONGER.0
            && length.abs_diff(wanted) > LONGER.1;
        let same_form = gloss.form == right.form
            && gloss.plural == right.plural
            && (right.form != Form::If || gloss.genus == right.genus);
        let known = |letter: &String| self.head_has(right, letter);
        let [shared, own] = [right, gloss].map(|gloss| self.echoed_in(asked.term, gloss));
        if long
            || !same_form
            || right.likeness(gloss) > Likeness::Unknown
            || !self.says_all(gloss)
            || !gloss.letters.iter().all(known)
            || self.names(gloss.sentence, asked.term)
            || (shared.is_empty() && !own.is_empty())
        {
            return None;
        }
        // What is told of the kind stands in the options.
        let rival = Rival {
            likeness: right.likeness(gloss),
            ..rival
        };
        if rival.likeness > Likeness::Unknown && !self.lone && self.rigor != Rigor::Near {
            return None;
        }
        Some(Candidate {
            text: if right.form == Form::If {
                format!("… {text}")
            } else {
                capitalised(text)
            },
            agrees: true,
            echoes: shared.is_subset(&own),
            unlike: length.abs_diff(wanted) / 20,
            rival,
        })
    }

    /// Whether a letter stands before what a gloss says.
    fn head_has(&self, gloss: &Gloss, letter: &str) -> bool {
        let sentence = self.study.sentence(gloss.sentence);
        let mut head = sentence.words.iter();
        head.any(|word| {
            word.range.end <= gloss.definiens.start && sentence.plain[word.range.clone()] == *letter
        })
    }

    /// The words of a term's name that what a gloss says has.
    fn echoed_in(&self, term: &Term, gloss: &Gloss) -> BTreeSet<WordId> {
        let sentence = self.study.sentence(gloss.sentence);
        let words = words_within(&sentence.words, &gloss.definiens);
        let echoed = echoed(term, words, &sentence.plain);
        echoed.iter().map(|word| word.root).collect()
    }

    /// The term with what hangs on it, if that can be read alone.
    pub(super) fn name_in_full(&self, gloss: &Gloss, subject: &Term) -> String {
        let sentence = self.study.sentence(gloss.sentence);
        let written = sentence
            .plain
            .get(gloss.subject.clone())
            .unwrap_or_default();
        let plain_tail = written.chars().count() > subject.name.chars().count()
            && written
                .chars()
                .all(|c| c.is_alphabetic() || c == ' ' || c == '-')
            && written
                .split(' ')
                .all(|word| word.chars().count() > 1 || word == "a");
        if !plain_tail {
            return escaped(&subject.name);
        }
        // Its capital may come from the head of the sentence.
        let lower = subject.name.starts_with(char::is_lowercase)
            && self.study.text.lexicon.language != Language::German;
        if lower {
            escaped(&with_first(written, |first| first.to_lowercase().collect()))
        } else {
            escaped(written)
        }
    }
}

/// Whether what is said goes on with a word that hangs on the name in the question: “the
/// derivative *at a point*” and “the slope at that *point*”.
fn is_continued(full: &str, name: &str, says: &str) -> bool {
    const WORD_MIN: usize = 4;
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphabetic());
        words.map(str::to_lowercase).collect()
    };
    let [name, says] = [name, says].map(words);
    let mut tail = words(full).into_iter();
    tail.any(|word| {
        word.chars().count() >= WORD_MIN && !name.contains(&word) && says.contains(&word)
    })
}

/// Options begin alike, wherever they stand in their sentences.
pub(super) fn capitalised(markdown: &str) -> String {
    with_first(markdown, |first| first.to_uppercase().collect())
}
