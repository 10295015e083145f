//! “Which of these does the text say?”: a sentence of the text among others of which each is
//! changed in one place.

use std::collections::BTreeSet;

use super::super::sound::has_letters;
use super::super::{Answer, Draft, Maker, WRONG};
use super::choose;
use super::contrasts::Class;
use super::site::{Change, Site, applied, changes};
use super::statement::{Statement, leans};
use crate::extractive::frames::Frame;
use crate::extractive::labels::Kind;
use crate::extractive::phrases::fill;
use crate::extractive::quotes;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;

/// Characters of a statement.
const LENGTH: std::ops::RangeInclusive<usize> = 40..=240;
/// The same where there are no spaces.
const LENGTH_UNSPACED: std::ops::RangeInclusive<usize> = 16..=110;
/// What is only so sometimes may as well not be so.
const VAGUE: [&str; 21] = [
    " not ",
    "out ",
    " nicht ",
    " kein",
    " ohne ",
    " whether ",
    " ob ",
    " may ",
    " might ",
    " can ",
    " could ",
    "some",
    "often",
    "usually",
    " kann ",
    " können ",
    "oft",
    "場合",
    "かもしれ",
    "ことがあ",
    "限らな",
];
/// Words before what a sentence begins with.
const ARTICLES: usize = 1;
/// How much longer than another a statement may be.
const LONGER: usize = 2;
/// Likeness of two sentences from which on one tells whether the other is right.
const SAME: f32 = 0.5;

/// A sentence with a change that makes it wrong.
pub(in super::super) struct Changed {
    statement: Statement,
    changes: Vec<Change>,
    text: String,
    /// Whether it says that something is not so, or that it is.
    denies: bool,
}

impl Changed {
    /// What stands in the text and what stands there instead.
    fn exchanges(&self) -> Vec<(&str, &str)> {
        let changes = self.changes.iter();
        let changes = changes.map(|change| {
            let own = self.statement.text.get(change.place.clone());
            (own.unwrap_or_default(), change.text.as_str())
        });
        changes.collect()
    }
}

