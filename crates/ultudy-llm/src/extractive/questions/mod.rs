//! Check-ins from the text's own sentences.

mod agreement;
mod altered;
mod called;
mod causes;
mod choice;
mod cloze;
mod completion;
pub(super) mod definiens;
mod echo;
mod forms;
mod framed;
mod further;
mod genus;
mod gloss;
mod headnoun;
mod kind;
mod lists;
mod meaning;
mod open;
mod rivals;
mod sound;

use std::cell::OnceCell;
use std::ops::Range;

use ultudy_domain::check_in::{AnswerOption, CheckInContent, LETTERS};

use super::frames::Frame;
use super::glossary::named::SPEAKS;
use super::phrases::fill;
use super::quotes::{self, GAP};
use super::study::{Study, Support};
use super::terms::Term;
use altered::{Changed, Known};
use causes::Linked;
use definiens::after_bracket;
use gloss::Gloss;
use kind::Kind;
use lists::List;

/// Questions of one concept at most.
const QUESTIONS_MAX: usize = 3;
/// Wrong options of a question.
const WRONG: usize = 3;
/// Pages behind a section on which what it speaks of may be defined.
const PAGES_AHEAD: u32 = 12;
/// Characters of a sentence in a question or an option at most.
const LENGTH_MAX: usize = 320;

/// Makes questions; wrong answers come from the other terms.
pub(super) struct Maker<'a> {
    /// The text.
    pub study: &'a Study,
    /// The terms that may become concepts, then the others.
    pub rivals: &'a [usize],
    /// What a sentence must do to be asked about.
    pub rigor: Rigor,
    /// Whether there are no other sections whose terms could be wrong answers.
    lone: bool,
    /// What the text says each term is.
    glosses: Vec<Option<Gloss>>,
    /// The kind of thing each term names.
    kinds: Vec<Kind>,
    /// The sentence that says best what each term is or does, if it can be quoted alone.
    told: Vec<Option<usize>>,
    /// The text's sentences that one change makes wrong.
    changed: OnceCell<Vec<Changed>>,
    /// Which words stand together in the text.
    known: OnceCell<Known>,
    /// The text's sentences that say what follows from what.
    linked: OnceCell<Vec<Linked>>,
    /// The text's lists.
    lists: OnceCell<Vec<List>>,
}

/// What a sentence must do to be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rigor {
    /// Say what a term is, and be understood alone; enough of the wrong answers are of its
    /// kind.
    Defined,
    /// Say what a term is, and be understood alone.
    Loose,
    /// The same, where enough else is explained near it in the document.
    Near,
    /// Say what a term is or does.
    Told,
    /// Name the section's matter as what it speaks of; wrong answers may be named only.
    Named,
    /// Speak of a term, and be understood alone.
    Any,
    /// Name a term, and be understood alone: for texts that have nothing better.
    Last,
    /// The same, though it may hold for other terms too: for texts that have nothing else.
    Law,
}

/// An answer to choose and why it is right or wrong.
struct Answer {
    text: String,
    reason: String,
}

/// A question in the making.
struct Draft {
    question: String,
    right: Answer,
    wrong: Vec<Answer>,
    hint: String,
    pages: [u32; 2],
}

impl<'a> Maker<'a> {
    /// Reads what the text says of all terms that can be answers.
    pub(super) fn new(study: &'a Study, rivals: &'a [usize]) -> Self {
        let mut maker = Self {
            study,
            rivals,
            rigor: Rigor::Defined,
            lone: study.is_lone(),
            glosses: Vec::new(),
            kinds: Vec::new(),
            told: Vec::new(),
            changed: OnceCell::new(),
            known: OnceCell::new(),
            linked: OnceCell::new(),
            lists: OnceCell::new(),
        };
        maker.glosses = (0..study.terms.len())
            .map(|term| gloss::of(study, term))
            .collect();
        for (index, term) in study.terms.iter().enumerate() {
            if !maker.is_name(index, term) {
                maker.glosses[index] = None;
            }
        }
        let terms = study.terms.iter().enumerate();
        maker.kinds = terms
            .map(|(index, term)| {
                let said = maker.gloss(index).and_then(|gloss| gloss.genus.clone());
                maker.kind_of(term, said.or_else(|| maker.genus_in_frame(index)))
            })
            .collect();
        maker.told = (0..study.terms.len())
            .map(|term| maker.told_of(term))
            .collect();
        maker
    }

    /// Where the text says best what a term is or does.
    fn told(&self, term: usize) -> Option<usize> {
        self.told.get(term).copied().flatten()
    }

    fn told_of(&self, index: usize) -> Option<usize> {
        let term = self.study.terms.get(index)?;
        let mut spoken = term.definitions.iter();
        let spoken = spoken.find(|(at, strength)| *strength == SPEAKS && self.study.complete[*at]);
        let spoken = spoken.filter(|_| self.is_name(index, term));
        let gloss = self.gloss(index).map(|gloss| gloss.sentence);
        gloss.or(spoken.map(|&(at, _)| at))
    }

    /// What the text says a term is.
    fn gloss(&self, term: usize) -> Option<&Gloss> {
        self.glosses.get(term)?.as_ref()
    }

    /// The sentence that says best what a term is, or of what it is the subject, as far as
    /// the rigor asks for it.
    pub(super) fn telling(&self, term: usize) -> Option<usize> {
        let told = |found: &&Support| self.tells(found);
        let gloss = self.gloss(term).map(|gloss| gloss.sentence);
        gloss.or_else(|| Some(self.study.support(term).iter().find(told)?.sentence))
    }

