//! What every lesson must keep to, whatever it is made of.

use std::collections::HashSet;

use ultudy_domain::check_in::CheckInContent;
use ultudy_domain::lesson::{ConceptContent, LessonContent};
use ultudy_domain::section::parse_page_mark;
use ultudy_llm::LessonInput;

const GAP: &str = "\\_\\_\\_\\_\\_";

/// Panics where the lesson breaks its promises.
pub fn check(input: &LessonInput, lesson: &LessonContent) {
    let source = Source::of(input);
    assert!((1..=15).contains(&lesson.concepts.len()));
    let names = lesson
        .concepts
        .iter()
        .map(|concept| concept.name.to_lowercase());
    let names: HashSet<_> = names.collect();
    assert_eq!(names.len(), lesson.concepts.len(), "names are not unique");
    source.quotes(&lesson.summary);
    source.quotes(&lesson.explanation);
    lesson.examples.iter().for_each(|text| source.quotes(text));
    assert!(!lesson.summary_parts.what.is_empty());
    assert!(!lesson.summary_parts.why.trim().is_empty());
    assert!(!lesson.summary_parts.outcome.trim().is_empty());
    for concept in &lesson.concepts {
        check_concept(&source, concept);
    }
}

fn check_concept(source: &Source, concept: &ConceptContent) {
    assert!((1..=120).contains(&concept.name.chars().count()));
    assert_ne!(concept.name, "__section_overview__");
    source.quotes(&concept.explanation);
    for text in [
        &concept.examples,
        &concept.important_notes,
        &concept.analogies,
    ] {
        text.iter().for_each(|text| source.quotes(text));
    }
    source.pages(concept.pages);
    assert!((0..=3).contains(&concept.check_ins.len()));
    assert!(concept.check_ins.len() + concept.text_check_ins.len() > 0);
    for check_in in &concept.check_ins {
        check_question(source, check_in);
    }
}

fn check_question(source: &Source, check_in: &CheckInContent) {
    assert_eq!(check_in.fault(), None, "{check_in:#?}");
    source.pages(check_in.pages);
    let right = check_in.correct_option().expect("one is right");
    assert_eq!(right.text, check_in.expected_answer);
    assert!(!check_in.hint.trim().is_empty());
    for option in &check_in.options {
        let text = option.text.trim_start_matches("… ");
        let quoted = text.split(GAP).all(|piece| source.has_it(piece));
        let altered = !option.correct && source.quotes_where_it_differs(&option.explanation);
        assert!(quoted || altered, "not in the source: {option:#?}");
        assert!(
            option.explanation.contains("(p"),
            "no page: {}",
            option.explanation
        );
    }
}

/// The source without page marks, white space and marks of blocks.
struct Source {
    text: String,
    lower: String,
    pages: [u32; 2],
}

impl Source {
    fn of(input: &LessonInput) -> Self {
        let entries = input.glossary.iter();
        let defined = entries.clone().map(|entry| entry.sentence.as_str());
        let lines = input.parts.iter().flat_map(|part| part.markdown.lines());
        let lines = lines.chain(defined);
        let pages = lines.clone().filter_map(parse_page_mark);
        let starts = input.parts.iter().map(|part| part.page_start);
        let others = entries.flat_map(|entry| entry.pages);
        let all: Vec<_> = pages.chain(starts).chain(others).collect();
        let text: String = lines
            .filter(|line| parse_page_mark(line).is_none())
            .map(bare)
            .collect();
        Self {
            lower: text.to_lowercase(),
            text,
            pages: [
                all.iter().copied().min().unwrap_or(0),
                all.iter().copied().max().unwrap_or(0),
            ],
        }
    }

    /// Every paragraph is a quotation with its pages, or a heading.
    fn quotes(&self, markdown: &str) {
        if markdown.starts_with("```") {
            return self.quotes_code(markdown);
        }
        for paragraph in markdown
            .split("\n\n")
            .filter(|text| !text.trim().is_empty())
        {
            if let Some(heading) = paragraph.strip_prefix("### ") {
                self.has(heading);
            } else {
                let (quote, pages) = paragraph.rsplit_once("(p").expect(paragraph);
                self.has(quote);
                self.cites(pages);
            }
        }
    }

    fn quotes_code(&self, markdown: &str) {
        let (code, pages) = markdown.rsplit_once("(p").expect(markdown);
        let lines = code.lines().filter(|line| !line.starts_with("```"));
        lines.for_each(|line| self.has(line));
        self.cites(pages);
    }

    fn cites(&self, citation: &str) {
        let numbers = citation
            .trim_start_matches("p.")
            .trim_matches(['.', ' ', ')']);
        for number in numbers.split('–') {
            let page = number.parse().expect(citation);
            self.pages([page, page]);
        }
    }

    fn has(&self, quote: &str) {
        assert!(
            self.text.contains(&bare(quote)),
            "not in the source: {quote:?}"
        );
    }

    /// Whether it has the sentences of a quotation; the head of an option may be put in capitals
    /// or out of them, and what explains one term may go on further below.
    fn has_it(&self, quote: &str) -> bool {
        let mut sentences = quote.split(". ");
        sentences.all(|sentence| self.lower.contains(&bare(sentence).to_lowercase()))
    }

    /// Whether an explanation ends in a quotation of the text, which says what an option that
    /// the text does not have should have said.
    fn quotes_where_it_differs(&self, explanation: &str) -> bool {
        let quote = explanation.rsplit_once("(p").map_or("", |(quote, _)| quote);
        let marks = [": “", ": „", " : « ", ": «", "：「"];
        let starts = marks.iter().flat_map(|mark| {
            let found = quote.match_indices(mark);
            found.map(|(at, mark)| at + mark.len())
        });
        let mut quotes = starts.filter_map(|start| quote.get(start..));
        quotes.any(|quote| {
            let quote = quote.trim().trim_end_matches(['”', '“', '»', '」', ' ']);
            !quote.is_empty() && self.has_it(quote)
        })
    }

    fn pages(&self, [first, last]: [u32; 2]) {
        assert!(first <= last && self.pages[0] <= first && last <= self.pages[1]);
    }
}

fn bare(text: &str) -> String {
    let seen = |c: &char| !c.is_whitespace() && !matches!(c, '>' | '\\' | '*' | '_' | '`');
    text.chars().filter(seen).collect()
}
