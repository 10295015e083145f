//! Words broken over lines, columns and pages made whole.

use std::collections::HashSet;

use super::{Line, Page, text};

/// Makes broken words whole, at the end of the line where they begin: without the hyphen,
/// or with it where the document writes the same word with one inside a line. A word
/// broken over a page's end goes on there, too, so that each page holds whole words.
pub(crate) fn mend_hyphens(pages: &mut [Page]) {
    let compounds = compounds(pages);
    for page in &mut *pages {
        for at in 1..page.lines.len() {
            if let [.., upper, lower] = &mut page.lines[..=at] {
                mend(upper, lower, &compounds);
            }
        }
    }
    for at in 1..pages.len() {
        if let [.., page, next] = &mut pages[..=at]
            && let Some(upper) = page.lines.iter_mut().rfind(|line| line.note.is_none())
            && let Some(lower) = next.lines.first_mut()
        {
            mend(upper, lower, &compounds);
        }
    }
    for page in pages {
        page.lines
            .retain(|line| !line.text.is_empty() || line.figure.is_some());
    }
}

/// Words with a hyphen inside, in lower case, that stand inside a line.
fn compounds(pages: &[Page]) -> HashSet<String> {
    let lines = pages.iter().flat_map(|page| &page.lines);
    let words = lines
        .filter(|line| !line.monospace)
        .flat_map(|line| line.text.split(' '));
    words
        .map(bare)
        .filter(|word| word.contains(is_hyphen))
        .map(normal)
        .collect()
}

fn mend(upper: &mut Line, lower: &mut Line, compounds: &HashSet<String>) {
    let alike = (upper.size - lower.size).abs() <= 0.12 * upper.size.max(lower.size);
    let set = [&*upper, &*lower]
        .iter()
        .all(|line| !line.monospace && line.figure.is_none() && line.table.is_none())
        && upper.note.is_some() == lower.note.is_some();
    let Some(rest) = broken(&upper.text, &lower.text).filter(|_| alike && set) else {
        return;
    };
    let rest = rest.to_owned();
    let word = upper.text.rsplit(' ').next().unwrap_or_default();
    if !compounds.contains(&normal(bare(&format!("{word}{rest}")))) {
        upper.text.pop();
    }
    upper.text.push_str(&rest);
    let left = lower.text.get(rest.len()..).unwrap_or_default();
    let left = left.trim_start().to_owned();
    text::cut_front(&mut lower.formulas, lower.text.len() - left.len());
    lower.text = left;
}

/// The rest of a word that the upper line breaks, at the beginning of the lower one.
fn broken<'a>(upper: &str, lower: &'a str) -> Option<&'a str> {
    let mut ending = upper.chars().rev();
    let hyphenated =
        ending.next().is_some_and(is_hyphen) && ending.next().is_some_and(char::is_alphabetic);
    let begins = lower.chars().next().is_some_and(char::is_lowercase);
    (hyphenated && begins).then(|| lower.split(' ').next().unwrap_or_default())
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn normal(word: &str) -> String {
    word.to_lowercase().replace(is_hyphen, "-")
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{ad}' | '\u{2010}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: u32, texts: &[&str]) -> Page {
        let line = |text: &&str| Line {
            text: (*text).to_owned(),
            left: 72.0,
            right: 500.0,
            baseline: 700.0,
            size: 11.0,
            advance: 5.0,
            ..Line::default()
        };
        let lines = texts.iter().map(line).collect();
        Page {
            lines,
            ..Page::empty(number)
        }
    }

    fn mended(pages: &[&[&str]]) -> Vec<Vec<String>> {
        let mut pages: Vec<Page> = (1..).zip(pages).map(|(n, texts)| page(n, texts)).collect();
        mend_hyphens(&mut pages);
        let texts = |page: Page| page.lines.into_iter().map(|line| line.text).collect();
        pages.into_iter().map(texts).collect()
    }

    #[test]
    fn a_word_is_whole_where_it_begins() {
        assert_eq!(
            mended(&[
                &["the four combi-", "nations of two bits and their re-"],
                &["sults."]
            ]),
            [
                vec!["the four combinations", "of two bits and their results."],
                vec![]
            ]
        );
    }

    #[test]
    fn a_compound_the_document_writes_with_a_hyphen_keeps_it() {
        assert_eq!(
            mended(&[&[
                "a well-known set, a well-",
                "known map, a set of Self-",
                "Tests"
            ]]),
            [[
                "a well-known set, a well-known",
                "map, a set of Self-",
                "Tests"
            ]]
        );
    }
}
