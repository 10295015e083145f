//! A document read for the index: its language, its passages and their terms.

use super::{
    indexed::Indexed,
    passage::{self, Passage},
    words::Analyser,
};
use crate::language;

/// A section to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionText<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its first page.
    pub first_page: u32,
    /// Its Markdown with page marks.
    pub markdown: &'a str,
}

/// A document, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadDocument {
    /// Its language, if it could be told.
    pub language: Option<&'static str>,
    /// Its passages in order.
    pub passages: Vec<ReadPassage>,
}

/// A passage, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPassage {
    /// The place of its section among those read.
    pub section: usize,
    /// Its text and pages.
    pub passage: Passage,
    /// Its terms.
    pub indexed: Indexed,
}

/// Reads a document's sections.
#[must_use]
pub fn read(sections: &[SectionText<'_>]) -> ReadDocument {
    read_while(sections, || true).unwrap_or_default()
}

/// The same as long as it is wanted, which is asked section by section: a book takes a while. None if it
/// is not wanted any more.
pub fn read_while(
    sections: &[SectionText<'_>],
    is_wanted: impl Fn() -> bool,
) -> Option<ReadDocument> {
    let cut: Vec<Vec<Passage>> = sections
        .iter()
        .take_while(|_| is_wanted())
        .map(|section| passage::cut(section.markdown, section.first_page))
        .collect();
    let texts: Vec<&str> = cut.iter().flatten().map(|one| one.text.as_str()).collect();
    // Not from the start: front matter is often in another language than the matter.
    let sample = texts.get(texts.len() / 3..).unwrap_or_default().join("\n");
    let language = language::detect(&sample);
    let analyser = Analyser::new(language);
    let cut = sections.iter().zip(cut).enumerate();
    let cut = cut.take_while(|_| is_wanted());
    let passages = cut.flat_map(|(section, (text, cut))| {
        let read = cut.into_iter().map(|passage| ReadPassage {
            section,
            indexed: Indexed::new(&analyser, text.name, &passage.text),
            passage,
        });
        read.collect::<Vec<_>>()
    });
    let read = ReadDocument {
        language,
        passages: passages.collect(),
    };
    is_wanted().then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_in_its_own_language() {
        let markdown = "Eine Zelle ist die kleinste Einheit des Lebens. Die Zellen teilen sich.";
        let section = SectionText {
            name: "Zellen",
            first_page: 3,
            markdown,
        };
        let read = read(&[section]);
        assert_eq!(read.language, Some("de"));
        assert_eq!(read.passages[0].passage.page_start, 3);
        assert!(read.passages[0].indexed.tokens.starts_with("zell\n"));
        assert_eq!(super::read(&[]), ReadDocument::default());
        assert_eq!(read_while(&[section], || false), None);
    }
}
