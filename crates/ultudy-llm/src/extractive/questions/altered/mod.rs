//! “Which of these does the text say?”: a statement beside others that differ from it where
//! it matters. All are of one kind and length, so only who knows what the text says can tell.

mod choose;
mod contrasts;
mod formulas;
mod known;
mod mixed;
mod pieces;
mod siblings;
mod site;
mod statement;
mod swapped;
mod words;

use super::{Answer, Draft, Maker};
use crate::extractive::frames::Frame;
use crate::extractive::phrases::fill;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;
use contrasts::Class;
pub(super) use known::Known;
pub(super) use mixed::Changed;
use site::{Change, Site, applied};
use statement::Statement;

/// Letters at which two words tell of one another.
const STEM: usize = 5;

impl Maker<'_> {
    /// The question which of four statements the text makes about a term.
    pub(super) fn altered(
        &self,
        index: usize,
        subject: &Term,
        support: &[Support],
        frame: Option<&Frame>,
    ) -> Option<Draft> {
        let statements = self.statements(index, subject, support, frame);
        let mut drafts = statements.into_iter().filter_map(|statement| {
            let (right, wrong) = self.wrong_statements(subject, &statement)?;
            Some(Draft {
                question: statement.question,
                right,
                wrong,
                hint: self.hint_in_full(subject, support, statement.sentence),
                pages: statement.pages,
            })
        });
        drafts.next()
    }

    /// The statement and three that differ from it.
    fn wrong_statements(
        &self,
        subject: &Term,
        statement: &Statement,
    ) -> Option<(Answer, Vec<Answer>)> {
        let text = &statement.text;
        let sites = self.sites(statement, &subject.name);
        let turn = self.study.variant + statement.sentence;
        let wrong = choose::wrong(text, &sites, statement.scope, turn)?;
        let shown = |changes: &[Change]| statement.shown(&applied(text, changes));
        let answers = wrong.iter().map(|changes| Answer {
            text: shown(changes),
            reason: self.difference(text, changes, &statement.quote),
        });
        let answers: Vec<_> = answers.collect();
        let mut told = answers
            .iter()
            .map(|answer| answer.text.trim_start_matches("… "));
        if told.any(|told| self.is_said(told)) {
            return None;
        }
        let right = Answer {
            text: shown(&[]),
            reason: fill(self.study.phrases.right, &[&statement.quote]),
        };
        Some((right, answers))
    }

    /// Whether the text says just this somewhere.
    fn is_said(&self, text: &str) -> bool {
        let mut sentences = self.study.text.sentences.iter();
        sentences.any(|sentence| sentence.quote.contains(text))
    }

    /// Where other words make a statement wrong, but for what the subject's name tells.
    fn sites(&self, statement: &Statement, subject: &str) -> Vec<Site> {
        let text = statement.text.as_str();
        let language = self.study.text.lexicon.language;
        let pieces = pieces::of(text);
        let prose = &pieces.prose;
        let terms = self.study.terms.iter().enumerate();
        let terms = terms.filter(|(index, term)| {
            let matter = !term.definitions.is_empty() || term.heading.is_some();
            matter && self.is_name(*index, term)
        });
        let terms = terms.map(|(_, term)| term);
        let mut sites = siblings::sites(text, prose, &terms, subject, language);
        let others = words::contraries(text, prose, language);
        let others = others
            .into_iter()
            .chain(words::numbers(text, prose, language));
        for other in others.chain(formulas::sites(text, &pieces.formulas)) {
            if !sites.iter().any(|site| site.overlaps(&other)) {
                sites.push(other);
            }
        }
        sites.extend(self.swapped(statement.sentence, text, prose, subject));
        let names: Vec<_> = words_of(subject).collect();
        let named =
            |text: &str| words_of(text).any(|word| names.iter().any(|name| are_alike(name, &word)));
        sites.retain(|site| {
            let mut own = site
                .places
                .iter()
                .filter_map(|place| text.get(place.clone()));
            !own.any(named) && !site.ways.iter().flatten().any(|way| named(way))
        });
        sites.retain(|site| !is_told_elsewhere(text, site));
        let sentences = &self.study.text.sentences;
        let known = self.known.get_or_init(|| Known::of(sentences));
        for site in &mut sites {
            let places = &site.places;
            site.ways.retain(|way| {
                let mut pairs = places.iter().zip(way);
                !pairs.any(|(place, other)| known.has(text, place, other))
            });
        }
        sites.retain(|site| !site.ways.is_empty());
        sites
    }

    /// What the text says where a wrong statement says something else.
    fn difference(&self, text: &str, changes: &[Change], quote: &str) -> String {
        let phrases = self.study.phrases;
        let mut changes: Vec<_> = changes.iter().collect();
        changes.sort_by_key(|change| change.place.start);
        let formulas = pieces::of(text).formulas;
        let told = changes.iter().map(|change| {
            let written = text.get(change.place.clone()).unwrap_or_default();
            let inside = |range: &std::ops::Range<usize>| range.contains(&change.place.start);
            let [own, other] =
                [written, change.text.as_str()].map(|text| match formulas.iter().any(inside) {
                    true => format!("${}$", text.trim()),
                    false => text.to_owned(),
                });
            match change.text.is_empty() {
                true => fill(phrases.missing, &[&own]),
                false => fill(phrases.not, &[&own, &other]),
            }
        });
        fill(
            phrases.differs,
            &[&phrases.list(&told.collect::<Vec<_>>()), quote],
        )
    }
}

/// Whether a word that would change stands elsewhere in another form, which tells what stood
/// here: “every *open* cover of sets that are all *open*”.
fn is_told_elsewhere(text: &str, site: &Site) -> bool {
    let [place] = site.places.as_slice() else {
        return false;
    };
    let written = text.get(place.clone()).unwrap_or_default();
    let around = [text.get(..place.start), text.get(place.end..)];
    let mut around = around.into_iter().flatten().flat_map(words_of);
    let own: Vec<_> = words_of(written).collect();
    matches!(site.class, Class::Kind | Class::Order)
        && around.any(|word| own.iter().any(|own| is_form(own, &word)))
}

/// Whether two words of some length begin alike.
fn is_form(left: &str, right: &str) -> bool {
    left.chars().count() >= STEM && right.chars().count() >= STEM && are_alike(left, right)
}

fn words_of(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether two words begin alike, so that one tells of the other.
fn are_alike(left: &str, right: &str) -> bool {
    let same = left.chars().zip(right.chars());
    let same = same.take_while(|(left, right)| left == right).count();
    same >= STEM || left == right
}
