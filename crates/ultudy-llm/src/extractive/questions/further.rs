//! Questions beside those on what a concept is: on what the text says of it by the way.

use std::collections::HashSet;

use ultudy_domain::lesson::ConceptContent;

use super::{Draft, Maker, QUESTIONS_MAX};

impl Maker<'_> {
    /// Adds to a concept the questions on sentences that speak of it and that none of the
    /// lesson's questions, whose sentences are `asked`, is about.
    pub(in crate::extractive) fn add_further(
        &self,
        index: usize,
        concept: &mut ConceptContent,
        asked: &mut HashSet<usize>,
    ) {
        let support = self.study.support(index);
        let spoken = support.iter().filter(|found| {
            let told = |place| self.is_before_link(found.sentence, place);
            found.clean && found.places.iter().any(told)
        });
        let spoken: Vec<_> = spoken.map(|found| found.sentence).collect();
        let leading = support.iter().filter(|found| found.clean);
        let listed =
            leading.filter_map(|found| Some((found.sentence, self.listed(found.sentence)?)));
        let caused = spoken.iter().filter_map(|&at| Some((at, self.cause(at)?)));
        for (sentence, draft) in listed.chain(caused) {
            let open = concept.check_ins.len() < QUESTIONS_MAX;
            if open && asked.insert(sentence) {
                add(concept, draft);
            }
        }
    }

    /// The question on a text's matter, which these sentences explain.
    pub(in crate::extractive) fn of_matter(
        &self,
        sentences: &[usize],
        concept: &mut ConceptContent,
    ) {
        let lists = (0..self.study.text.own).find_map(|at| self.listed(at));
        let causes = sentences.iter().find_map(|&at| self.cause(at));
        let mixed = self.mixed_of(sentences, &concept.name);
        let drafts = lists.into_iter().chain(causes).chain(mixed);
        drafts.for_each(|draft| add(concept, draft));
    }
}

fn add(concept: &mut ConceptContent, draft: Draft) {
    let check_in = draft.finish();
    if check_in.fault().is_none() {
        let [first, last] = check_in.pages;
        concept.pages = [concept.pages[0].min(first), concept.pages[1].max(last)];
        concept.check_ins.push(check_in);
    }
}