impl Maker<'_> {
    /// The question which of four statements the text makes, of which one is about a term.
    pub(in super::super) fn mixed(
        &self,
        subject: &Term,
        support: &[Support],
        frame: Option<&Frame>,
    ) -> Option<Draft> {
        let own = support.iter().filter(|found| found.clean);
        let own: Vec<_> = own.map(|found| found.sentence).collect();
        let framed = frame.and_then(|frame| self.of_whole_frame(frame));
        let told = support.iter().filter(|found| {
            let about = found.defines > 0 || self.is_subject(found);
            found.clean && about && self.is_plain(found.sentence)
        });
        let told = told.map(|found| Statement::whole(self.study, found.sentence));
        let mut told = framed.into_iter().chain(told);
        told.find_map(|right| self.among_changed(&right, &subject.name, &own))
    }

    /// The same of the first of these sentences that can be asked about, on what a title names.
    pub(in super::super) fn mixed_of(&self, sentences: &[usize], title: &str) -> Option<Draft> {
        let plain = sentences.iter().filter(|&&at| self.is_plain(at));
        let mut told = plain.map(|&at| Statement::whole(self.study, at));
        told.find_map(|right| self.among_changed(&right, title, sentences))
    }

    fn among_changed(&self, right: &Statement, subject: &str, others: &[usize]) -> Option<Draft> {
        let name = subject.to_lowercase();
        let chosen = self.beside(right, others, &name)?;
        let mut texts = chosen.iter().map(|one| &one.text).chain([&right.text]);
        let question = match texts.all(|text| text.to_lowercase().contains(&name)) {
            true => self.which(subject),
            false => self.study.phrases.which_said.to_owned(),
        };
        let wrong = chosen.iter().map(|one| Answer {
            reason: self.difference(&one.statement.text, &one.changes, &one.statement.quote),
            text: one.text.clone(),
        });
        Some(Draft {
            question,
            right: Answer {
                text: right.text.clone(),
                reason: fill(self.study.phrases.right, &[&right.quote]),
            },
            wrong: wrong.collect(),
            hint: fill(
                self.study.phrases.look_at,
                &[&quotes::citation(right.pages)],
            ),
            pages: right.pages,
        })
    }

    /// Wrong statements as long as the right one, which does not tell of them; those about what
    /// has a name and near ones first.
    fn beside(&self, right: &Statement, others: &[usize], name: &str) -> Option<Vec<&Changed>> {
        let length = |text: &str| text.chars().count();
        let changed = self.changed.get_or_init(|| self.all_changed());
        let mut candidates: Vec<_> = changed.iter().collect();
        candidates.sort_by_key(|one| {
            let at = one.statement.sentence;
            let about = others.contains(&at) || one.text.to_lowercase().contains(name);
            (!about, at.abs_diff(right.sentence), at)
        });
        let mut chosen: Vec<&Changed> = Vec::new();
        for one in candidates {
            let at = one.statement.sentence;
            let lengths = [length(&one.text), length(&right.text)];
            let fits = lengths[0].max(lengths[1]) <= lengths[0].min(lengths[1]) * LONGER;
            let likeness = |other: usize| self.study.ranking.similarity(at, other);
            let known = chosen.iter().map(|known| known.statement.sentence);
            let new = known
                .chain([right.sentence])
                .all(|other| other != at && likeness(other) < SAME);
            // Were all that deny something wrong, nobody would need to know what the text says.
            let denied = one.denies && chosen.iter().any(|known| known.denies);
            // Two that are wrong by the same word stand and fall together.
            let again = chosen
                .iter()
                .any(|known| known.exchanges() == one.exchanges());
            if chosen.len() < WRONG && fits && new && !denied && !again {
                chosen.push(one);
            }
        }
        (chosen.len() == WRONG).then_some(chosen)
    }

    /// The text's own statements that one change makes wrong.
    fn all_changed(&self) -> Vec<Changed> {
        let subjects = self.with_subject();
        let own = subjects.into_iter().filter(|&at| self.is_plain(at));
        let own = own.map(|at| Statement::whole(self.study, at));
        let frames = self.study.text.frames.iter();
        let frames = frames.filter_map(|frame| self.of_whole_frame(frame));
        own.chain(frames)
            .filter_map(|statement| self.changed(statement))
            .collect()
    }

    /// The text's own sentences that begin with what it explains somewhere.
    fn with_subject(&self) -> BTreeSet<usize> {
        let terms = self.study.terms.iter().enumerate();
        let explained = terms.filter(|(index, term)| {
            let told = !term.definitions.is_empty() || term.heading.is_some();
            told && self.is_name(*index, term)
        });
        let support = explained.flat_map(|(index, _)| self.study.support(index));
        let about = support.filter(|found| {
            let first = found.places.first();
            let opens = first.is_some_and(|place| place.start <= ARTICLES);
            found.clean && opens && self.is_subject(found)
        });
        about.map(|found| found.sentence).collect()
    }

    fn changed(&self, statement: Statement) -> Option<Changed> {
        let sites = self.sites(&statement, "");
        let vague = VAGUE.iter().any(|word| statement.text.contains(word));
        if leans(&statement.text) {
            return None;
        }
        let named = self.named_until(&statement);
        let behind = |site: &&Site| site.places.iter().all(|place| place.start >= named);
        let sites = sites.iter().filter(behind);
        let fits = sites.filter(|site| match site.class {
            Class::Truth => !vague,
            Class::Quantity => !site.weak,
            class => choose::is_plain(class),
        });
        let best = fits.max_by_key(|site| site.worth)?;
        let turn = (self.study.variant + statement.sentence) % best.ways.len().max(1);
        let changes = changes(best, turn);
        let text = applied(&statement.text, &changes);
        (!self.is_said(&text)).then_some(Changed {
            denies: best.class == Class::Truth,
            statement,
            changes,
            text,
        })
    }

    /// Where the name ends with which a statement begins: with another name it would be about
    /// something that is not.
    fn named_until(&self, statement: &Statement) -> usize {
        let things = self.things(statement.sentence, "");
        let first = things.first().filter(|(_, words)| words.start <= ARTICLES);
        let sentence = self.study.sentence(statement.sentence);
        let name = first.and_then(|(_, words)| sentence.written(words));
        let place = name.and_then(|name| Some(statement.text.find(name)? + name.len()));
        place.unwrap_or(0)
    }

    /// Whether a sentence is a statement that can be read alone and is not too long.
    fn is_plain(&self, at: usize) -> bool {
        let sentence = self.study.sentence(at);
        let text = &self.study.text;
        let spaced = sentence.plain.contains(' ');
        let length = sentence.quote.chars().count();
        let fits = match spaced {
            true => LENGTH.contains(&length),
            false => LENGTH_UNSPACED.contains(&length),
        };
        let apart = matches!(sentence.kind, Some(Kind::Proof | Kind::Example));
        at < text.own
            && fits
            && !apart
            && sentence.stands_alone()
            && self.study.complete[at]
            && !sentence.plain.starts_with('…')
            && !Self::is_vague_sentence(sentence)
            && !sentence.is_about_the_book()
            && !has_letters(sentence)
            && !leans(&sentence.plain)
    }
}
