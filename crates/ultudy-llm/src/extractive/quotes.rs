//! Quotations with their pages, and text put into Markdown as text.

use super::text::Sentence;

/// What a blank looks like; escaped, as it stands in Markdown.
pub(super) const GAP: &str = "\\_\\_\\_\\_\\_";

/// `(p. 12)` or `(pp. 12–13)`.
pub(super) fn citation(pages: [u32; 2]) -> String {
    let [first, last] = pages;
    if first == last {
        format!("(p. {first})")
    } else {
        format!("(pp. {first}–{last})")
    }
}

/// A text with its pages behind it.
pub(super) fn cited(text: &str, pages: [u32; 2]) -> String {
    format!("{text} {}", citation(pages))
}

/// Sentences as they follow in the source, each run of neighbours as one quotation.
pub(super) fn passages(sentences: &[&Sentence]) -> String {
    let mut runs: Vec<(String, [u32; 2])> = Vec::new();
    let mut before: Option<&Sentence> = None;
    for sentence in sentences {
        let follows = before.is_some_and(|before| before.is_followed_by(sentence));
        match runs.last_mut().filter(|_| follows) {
            Some((text, pages)) => {
                if before.is_some_and(|before| before.range.end < sentence.range.start) {
                    text.push(' ');
                }
                text.push_str(&sentence.quote);
                pages[1] = pages[1].max(sentence.pages[1]);
            }
            None => runs.push((sentence.quote.clone(), sentence.pages)),
        }
        before = Some(sentence);
    }
    let cited: Vec<_> = runs
        .iter()
        .map(|(text, pages)| cited(text, *pages))
        .collect();
    cited.join("\n\n")
}

/// Text as Markdown that shows just this text.
pub(super) fn escaped(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\`*_{}[]<>#|$~!&".contains(character) {
            markdown.push('\\');
        }
        markdown.push(character);
    }
    markdown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_cited_in_one_form() {
        assert_eq!(cited("So it is.", [3, 3]), "So it is. (p. 3)");
        assert_eq!(citation([3, 4]), "(pp. 3–4)");
    }

    #[test]
    fn names_cannot_act_as_markdown() {
        assert_eq!(escaped("a_b <i>"), "a\\_b \\<i\\>");
    }
}
