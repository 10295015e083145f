//! From the best concepts of a text to those that are better than none.

use super::questions::{Maker, Rigor};
use super::study::Study;

/// Concepts of a lesson from which on it takes none whose wrong answers are of other kinds.
const ENOUGH: usize = 8;
/// Concepts of a lesson from which on it takes none that another section defines.
const FOREIGN: usize = 2;
/// Concepts that sentences only tell of or name, where there would be no lesson at all: fewer
/// questions are better than poor ones.
const FEW: usize = 1;
/// Score below which a term is a concept only for want of better ones.
const SCORE_MIN: f32 = 2.0;

/// Which concepts are taken next, until there are enough.
pub(super) struct Step {
    pub rigor: Rigor,
    /// Only of what the text itself defines.
    pub own: bool,
    /// Also of what all of the document uses: better than what gives itself away or is only
    /// named, but than nothing else.
    common: bool,
    pub enough: usize,
}

/// The steps, the best first; `wanted` concepts are enough of the best.
pub(super) fn steps(study: &Study, wanted: usize) -> Vec<Step> {
    // There are no other sections whose terms could be wrong answers.
    let mut quoted = study.text.own..study.text.sentences.len();
    let lone = quoted.all(|at| study.text.is_near(at));
    let step = |rigor, own, common, enough| Step {
        rigor,
        own,
        common,
        enough,
    };
    vec![
        step(Rigor::Defined, true, false, wanted),
        step(Rigor::Loose, true, false, ENOUGH),
        step(Rigor::Defined, false, false, FOREIGN),
        step(Rigor::Loose, false, false, FEW),
        step(Rigor::Lone, true, false, if lone { ENOUGH } else { 0 }),
        step(Rigor::Defined, false, true, FEW),
        step(Rigor::Loose, false, true, FEW),
        step(Rigor::Lone, true, true, FEW),
        step(Rigor::Lone, false, true, FEW),
        step(Rigor::Told, false, true, FEW),
        step(Rigor::Named, false, true, FEW),
        step(Rigor::Any, false, true, FEW),
        step(Rigor::Last, false, true, FEW),
    ]
}

impl Step {
    /// Whether it looks at a term; `first` if there is no concept yet.
    pub(super) fn takes(
        &self,
        study: &Study,
        maker: &Maker<'_>,
        index: usize,
        first: bool,
    ) -> bool {
        let term = &study.terms[index];
        match self.rigor {
            Rigor::Defined | Rigor::Loose | Rigor::Lone if self.own => is_own(study, maker, index),
            Rigor::Defined | Rigor::Loose | Rigor::Lone => {
                let used = self.common || !is_common(study, index);
                used && (first || is_repeated(study, index))
            }
            Rigor::Told => term.score >= SCORE_MIN,
            Rigor::Named => maker.is_matter(term),
            Rigor::Any | Rigor::Last => true,
        }
    }
}

/// Whether a term is one that sections all over the document use, and another one defines.
fn is_common(study: &Study, index: usize) -> bool {
    let definitions = &study.terms[index].definitions;
    !definitions.is_empty()
        && definitions
            .iter()
            .all(|(sentence, _)| study.text.common.contains(sentence))
}

/// Whether the text defines a term itself, or names it in a heading.
fn is_own(study: &Study, maker: &Maker<'_>, index: usize) -> bool {
    let near = |sentence| study.text.is_near(sentence);
    maker.telling(index).is_some_and(near) || study.terms[index].heading.is_some()
}

/// Whether the text itself speaks of a term more than once.
fn is_repeated(study: &Study, term: usize) -> bool {
    let own = study.support(term).iter();
    own.filter(|found| found.sentence < study.text.own).count() > 1
}
