//! “Which reason does the text give for this?” and what follows from what: a sentence cut where
//! its cause and its effect meet, with what other sentences say there as the wrong answers.

mod links;

use std::collections::HashSet;
use std::ops::Range;

use super::gloss::is_letter;
use super::{Answer, Draft, Maker, WRONG};
use crate::extractive::alone;
use crate::extractive::labels::Kind;
use crate::extractive::language::Language;
use crate::extractive::phrases::fill;
use crate::extractive::quotes;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word, WordId};
use links::{Behind, Links};

/// Characters of a half of a sentence.
const LENGTH: std::ops::RangeInclusive<usize> = 20..=180;
/// The same where there are no spaces.
const LENGTH_UNSPACED: std::ops::RangeInclusive<usize> = 8..=90;
/// How much longer than another a half may be, as a fraction.
const LONGER: (usize, usize) = (9, 5);
/// Likeness of two sentences from which on what one says may be true of the other.
const SAME: f32 = 0.3;
/// Share of the words of one beginning, as a fraction, that another may have as well.
const SHARED: (usize, usize) = (1, 2);
/// Wrong answers that speak of what the question speaks of, at least.
const PLAUSIBLE_MIN: usize = 2;

/// A sentence that says what follows from what.
pub(super) struct Linked {
    sentence: usize,
    /// Whether it can be asked about: it needs nothing around it.
    whole: bool,
    links: &'static Links,
    /// In bytes of the sentence, the link.
    link: Range<usize>,
    /// What stands before the link, as Markdown; with it, where an effect stands behind it.
    before: String,
    /// What stands behind it; with it, where that is a reason.
    behind: String,
    /// Content words before and behind it.
    roots: [HashSet<WordId>; 2],
}

