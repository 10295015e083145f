//! Questions to answer in one's own words.

use ultudy_domain::check_in::TextCheckInContent;

use super::Maker;
use crate::extractive::frames;
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;

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
        let sentence = self.study.sentence(asked);
        let named = subject.name.to_lowercase();
        let key_points = frames::key_points(&self.study.text, &[sentence], &named);
        if !frames::is_asked(&key_points) {
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
