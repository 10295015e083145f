//! What a term is called.

use std::cmp::Reverse;

use super::language::Language;
use super::mentions::{Index, Mention};
use super::text::Text;

/// Not a name: what progress on a whole section is kept under.
const RESERVED: &str = "__section_overview__";
/// Characters of a name at most.
const NAME_MAX: usize = 120;

/// The form a term is printed in: that of its definition, else the one most often used;
/// rather as it stands within a sentence than at its head. The first of several words may have
/// a capital of its own there: it is a person's name more often than a single word is.
pub(super) fn choose(
    text: &Text,
    index: &Index,
    mentions: &[Mention],
    definition: Option<usize>,
) -> Option<String> {
    let mut forms: Vec<(&str, u32, usize)> = Vec::new();
    let mut defined = String::new();
    for (order, mention) in mentions.iter().enumerate() {
        let written = text.sentences[mention.sentence].written(&mention.words)?;
        if definition == Some(mention.sentence) && defined.is_empty() {
            defined = written.to_lowercase();
        }
        let weight = match (mention.words.start, written.contains('-')) {
            (0, _) => 1,
            (_, true) => 3,
            _ => 10,
        };
        match forms.iter_mut().find(|(form, ..)| *form == written) {
            Some((_, count, _)) => *count += weight,
            None => forms.push((written, weight, order)),
        }
    }
    let best = forms.iter().max_by_key(|(form, count, order)| {
        (form.to_lowercase() == defined, *count, Reverse(*order))
    })?;
    let length = best.0.chars().count();
    let free = (2..=NAME_MAX).contains(&length) && best.0 != RESERVED;
    let at_head = mentions.iter().all(|mention| mention.words.start == 0);
    let first = mentions.first().and_then(|mention| {
        let words = &text.sentences[mention.sentence].words;
        words.get(mention.words.start)
    });
    let by_place = at_head
        && text.lexicon.language != Language::German
        && is_plain_capital(best.0)
        && (!best.0.contains(' ') || first.is_some_and(|word| index.is_written_small(word, text)));
    free.then(|| {
        if by_place {
            best.0.to_lowercase()
        } else {
            best.0.to_owned()
        }
    })
}

/// Whether only the first letter is a capital, as at the head of any sentence.
fn is_plain_capital(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(char::is_uppercase) && !letters.any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::super::terms;

    #[test]
    fn a_term_is_called_as_within_a_sentence_not_as_at_its_head() {
        let mut text = text(
            "Recursion is the use of a procedure by itself. Every recursion needs a case in which \
             it ends. Without that case the recursion never ends.",
        );
        assert_eq!(terms::find(&mut text)[0].name, "recursion");
    }

    #[test]
    fn only_a_word_written_small_elsewhere_loses_the_capital_of_a_sentences_head() {
        for (markdown, name) in [
            (
                "Bochner integration is a generalization of the Lebesgue integral of a function.",
                "Bochner integration",
            ),
            (
                "Cell division is the process by which one cell becomes two in a body.",
                "cell division",
            ),
            (
                "Convergence is the state in which further steps no longer change a number.",
                "convergence",
            ),
        ] {
            let mut text = text(markdown);
            assert_eq!(terms::find(&mut text)[0].name, name);
        }
    }
}