impl Maker<'_> {
    /// The question for the reason or the effect that a sentence tells, if three others tell of
    /// what could be taken for it.
    pub(super) fn cause(&self, sentence: usize) -> Option<Draft> {
        let linked = self.linked();
        let asked = linked
            .iter()
            .find(|one| one.sentence == sentence && one.whole)?;
        let wrong = self.ends_beside(asked)?;
        let study = self.study;
        let (question, of_other) = match asked.links.behind {
            Behind::Reason => (study.phrases.which_reason, study.phrases.reason_of),
            Behind::Effect => (study.phrases.which_end, study.phrases.told_of_other),
        };
        let answers = wrong.into_iter().map(|other| Answer {
            reason: fill(of_other, &[&study.quoted(other.sentence)]),
            text: format!("… {}", other.behind),
        });
        let pages = study.sentence(sentence).pages;
        Some(Draft {
            question: fill(question, &[&asked.asked()]),
            right: Answer {
                text: format!("… {}", asked.behind),
                reason: fill(study.phrases.right, &[&study.quoted(sentence)]),
            },
            wrong: answers.collect(),
            hint: fill(study.phrases.look_at, &[&quotes::citation(pages)]),
            pages,
        })
    }

    /// Whether a sentence is asked for its reason or effect only with a term in the half that is
    /// told, in words of the sentence.
    pub(super) fn is_before_link(&self, sentence: usize, place: &Range<usize>) -> bool {
        let mut linked = self.linked().iter();
        linked.any(|one| {
            let words = &self.study.sentence(sentence).words;
            let end = place.end.checked_sub(1).and_then(|at| words.get(at));
            one.sentence == sentence && end.is_some_and(|end| end.range.end <= one.link.start)
        })
    }

    /// The text's sentences that say what follows from what.
    fn linked(&self) -> &[Linked] {
        self.linked.get_or_init(|| {
            let own = 0..self.study.text.own;
            own.filter_map(|sentence| self.linked_of(sentence))
                .collect()
        })
    }

    fn linked_of(&self, at: usize) -> Option<Linked> {
        let study = self.study;
        let sentence = study.sentence(at);
        let all = links::of(study.text.lexicon.language).iter();
        let mut found = all.filter_map(|links| Some((links, links.find(&sentence.plain)?)));
        // Two links make a chain, of which one half is no whole reason.
        let (links, link) = found.next().filter(|_| found.next().is_none())?;
        let cut = match links.behind {
            Behind::Reason => {
                link.start + usize::from(sentence.plain[link.clone()].starts_with(','))
            }
            Behind::Effect => link.end,
        };
        let (before, behind) = study.text.cut_at(at, cut)?;
        let halves = [0..link.start, link.end..sentence.plain.len()];
        let [told, behind_link] = halves
            .each_ref()
            .map(|half| self.is_sound_half(sentence, half));
        let apart = matches!(sentence.kind, Some(Kind::Proof | Kind::Example));
        let whole = study.complete[at] && !apart && !sentence.is_about_the_book();
        behind_link.then(|| Linked {
            sentence: at,
            whole: told && whole,
            links,
            link,
            before: before.trim_end().to_owned(),
            behind,
            roots: halves.map(|half| self.roots_in(sentence, &half)),
        })
    }

    /// Whether a half of a sentence says something by itself.
    fn is_sound_half(&self, sentence: &Sentence, half: &Range<usize>) -> bool {
        let lexicon = &self.study.text.lexicon;
        let plain = sentence.plain.get(half.clone()).unwrap_or_default();
        let length = plain.chars().count();
        let fits = match lexicon.language {
            Language::Japanese => LENGTH_UNSPACED.contains(&length),
            _ => LENGTH.contains(&length),
        };
        let pointing = |word: &Word| {
            let grammar = &lexicon.grammar;
            grammar.is_backward(word) && !grammar.is_determiner(word)
        };
        let mut words = words_in(sentence, half);
        fits && !words.any(|word| pointing(word) || is_letter(word, &sentence.plain))
            && !alone::points_out(plain, lexicon)
    }

    /// What a half of a sentence speaks of, in words that not every text has.
    fn roots_in(&self, sentence: &Sentence, half: &Range<usize>) -> HashSet<WordId> {
        let lexicon = &self.study.text.lexicon;
        let means = |word: &&Word| word.role == Role::Content && !lexicon.is_general(word.root);
        let words = words_in(sentence, half).filter(means);
        words.map(|word| word.root).collect()
    }

    /// Three sentences whose end could be taken for that of the one asked about.
    fn ends_beside(&self, asked: &Linked) -> Option<Vec<&Linked>> {
        let length = |linked: &Linked| linked.behind.chars().count();
        let wanted = length(asked);
        let fits = |other: &&Linked| {
            let lengths = [length(other), wanted];
            let as_long =
                lengths[0].max(lengths[1]) * LONGER.1 <= lengths[0].min(lengths[1]) * LONGER.0;
            other.links == asked.links && as_long && self.is_about_another(asked, other)
        };
        let tempts = |other: &Linked| {
            let mut own = asked.roots.iter();
            own.any(|own| !other.roots[1].is_disjoint(own))
        };
        let mut candidates: Vec<_> = self.linked().iter().filter(fits).collect();
        candidates.sort_by_key(|other| {
            let far = other.sentence.abs_diff(asked.sentence);
            (!tempts(other), length(other).abs_diff(wanted) / 20, far)
        });
        let mut chosen: Vec<&Linked> = Vec::new();
        for other in candidates {
            let new = chosen.iter().all(|known| {
                self.study
                    .ranking
                    .similarity(known.sentence, other.sentence)
                    < SAME
                    && known.behind != other.behind
            });
            if new && chosen.len() < WRONG {
                chosen.push(other);
            }
        }
        let tempting = chosen.iter().filter(|other| tempts(other)).count();
        (chosen.len() == WRONG && tempting >= PLAUSIBLE_MIN).then_some(chosen)
    }

    /// Whether two sentences tell of what has different reasons and effects.
    fn is_about_another(&self, asked: &Linked, other: &Linked) -> bool {
        let like = self
            .study
            .ranking
            .similarity(asked.sentence, other.sentence);
        let [own, others] = [asked, other].map(|linked| &linked.roots[0]);
        let shared = own.intersection(others).count();
        let least = own.len().min(others.len());
        asked.sentence != other.sentence
            && like < SAME
            && least > 0
            && shared * SHARED.1 <= least * SHARED.0
    }
}

impl Linked {
    /// The half that the question tells.
    fn asked(&self) -> String {
        match self.links.behind {
            Behind::Reason => format!("{} …", self.before),
            // The question's phrase says that it goes on.
            Behind::Effect => self.before.clone(),
        }
    }
}

fn words_in<'s>(sentence: &'s Sentence, half: &Range<usize>) -> impl Iterator<Item = &'s Word> {
    let half = half.clone();
    let words = sentence.words.iter();
    words.filter(move |word| half.start <= word.range.start && word.range.end <= half.end)
}
