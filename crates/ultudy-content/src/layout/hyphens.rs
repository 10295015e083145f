//! Words broken over lines, columns and pages made whole.

use std::collections::HashSet;

use super::{Block, Line, Page, Text, text};

/// Makes broken words whole, at the end of the line where they begin: without the hyphen,
/// or with it where the document writes the same word with one inside a line. A word
/// broken over a page's end goes on there, too, so that each page holds whole words.
pub(crate) fn mend_hyphens(pages: &mut [Page]) {
    let compounds = compounds(pages);
    for page in &mut *pages {
        for at in 1..page.lines.len() {
            if let [.., upper, lower] = &mut page.lines[..=at]
                && upper.given.is_none()
                && lower.given.is_none()
            {
                mend(upper, lower, &compounds);
            }
        }
    }
    for at in 1..pages.len() {
        if let [.., page, next] = &mut pages[..=at]
            && let Some(upper) = page.lines.iter_mut().rfind(|line| !is_note(line))
            && let Some(lower) = next.lines.first_mut()
            && is_prose(upper)
            && is_prose(lower)
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
    for line in [upper, lower] {
        if line.given.is_some() {
            let text = Text::new(line.text.clone(), line.formulas.clone());
            line.given = Some(Block::Paragraph(text));
        }
    }
}

fn is_note(line: &Line) -> bool {
    line.note.is_some() || matches!(line.given, Some(Block::Note(_)))
}

/// Not so where it was given as something else than a paragraph, which is whole as it is.
fn is_prose(line: &Line) -> bool {
    matches!(line.given, None | Some(Block::Paragraph(_)))
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

    /// The page with its lines given as blocks of this kind.
    fn given(mut page: Page, kind: fn(Text) -> Block) -> Page {
        for line in &mut page.lines {
            line.given = Some(kind(line.text.as_str().into()));
        }
        page
    }

    fn blocks(page: &Page) -> Vec<Block> {
        let lines = page.lines.iter();
        lines.filter_map(|line| line.given.clone()).collect()
    }

    #[test]
    fn what_was_given_as_items_stays_each_by_itself() {
        let item = |text| Block::Item {
            level: 0,
            mark: "-".into(),
            text,
        };
        let prefixes = page(1, &["hyper-", "hypo-", "iso-"]);
        let mut pages = [given(prefixes, item), given(page(2, &["inter-"]), item)];
        let before = pages.clone();
        mend_hyphens(&mut pages);
        assert_eq!(pages, before);
    }

    #[test]
    fn a_given_paragraph_goes_on_with_its_word_on_the_next_page() {
        let mut first = given(
            page(1, &["It is respon-", "1 See there."]),
            Block::Paragraph,
        );
        first.lines[1].given = Some(Block::Note("1 See there.".into()));
        let paragraph = |text: &str| Block::Paragraph(text.into());
        for next in [
            page(2, &["sible for it."]),
            given(page(2, &["sible for it."]), Block::Paragraph),
        ] {
            let mut pages = [first.clone(), next];
            mend_hyphens(&mut pages);
            assert_eq!(blocks(&pages[0])[0], paragraph("It is responsible"));
            assert_eq!(pages[1].lines[0].text, "for it.");
            let given = pages[1].lines[0].given.as_ref();
            assert!(given.is_none_or(|given| *given == paragraph("for it.")));
        }
    }
}
