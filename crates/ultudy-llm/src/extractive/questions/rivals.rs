//! Which terms can stand as a wrong answer beside a right one.

use std::ops::Range;

use super::genus::Likeness;
use super::gloss::Gloss;
use super::sound::DEFINES;
use super::{Answer, Maker, Rigor, WRONG};
use crate::extractive::language::{Language, is_cjk};
use crate::extractive::mentions::Mention;
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;
use crate::extractive::terms::Term;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word};

/// Terms closer than this in a sentence may be two names of one thing.
const APART_MIN: usize = 4;
/// What stands between two names of one thing, lower case, parted by `;`.
const ALTERNATIVES: &str = " or ;(;i.e;aka;/; oder ;bzw; ou ; o ; u ;または;もしくは;あるいは;（;=";
/// Likeness of two sentences from which on they may say the same; of two that each define a
/// term, which may differ in a word and everything by it.
const SAME: f32 = 0.42;
const SAME_DEFINITION: f32 = 0.8;
/// Pairs of definitions compared of two terms.
const PAIRS_MAX: usize = 16;
/// Words on either side that tell what a gap wants.
const COMPANY: usize = 3;
/// Mentions of a term the text speaks of again and again.
const AGAIN: usize = 2;
/// Wrong options that could be taken for the right one, at least.
const PLAUSIBLE_MIN: usize = 2;
/// Rivals the variant chooses from.
const CHOICE: usize = 6;
/// Pages that are as far as one step.
const PAGES_NEAR: u32 = 8;
/// Steps from which on all is far.
const FAR_MAX: u32 = 6;

/// What is asked: a sentence, and the term's places in it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub index: usize,
    pub term: &'a Term,
    pub gloss: Option<&'a Gloss>,
    pub sentence: usize,
    pub places: &'a [Range<usize>],
}

/// A term that can stand as a wrong answer.
#[derive(Clone, Copy)]
pub(super) struct Rival<'a> {
    /// Its number.
    pub index: usize,
    /// The term.
    pub term: &'a Term,
    /// What the text says it is.
    pub gloss: Option<&'a Gloss>,
    /// How like its kind is.
    likeness: Likeness,
    /// How far away in the book it is told of.
    far: u32,
}

/// A rival with the words it would stand there with.
pub(super) struct Candidate<'a> {
    pub rival: Rival<'a>,
    pub text: String,
    /// Whether it can stand there by its grammar.
    pub agrees: bool,
    /// Whether it shares with the question what the right answer shares with it.
    pub echoes: bool,
    /// How easily its length tells it from the right answer.
    pub unlike: usize,
}

