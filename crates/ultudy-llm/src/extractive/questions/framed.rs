//! “Which term does the text use here?”, of all that a text sets apart to explain one.

use super::choice::{Candidate, NEAR};
use super::cloze::unlikeness;
use super::definiens;
use super::echo::{echoed, echoes_all};
use super::forms::{Gap, with_open_articles};
use super::genus::{Genus, Likeness};
use super::rivals::Asked;
use super::{Answer, Draft, Maker};
use crate::extractive::frames::{Frame, Shape};
use crate::extractive::language::Language;
use crate::extractive::phrases::fill;
use crate::extractive::quotes::{self, GAP, escaped};
use crate::extractive::text::fold;

/// Characters of a question at most.
const LENGTH_MAX: usize = 600;
/// Letters at the end of a name that other forms of it may not have.
const ENDING: usize = 2;
/// Letters with which two words begin that tell of one another.
const ALIKE_MIN: usize = 5;
/// Bytes before the bracket of an item's label at most.
const LABEL_MAX: usize = 5;
/// Letters of a name that are left without these.
const STEM_MIN: usize = 5;

impl Maker<'_> {
    /// The question for the term that a frame explains, with all the frame says.
    pub(super) fn framed(&self, index: usize, frame: &Frame) -> Option<Draft> {
        let subject = self.study.terms.get(index)?;
        if frame.shape == Shape::Outline {
            return None;
        }
        let sentence = self.study.sentence(frame.sentence);
        let mentions = subject.mentions.iter();
        let own = mentions.filter(|mention| mention.sentence == frame.sentence);
        let places: Vec<_> = own.map(|mention| mention.words.clone()).collect();
        let place = places.first()?;
        let gaps = self.gaps(frame.sentence, &places)?;
        let gapped = self.study.text.with_gaps(frame.sentence, &gaps, GAP)?;
        let told = told_to(&frame.bare, &sentence.quote)?;
        let question = told.replacen(&sentence.quote, &gapped, 1);
        let lower = question.to_lowercase();
        let fits = told != question && question.chars().count() <= LENGTH_MAX;
        if !fits || lower.contains(&stem(&subject.name)) {
            return None;
        }
        let asked = Asked {
            index,
            term: subject,
            gloss: self.gloss(index),
            sentence: frame.sentence,
            places: &places,
        };
        let gap = Gap::at(self, sentence, place, self.is_property(frame, place.start))?;
        if self.is_declined(&gap, subject) {
            return None;
        }
        let outside = self.outside(frame.sentence, &places);
        let shared = echoed(subject, &outside, &sentence.plain);
        if shared.is_empty() && is_told(&subject.name, &question) {
            return None;
        }
        let mut candidates = Vec::new();
        for rival in self.rivals(&asked) {
            let text = self.form_in(&gap, rival.term, false);
            // What the frame names besides is told of there, too.
            let silent = !lower.contains(&stem(&rival.term.name));
            candidates.extend(text.filter(|_| silent).map(|text| Candidate {
                agrees: true,
                echoes: echoes_all(rival.term, &shared, &sentence.plain),
                unlike: unlikeness(&text, gap.model),
                text,
                rival,
            }));
        }
        // Without a noun that says its kind, what is told near it may be meant.
        candidates.retain(|candidate| {
            candidate.rival.likeness == Likeness::Same || candidate.rival.far <= NEAR
        });
        let wrong = self.choose(candidates, frame.sentence, !shared.is_empty())?;
        let question = match self.study.text.lexicon.language {
            Language::English => with_open_articles(&question),
            _ => question,
        };
        let page = quotes::citation(frame.pages);
        Some(Draft {
            question: fill(self.study.phrases.which_term, &[&question]),
            right: Answer {
                text: escaped(gap.model),
                reason: fill(self.study.phrases.right, &[&self.quoted_frame(frame)]),
            },
            wrong,
            hint: fill(self.study.phrases.look_at, &[&page]),
            pages: frame.pages,
        })
    }

    /// A frame in quotation marks, with its pages.
    pub(super) fn quoted_frame(&self, frame: &Frame) -> String {
        self.study.phrases.quote(&fold(&frame.bare), frame.pages)
    }

    /// The kind of thing that the sentence of a term's frame puts it under.
    pub(super) fn genus_in_frame(&self, term: usize) -> Option<Genus> {
        let frame = self.study.frame(term)?;
        let mut mentions = self.study.terms.get(term)?.mentions.iter();
        let mention = mentions.find(|mention| mention.sentence == frame.sentence)?;
        let sentence = self.study.sentence(frame.sentence);
        definiens::read(sentence, &mention.words, &self.study.text.lexicon)?.genus
    }

    /// Whether a frame says that something is so, in English: “is said to *be* sparse”.
    fn is_property(&self, frame: &Frame, at: usize) -> bool {
        let sentence = self.study.sentence(frame.sentence);
        let before = at.checked_sub(1).and_then(|at| sentence.words.get(at));
        before.is_some_and(|word| &sentence.plain[word.range.clone()] == "be")
    }
}

/// What is told up to the paragraph that has a quotation, and the items this leads to.
fn told_to(bare: &str, quote: &str) -> Option<String> {
    let paragraphs: Vec<_> = bare.split("\n\n").map(fold).collect();
    let at = paragraphs.iter().position(|own| own.contains(quote))?;
    let item = |own: &String| own.find(')').is_some_and(|end| end <= LABEL_MAX);
    let rest = paragraphs.get(at + 1..)?;
    let led = rest
        .iter()
        .take_while(|own| !item(&paragraphs[at]) && item(own));
    let end = at + 1 + led.count();
    Some(paragraphs.get(..end)?.join(" "))
}

/// Whether a word of a text begins or ends as one of a name's does, so that it tells it:
/// “metrisch” beside “Metrik”, “Abbildung” beside “Inklusionsabbildung”.
fn is_told(name: &str, text: &str) -> bool {
    let letters = |word: &str| word.to_lowercase().chars().collect::<Vec<_>>();
    let split = |text: &str| -> Vec<Vec<char>> {
        let words = text.split(|c: char| !c.is_alphabetic());
        words
            .map(letters)
            .filter(|word| word.len() >= ALIKE_MIN)
            .collect()
    };
    let words = split(text);
    split(name).iter().any(|own| {
        words.iter().any(|word| {
            let same = own.iter().zip(word).take_while(|(a, b)| a == b).count();
            let within = own.ends_with(word) || word.ends_with(own);
            within || (same >= ALIKE_MIN && same + ENDING >= own.len().min(word.len()))
        })
    })
}

/// A name, lower case, as its other forms begin.
fn stem(name: &str) -> String {
    let lower = name.to_lowercase();
    let length = lower.chars().count();
    let kept = if length >= STEM_MIN + ENDING {
        length - ENDING
    } else {
        length
    };
    lower.chars().take(kept).collect()
}
