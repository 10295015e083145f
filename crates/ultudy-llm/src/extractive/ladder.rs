//! From the best concepts of a text to those that are better than none.

use super::borrowed;
use super::frames::Shape;
use super::glossary::named::SPEAKS;
use super::questions::{Maker, Rigor};
use super::study::Study;

/// Concepts of a lesson from which on it takes none whose wrong answers are of other kinds.
const ENOUGH: usize = 8;
/// Concepts of a lesson from which on it takes none that another section defines.
const FOREIGN: usize = 2;
/// Concepts of a lesson from which on it takes none that sentences only tell of.
const TOLD: usize = 3;
/// Concepts that give themselves away or are only named, where there would be no lesson at
/// all: fewer questions are better than poor ones.
const FEW: usize = 1;
/// Score below which a term is a concept only for want of better ones.
const SCORE_MIN: f32 = 2.0;

/// Which concepts are taken next, until there are enough.
pub(super) struct Step {
    pub rigor: Rigor,
    /// Whose concepts.
    pub of: Of,
    /// Whether a question in one's own words is enough.
    pub open: bool,
    pub enough: usize,
}

/// Whose concepts a step takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// What the text itself defines.
    Own,
    /// What the text sets a definition or an entry apart for.
    Framed,
    /// What it lists points under a heading for.
    Outlined,
    /// What another section defines, and this one works with.
    Borrowed,
    /// What the text tells of, and nobody defines.
    Told,
}

/// The steps, the best first; `wanted` concepts are enough of the best.
pub(super) fn steps(study: &Study, wanted: usize) -> Vec<Step> {
    let lone = study.is_lone();
    vec![
        step(Rigor::Defined, Of::Own, false, wanted),
        // Where nothing else could be a wrong answer, there is nothing to be choosy with.
        step(
            Rigor::Loose,
            Of::Own,
            false,
            if lone { wanted } else { ENOUGH },
        ),
        step(Rigor::Near, Of::Own, false, ENOUGH),
        step(Rigor::Loose, Of::Framed, true, ENOUGH),
        step(Rigor::Loose, Of::Own, true, ENOUGH),
        step(Rigor::Defined, Of::Borrowed, false, FOREIGN),
        step(Rigor::Loose, Of::Borrowed, true, FEW),
        step(Rigor::Loose, Of::Outlined, true, TOLD),
        step(Rigor::Told, Of::Told, true, TOLD),
    ]
}

/// The steps where these gave nothing, and the text has no matter to tell of: a document of
/// one section is short, and any question on it better than none.
pub(super) fn last_steps(study: &Study) -> Vec<Step> {
    let few = if study.is_lone() { FEW } else { 0 };
    vec![
        step(Rigor::Named, Of::Told, true, FEW),
        step(Rigor::Any, Of::Told, false, few),
        step(Rigor::Last, Of::Told, false, few),
        step(Rigor::Law, Of::Told, false, few),
    ]
}

fn step(rigor: Rigor, of: Of, open: bool, enough: usize) -> Step {
    Step {
        rigor,
        of,
        open,
        enough,
    }
}

impl Step {
    /// Whether it looks at a term.
    pub(super) fn takes(&self, study: &Study, maker: &Maker<'_>, index: usize) -> bool {
        let term = &study.terms[index];
        match self.of {
            Of::Own => is_own(study, maker, index),
            Of::Framed | Of::Outlined => study.frame(index).is_some_and(|frame| {
                let outline = frame.shape == Shape::Outline;
                // What needs no other sentence explains better than what does.
                let spare = frame.shape == Shape::Named && is_own(study, maker, index);
                outline == (self.of == Of::Outlined) && !spare
            }),
            Of::Borrowed => borrowed::is_same(study, maker, index),
            Of::Told if is_foreign(study, index) => false,
            Of::Told => match self.rigor {
                Rigor::Told => term.score >= SCORE_MIN,
                Rigor::Named => maker.is_matter(term),
                _ => true,
            },
        }
    }
}

/// Whether the text defines a term itself, or names it in a heading.
fn is_own(study: &Study, maker: &Maker<'_>, index: usize) -> bool {
    let near = |sentence| study.text.is_near(sentence);
    maker.telling(index).is_some_and(near)
}

/// Whether only other sections define a term.
fn is_foreign(study: &Study, index: usize) -> bool {
    let definitions = study.terms[index].definitions.iter();
    let mut defining = definitions
        .filter(|&&(_, strength)| strength > SPEAKS)
        .peekable();
    let near = |&(sentence, _): &(usize, u8)| study.text.is_near(sentence);
    defining.peek().is_some() && !defining.any(near)
}