impl Maker<'_> {
    /// Terms that are not the subject and are not meant by its sentence, in the order of
    /// the text's terms.
    pub(super) fn rivals<'a>(&'a self, asked: &Asked<'a>) -> Vec<Rival<'a>> {
        self.rivals
            .iter()
            .filter(|&&index| index != asked.index)
            .filter_map(|&index| {
                let term = self.study.terms.get(index)?;
                let gloss = self.gloss(index);
                let fits = self.is_known(index, term)
                    && self.is_same_kind(asked, term, gloss)
                    && self.is_other(asked, index, term)
                    && !self.are_related(asked, term, gloss);
                fits.then(|| Rival {
                    index,
                    term,
                    gloss,
                    likeness: likeness(asked.gloss, gloss),
                    far: self.distance(index),
                })
            })
            .collect()
    }

    /// Whether a term is one a student could take for the answer: the text says what it is,
    /// or, where that must be enough, names it again and again.
    fn is_known(&self, index: usize, term: &Term) -> bool {
        let matter = || {
            let often = term.heading.is_some() || term.mentions.len() >= AGAIN;
            self.is_name(index, term) && (often || self.rigor == Rigor::Last)
        };
        let defined = || {
            let mut own = term.definitions.iter();
            own.any(|&(at, strength)| strength >= DEFINES && at < self.study.text.own)
        };
        self.gloss(index).is_some()
            || ((Rigor::Loose..=Rigor::Lone).contains(&self.rigor)
                && self.is_name(index, term)
                && defined())
            || (self.rigor >= Rigor::Named && matter())
    }

    /// Whether both are properties or neither is; whether both are nouns or neither is, as
    /// far as German writing shows it.
    fn is_same_kind(&self, asked: &Asked<'_>, rival: &Term, gloss: Option<&Gloss>) -> bool {
        let noun = |term: &Term| {
            let last = term.name.split(' ').next_back();
            last.is_some_and(|word| word.starts_with(char::is_uppercase))
        };
        let property = |gloss: Option<&Gloss>| gloss.is_some_and(|gloss| gloss.adjective);
        let german = self.study.text.lexicon.language == Language::German;
        let untold = gloss.is_none() && german;
        (untold || property(asked.gloss) == property(gloss))
            && (!german || noun(asked.term) == noun(rival))
    }

    /// Whether two terms mean different things, as far as the text tells.
    fn is_other(&self, asked: &Asked<'_>, index: usize, rival: &Term) -> bool {
        let said = asked.gloss.map_or(asked.sentence, |gloss| gloss.sentence);
        let same = match self.gloss(index) {
            Some(gloss) => {
                let alike = self.study.ranking.similarity(said, gloss.sentence);
                gloss.sentence == said || alike > SAME_DEFINITION
            }
            None => self.say_the_same(asked.term, rival),
        };
        !same
            && !are_compounds(&asked.term.name, &rival.name)
            && !asked.term.is_within(rival)
            && !rival.is_within(asked.term)
            && !self.are_alternatives(asked.term, rival)
    }

    fn are_alike(&self, left: usize, right: usize) -> bool {
        self.study.ranking.similarity(left, right) > SAME
    }

    /// Whether the question names the rival, or the rival is of the kind that is asked for:
    /// what is said of the kind is then true of both.
    fn are_related(&self, asked: &Asked<'_>, rival: &Term, gloss: Option<&Gloss>) -> bool {
        let kind = gloss.and_then(|gloss| gloss.genus.as_ref());
        let narrower = kind.is_some_and(|kind| kind.is_named(&asked.term.name));
        let asked = [
            Some(asked.sentence),
            asked.gloss.map(|gloss| gloss.sentence),
        ];
        narrower || asked.into_iter().flatten().any(|at| self.names(at, rival))
    }

    /// Whether a sentence names a term, in whatever form.
    pub(super) fn names(&self, sentence: usize, term: &Term) -> bool {
        let words = &self.study.sentence(sentence).words;
        let roots: Vec<_> = words.iter().map(|word| word.root).collect();
        term.roots.iter().all(|root| roots.contains(root))
    }

    /// Whether two terms stand beside each other as two names: “limit or cluster point”.
    fn are_alternatives(&self, left: &Term, right: &Term) -> bool {
        let mut others = right.mentions.iter().peekable();
        left.mentions.iter().any(|mention| {
            while others
                .next_if(|other| other.sentence < mention.sentence)
                .is_some()
            {}
            let same = others
                .clone()
                .take_while(|other| other.sentence == mention.sentence);
            same.into_iter()
                .any(|other| self.are_names_of_one(mention, other))
        })
    }

    fn are_names_of_one(&self, left: &Mention, right: &Mention) -> bool {
        let sentence = self.study.sentence(left.sentence);
        let [first, second] = if left.words.start < right.words.start {
            [left, right]
        } else {
            [right, left]
        };
        if second.words.start.saturating_sub(first.words.end) >= APART_MIN {
            return false;
        }
        let place = |mention: &Mention, at: usize| {
            Some(sentence.words.get(mention.words.start + at)?.range.clone())
        };
        let last = first.words.len().saturating_sub(1);
        let between = place(first, last)
            .zip(place(second, 0))
            .and_then(|(first, second)| sentence.plain.get(first.end..second.start));
        between.is_none_or(|between| {
            let lower = between.to_lowercase();
            ALTERNATIVES.split(';').any(|turn| lower.contains(turn))
        })
    }

    fn say_the_same(&self, left: &Term, right: &Term) -> bool {
        let pairs = left.definitions.iter().flat_map(|&(left, _)| {
            let rights = right.definitions.iter();
            rights.map(move |&(right, _)| (left, right))
        });
        pairs
            .take(PAIRS_MAX)
            .any(|(left, right)| left == right || self.are_alike(left, right))
    }

    /// Whether the text itself uses the rival where the gap is: in a sentence like it, or
    /// beside the same words. What defines one term defines no other.
    pub(super) fn could_fill(&self, rival: &Rival<'_>, asked: &Asked<'_>) -> bool {
        let defined = asked.gloss.map(|gloss| gloss.sentence);
        if defined == Some(asked.sentence) && rival.gloss.is_some() {
            return false;
        }
        let sentence = self.study.sentence(asked.sentence);
        let support = self.study.support(rival.index);
        let alike = support
            .iter()
            .any(|found| self.are_alike(asked.sentence, found.sentence));
        alike
            || rival.term.mentions.iter().any(|mention| {
                let other = self.study.sentence(mention.sentence);
                let mut places = asked.places.iter();
                places.any(|place| same_company(sentence, place, other, &mention.words))
            })
    }

    /// How far from the text what is said of a term stands.
    pub(in crate::extractive) fn distance(&self, term: usize) -> u32 {
        let Some(gloss) = self.gloss(term) else {
            return FAR_MAX;
        };
        if gloss.sentence < self.study.text.own {
            return 0;
        }
        let [first, last] = self.study.text.pages;
        let page = self.study.sentence(gloss.sentence).pages[0];
        let pages = first.saturating_sub(page).max(page.saturating_sub(last));
        (1 + pages / PAGES_NEAR).min(FAR_MAX)
    }

    /// The wrong answers, chosen so that none is a part of another and enough could be taken
    /// for the right one; `echo` says that the right one shares a word with the question.
    pub(super) fn choose(
        &self,
        mut candidates: Vec<Candidate<'_>>,
        sentence: usize,
        echo: bool,
    ) -> Option<Vec<Answer>> {
        let strict = self.rigor == Rigor::Defined;
        let order = |candidate: &Candidate<'_>| {
            let rival = &candidate.rival;
            let unlike = rival.likeness.max(Likeness::Alike);
            let untold = rival.gloss.is_none() || !candidate.agrees;
            (
                untold || (echo && !candidate.echoes),
                unlike,
                rival.far,
                candidate.unlike,
            )
        };
        candidates.sort_by_key(order);
        let first = candidates.first().map(order)?;
        let as_good = |candidate: &&Candidate<'_>| {
            let (echo, likeness, far, _) = order(candidate);
            (echo, likeness) == (first.0, first.1) && far <= first.2 + 1
        };
        let good = candidates.iter().take_while(as_good).count();
        let turned = if good < WRONG { 0 } else { good.min(CHOICE) };
        if let Some(turned) = candidates
            .get_mut(..turned)
            .filter(|turned| !turned.is_empty())
        {
            turned.rotate_left((self.study.variant + sentence) % turned.len());
        }
        let mut chosen: Vec<Candidate<'_>> = Vec::new();
        for candidate in candidates {
            if chosen.len() < WRONG && chosen.iter().all(|known| self.are_apart(known, &candidate))
            {
                chosen.push(candidate);
            }
        }
        let plausible = |candidate: &&Candidate<'_>| candidate.rival.likeness < Likeness::Unlike;
        let echoes = chosen.iter().filter(|candidate| candidate.echoes).count();
        let enough = chosen.iter().filter(plausible).count() >= PLAUSIBLE_MIN || !strict;
        let given_away = echo && echoes < PLAUSIBLE_MIN && self.rigor <= Rigor::Loose;
        if chosen.len() < WRONG || given_away || !enough {
            return None;
        }
        chosen.into_iter().map(|found| self.answer(found)).collect()
    }

    /// Whether two wrong answers differ, and what is said of them.
    fn are_apart(&self, left: &Candidate<'_>, right: &Candidate<'_>) -> bool {
        let said = |candidate: &Candidate<'_>| self.said(candidate.rival.index);
        !left.rival.term.is_within(right.rival.term)
            && !right.rival.term.is_within(left.rival.term)
            && left.text.to_lowercase() != right.text.to_lowercase()
            && (said(left) != said(right) || self.rigor == Rigor::Last)
    }

    fn answer(&self, candidate: Candidate<'_>) -> Option<Answer> {
        let said = self.study.quoted(self.said(candidate.rival.index)?);
        let name = escaped(&candidate.rival.term.name);
        Some(Answer {
            reason: fill(self.study.phrases.says_of, &[&name, &said]),
            text: candidate.text,
        })
    }

    /// The sentence that says best what a term is.
    fn said(&self, term: usize) -> Option<usize> {
        let gloss = self.gloss(term).map(|gloss| gloss.sentence);
        gloss.or_else(|| Some(self.study.support(term).first()?.sentence))
    }
}

