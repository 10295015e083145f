//! Questions to answer in one's own words.

use ultudy_domain::check_in::TextCheckInContent;

use super::Maker;
use crate::extractive::keyphrases;
use crate::extractive::nouns;
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;

/// Key points of an answer.
const POINTS: std::ops::RangeInclusive<usize> = 2..=6;

impl Maker<'_> {
    /// The question what a term is, where one sentence defines it, else what the text says of
    /// it.
    pub(in crate::extractive) fn open_questions(&self, term: usize) -> Vec<TextCheckInContent> {
        let (Some(asked), Some(subject)) = (self.telling(term), self.study.terms.get(term)) else {
            return Vec::new();
        };
        let question = match self.gloss(term) {
            Some(_) => self.study.phrases.explain,
            None if self.is_name(term, subject) => self.study.phrases.tell,
            None => return Vec::new(),
        };
        let support = self.study.support(term).iter();
        let mut defining = support.filter(|found| found.sentence == asked);
        let Some(found) = defining.next() else {
            return Vec::new();
        };
        let sentence = self.study.sentence(found.sentence);
        let lexicon = &self.study.text.lexicon;
        let named = subject.name.to_lowercase();
        let mut key_points: Vec<String> = Vec::new();
        for run in keyphrases::runs(sentence, lexicon) {
            let outside = found
                .places
                .iter()
                .all(|place| run.end <= place.start || place.end <= run.start);
            let point = nouns::trimmed(&sentence.words, run.clone())
                .filter(|_| outside)
                .and_then(|run| sentence.written(&run));
            if let Some(point) = point {
                let lower = point.to_lowercase();
                if !key_points.contains(&lower)
                    && !named.contains(&lower)
                    && key_points.len() < *POINTS.end()
                {
                    key_points.push(lower);
                }
            }
        }
        if key_points.len() < *POINTS.start() {
            return Vec::new();
        }
        vec![TextCheckInContent {
            question: fill(question, &[&escaped(&subject.name)]),
            expected_answer: sentence.quote.clone(),
            key_points,
            pages: sentence.pages,
        }]
    }
}
