//! Sites at things for which the document has others of their kind.

use std::ops::Range;

use super::super::Maker;
use super::super::forms::Gap;
use super::super::genus::{Genus, Likeness};
use super::contrasts::Class;
use super::site::Site;
use super::swapped::once;
use super::words::articled;

/// What a student must know to notice.
const WORTH: u32 = 4;

impl Maker<'_> {
    /// The sites at things of a sentence that the statement names once, but for the subject.
    pub(super) fn related(
        &self,
        sentence: usize,
        text: &str,
        prose: &[Range<usize>],
        subject: &str,
    ) -> Vec<Site> {
        let whole = self.study.sentence(sentence);
        let things = self.things(sentence, subject).into_iter();
        let sites = things.filter_map(|(index, words)| {
            let place = once(text, prose, whole.written(&words)?)?;
            let gap = Gap::at(self, whole, &words, false)?;
            let mut others = self.others(index, text, subject);
            others.sort_by_key(|&other| self.distance(other));
            let terms = &self.study.terms;
            let mut terms = others.iter().filter_map(|&other| terms.get(other));
            let form = terms.find_map(|term| self.form_in(&gap, term, true))?;
            let (place, form) = articled(text, place, &form, self.study.text.lexicon.language);
            Some(Site {
                places: vec![place],
                ways: vec![vec![form]],
                class: Class::Kind,
                weak: false,
                worth: WORTH,
            })
        });
        sites.collect()
    }

    /// Terms that the document explains and that go by the same noun as a term.
    fn others(&self, index: usize, text: &str, subject: &str) -> Vec<usize> {
        let Some(own) = self.study.terms.get(index) else {
            return Vec::new();
        };
        let language = self.study.text.lexicon.language;
        if Genus::is_listed(&own.name.to_lowercase(), language) {
            return Vec::new();
        }
        let (text, subject) = (text.to_lowercase(), subject.to_lowercase());
        let others = self.rivals.iter().filter_map(|&other| {
            let term = self.study.terms.get(other)?;
            let name = term.name.to_lowercase();
            let likeness = self.kind(index).likeness(self.kind(other));
            let told = self.told(other).is_some() || self.study.frame(other).is_some();
            let property = self.gloss(other).is_some_and(|gloss| gloss.adjective);
            let apart = !property
                && !own.is_within(term)
                && !term.is_within(own)
                && !text.contains(&name)
                && !subject.contains(&name)
                && !name.contains(&subject);
            (told && apart && likeness == Likeness::Same && self.is_name(other, term))
                .then_some(other)
        });
        others.collect()
    }
}