/// Whether one name is written within the other: “Basis” and “Subbasis”.
fn are_compounds(left: &str, right: &str) -> bool {
    const LENGTH_MIN: usize = 4;
    let [left, right] = [left.to_lowercase(), right.to_lowercase()];
    let long = left.chars().count().min(right.chars().count()) >= LENGTH_MIN;
    long && (left.contains(&right) || right.contains(&left))
}

fn likeness(own: Option<&Gloss>, other: Option<&Gloss>) -> Likeness {
    match (own, other) {
        (Some(own), Some(other)) => own.likeness(other),
        _ => Likeness::Unknown,
    }
}

/// Whether a name shares a word with others, in whatever form: “prime *number*” with “a
/// *number* that …”.
pub(super) fn is_echoed(name: &Term, words: &[Word], plain: &str) -> bool {
    let lower = name.name.to_lowercase();
    if lower.chars().any(is_cjk) {
        return is_echoed_unspaced(&lower, words, plain);
    }
    words.iter().any(|word| {
        let means = matches!(word.role, Role::Content | Role::Weak);
        let written = plain[word.range.clone()].to_lowercase();
        let parts =
            || is_part(&lower, &written) || lower.split(' ').any(|own| is_part(&written, own));
        means && (name.roots.contains(&word.root) || parts())
    })
}

