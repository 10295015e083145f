//! The glossary of a whole document: each term that it truly defines, with the sentence that
//! does.

pub(super) mod entries;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use ultudy_domain::glossary::GlossaryEntry;

use super::alone;
use super::definitions::{self, Defined};
use super::labels::Kind;
use super::mentions::{Index, Mention};
use super::reading;
use super::text::Text;
use super::word::WordId;
use crate::LessonPart;

/// How surely a sentence of the glossary defines at least.
const STRENGTH_MIN: u8 = 3;
/// Other forms kept of a term.
const FORMS_MAX: usize = 4;

/// The terms that a document defines in sentences that can be understood alone, in the
/// order of these sentences; each term once.
///
/// `parts` are the document's sections in order. The same parts give the same glossary.
#[must_use]
pub fn glossary(parts: &[LessonPart]) -> Vec<GlossaryEntry> {
    let mut text = reading::read(parts, &[]);
    let found = definitions::find(&mut text);
    let index = Index::new(&text);
    let mut best: HashMap<Vec<WordId>, Defined> = HashMap::new();
    for defined in found {
        if !is_entry(&text, &defined) {
            continue;
        }
        let key = key(&text, &defined);
        let known = best.entry(key).or_insert_with(|| defined.clone());
        if worth(&text, &defined) > worth(&text, known) {
            *known = defined;
        }
    }
    let mut chosen: Vec<_> = best.into_iter().collect();
    chosen.sort_by_key(|(_, defined)| (defined.sentence, defined.words.start));
    chosen
        .iter()
        .filter_map(|(key, defined)| entry(&text, defined, &index.mentions(key, &text)))
        .collect()
}

/// Whether a definition can stand alone.
fn is_entry(text: &Text, defined: &Defined) -> bool {
    let sentence = &text.sentences[defined.sentence];
    let kind = !matches!(
        sentence.kind,
        Some(Kind::Proof | Kind::Example | Kind::Exercise | Kind::Caption)
    );
    defined.strength >= STRENGTH_MIN && kind && alone::is_complete(text, sentence)
}

fn key(text: &Text, defined: &Defined) -> Vec<WordId> {
    let words = &text.sentences[defined.sentence].words[defined.words.clone()];
    words.iter().map(|word| word.stem).collect()
}

/// Of several definitions the surest, then the one the author labels so, then the first.
fn worth(text: &Text, defined: &Defined) -> (u8, bool, Reverse<usize>) {
    let labelled = text.sentences[defined.sentence].kind == Some(Kind::Definition);
    (defined.strength, labelled, Reverse(defined.sentence))
}

fn entry(text: &Text, defined: &Defined, mentions: &[Mention]) -> Option<GlossaryEntry> {
    let sentence = &text.sentences[defined.sentence];
    let term = sentence.written(&defined.words)?.to_owned();
    Some(GlossaryEntry {
        forms: forms(text, mentions, &term),
        sentence: sentence.quote.clone(),
        pages: sentence.pages,
        strength: defined.strength,
        term,
    })
}

/// The other forms a term is printed in, the commonest first.
fn forms(text: &Text, mentions: &[Mention], term: &str) -> Vec<String> {
    let written = |mention: &Mention| {
        let written = text.sentences[mention.sentence].written(&mention.words);
        written.filter(|written| *written != term)
    };
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for form in mentions.iter().filter_map(written) {
        *counts.entry(form).or_default() += 1;
    }
    let mut forms: Vec<_> = counts.into_iter().collect();
    forms.sort_by(|(left, a), (right, b)| b.cmp(a).then(left.cmp(right)));
    let mut known = HashSet::from([term.to_lowercase()]);
    forms
        .into_iter()
        .filter(|(form, _)| known.insert(form.to_lowercase()))
        .map(|(form, _)| form.to_owned())
        .take(FORMS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::part;
    use super::super::text::Origin;
    use super::super::{reading, terms};
    use super::*;

    #[test]
    fn what_is_defined_is_found_with_its_page_and_forms() {
        let glossary = glossary(&[part(
            "<!-- page 4 -->\n\nA *glacier* is a body of ice that moves under its own weight. \
             Many glaciers carve valleys into the rock. It is a slow thing that nobody hears.\n\n<!-- page 5 -->\n\n\
             Exercise 2: A moraine is a ridge that a glacier leaves behind when it melts.",
        )]);
        assert_eq!(
            glossary,
            [GlossaryEntry {
                term: "glacier".into(),
                forms: vec!["glaciers".into()],
                sentence: "A *glacier* is a body of ice that moves under its own weight.".into(),
                pages: [4, 4],
                strength: 3,
            }]
        );
    }

    #[test]
    fn a_section_is_told_what_another_one_defines() {
        let ice = part("A glacier is a body of ice that moves under its own weight.");
        let valley = part("Such valleys are wide, as the glacier that made them was a wide one.");
        let entries = glossary(&[ice.clone(), valley.clone()]);
        let text = reading::read(&[valley], &entries);
        assert_eq!((text.own, text.sentences.len()), (1, 2));
        assert_eq!(text.sentences[1].origin, Origin::Glossary);
        let mut text = text;
        let terms = terms::find(&mut text);
        let glacier = terms.iter().find(|term| term.name == "glacier");
        assert_eq!(
            glacier.map(|term| term.definitions.clone()),
            Some(vec![(1, 3)])
        );
        let own = reading::read(&[ice], &entries);
        assert_eq!(
            own.sentences.len(),
            own.own,
            "its own sentence is not repeated"
        );
    }
}