    /// Whether what another section says of a term holds here, too.
    pub(super) fn is_general(&self, term: usize) -> bool {
        let text = &self.study.text;
        self.gloss(term).is_none_or(|gloss| {
            // A term that is used long before it is defined means something else there.
            let [page, _] = self.study.sentence(gloss.sentence).pages;
            let later = page > text.pages[1].saturating_add(PAGES_AHEAD);
            text.is_near(gloss.sentence) || !(gloss.specific || later)
        })
    }

    /// The questions about a term, none that is unsound; of what explains it whole, if
    /// something does.
    pub(super) fn check_ins(&self, term: usize, frame: Option<&Frame>) -> Vec<CheckInContent> {
        let Some(subject) = self.study.terms.get(term) else {
            return Vec::new();
        };
        if !self.is_name(term, subject) {
            return Vec::new();
        }
        let support = self.study.support(term);
        let named = self.rigor > Rigor::Told || self.gloss(term).is_some();
        let strict = self.rigor == Rigor::Defined;
        let mut drafts = Vec::new();
        if named && (strict || self.lone) {
            drafts = self.drafts(term, subject);
        }
        drafts.extend(self.altered(term, subject, support, frame));
        let framed = || frame.and_then(|frame| self.framed(term, frame));
        // Properties are told from one another by what they say alone.
        if self.lone || self.gloss(term).is_some_and(|gloss| gloss.adjective) {
            drafts.extend(framed());
        }
        if drafts.is_empty() && !strict {
            drafts.extend(self.mixed(subject, support, frame));
        }
        if drafts.is_empty() && named && !strict {
            drafts = self.drafts(term, subject);
        }
        let turn = self.study.variant % drafts.len().max(1);
        drafts.rotate_left(turn);
        let mut check_ins: Vec<CheckInContent> = Vec::new();
        for check_in in drafts.into_iter().map(Draft::finish) {
            let known = check_ins
                .iter()
                .any(|known| known.question == check_in.question);
            if check_in.fault().is_none() && !known && check_ins.len() < QUESTIONS_MAX {
                check_ins.push(check_in);
            }
        }
        check_ins
    }

    fn drafts(&self, term: usize, subject: &Term) -> Vec<Draft> {
        let support = self.study.support(term);
        let mut drafts: Vec<Draft> = Vec::new();
        drafts.extend(self.called(term, subject, support));
        drafts.extend(self.meaning(term, subject, support));
        if drafts.is_empty() {
            drafts.extend(self.completion(term, subject, support));
        }
        let defining = self.gloss(term).map(|gloss| gloss.sentence);
        let of_gloss = support
            .iter()
            .filter(|found| defining == Some(found.sentence));
        let others = support
            .iter()
            .filter(|found| defining.is_none() && self.tells(found));
        let clozes = of_gloss.chain(others);
        let mut clozes = clozes.filter_map(|found| self.cloze(term, subject, support, found));
        if drafts.is_empty() {
            drafts.extend(clozes.next());
        }
        drafts
    }
}

impl Maker<'_> {
    /// Points to where the answer can be found, without giving it.
    fn hint(&self, subject: &Term, support: &[Support], asked: usize) -> String {
        let study = self.study;
        let other = support
            .iter()
            .filter(|found| found.sentence != asked && self.study.complete[found.sentence])
            .find_map(|found| {
                let gapped = self.gapped(found)?;
                let pages = study.sentence(found.sentence).pages;
                Some(study.phrases.quote(&gapped, pages))
            });
        if let Some(other) = other {
            return fill(study.phrases.compare, &[&other]);
        }
        let sentence = study.sentence(asked);
        let page = quotes::citation(sentence.pages);
        let heading = sentence.heading.and_then(|at| study.text.headings.get(at));
        let silent = heading.filter(|heading| {
            !heading
                .plain
                .to_lowercase()
                .contains(&subject.name.to_lowercase())
        });
        match silent {
            Some(heading) => fill(study.phrases.look_under, &[&heading.quote, &page]),
            None => fill(study.phrases.look_at, &[&page]),
        }
    }

    /// The sentence with a gap for the term, wherever the term stands in it.
    fn gapped(&self, support: &Support) -> Option<String> {
        let gaps = self.gaps(support.sentence, &support.places)?;
        let gapped = self.study.text.with_gaps(support.sentence, &gaps, GAP)?;
        (gapped.chars().count() <= LENGTH_MAX).then_some(gapped)
    }

    /// Where the term stands, in bytes of its sentence, with what explains its name in
    /// brackets.
    fn gaps(&self, sentence: usize, places: &[Range<usize>]) -> Option<Vec<Range<usize>>> {
        let sentence = self.study.sentence(sentence);
        places
            .iter()
            .map(|place| {
                let words = sentence.words.get(place.clone())?;
                let end = after_bracket(&sentence.plain, words.last()?.range.end);
                Some(words.first()?.range.start..end)
            })
            .collect()
    }

    /// Another sentence about the term: here the term is known, its sentence is asked.
    fn hint_in_full(&self, subject: &Term, support: &[Support], asked: usize) -> String {
        let other = support
            .iter()
            .find(|found| found.sentence != asked && self.study.complete[found.sentence]);
        match other {
            Some(found) => {
                let quote = self.study.quoted(found.sentence);
                fill(self.study.phrases.compare, &[&quote])
            }
            None => self.hint(subject, support, asked),
        }
    }
}

impl Draft {
    fn finish(self) -> CheckInContent {
        let expected_answer = self.right.text.clone();
        let answers = [self.right].into_iter().chain(self.wrong);
        let options = answers
            .zip(LETTERS)
            .enumerate()
            .map(|(place, (answer, letter))| AnswerOption {
                letter: letter.to_owned(),
                text: answer.text,
                correct: place == 0,
                explanation: answer.reason,
            })
            .collect();
        CheckInContent {
            question: self.question,
            options,
            expected_answer,
            hint: self.hint,
            pages: self.pages,
        }
    }
}