/// Whether a name shares two kanji or three katakana in a row with words.
fn is_echoed_unspaced(name: &str, words: &[Word], plain: &str) -> bool {
    let kanji = |c: &char| is_cjk(*c) && !is_kana(*c);
    let characters: Vec<char> = name.chars().collect();
    let named = |part: &[char]| {
        let part: String = part.iter().collect();
        words.iter().any(|word| {
            let from = word.range.start;
            plain
                .get(from..)
                .is_some_and(|rest| rest.starts_with(&part))
        })
    };
    let kanji = characters.windows(2).filter(|pair| pair.iter().all(kanji));
    let kana = characters
        .windows(3)
        .filter(|three| three.iter().all(|c| is_kana(*c)));
    kanji.chain(kana).any(named)
}

/// Katakana, which writes names; with hiragana, which writes grammar.
fn is_kana(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}')
}

/// Whether a word, but for its ending, is a part of a name: “Kugel” of “Kugelumgebung”.
fn is_part(name: &str, word: &str) -> bool {
    const KEPT_MIN: usize = 5;
    let length = word.chars().count();
    let kept = word.chars().take(KEPT_MIN.max(length.saturating_sub(2)));
    length >= KEPT_MIN && name.contains(&kept.collect::<String>())
}

/// Whether the words before two places, or those behind them, are the same.
fn same_company(left: &Sentence, at: &Range<usize>, right: &Sentence, of: &Range<usize>) -> bool {
    let before = |sentence: &Sentence, range: &Range<usize>| -> Vec<Word> {
        let words = sentence.words.get(..range.start).unwrap_or_default();
        words.iter().rev().take(COMPANY).cloned().collect()
    };
    let after = |sentence: &Sentence, range: &Range<usize>| -> Vec<Word> {
        let words = sentence.words.get(range.end..).unwrap_or_default();
        words.iter().take(COMPANY).cloned().collect()
    };
    same_words(&before(left, at), &before(right, of))
        || same_words(&after(left, at), &after(right, of))
}

/// Whether words, nearest first, agree up to the first that means something.
fn same_words(left: &[Word], right: &[Word]) -> bool {
    let means = |word: &Word| matches!(word.role, Role::Content | Role::Weak);
    let agreeing = left.iter().zip(right).take_while(|(a, b)| a.root == b.root);
    agreeing.into_iter().any(|(word, _)| means(word))
}
