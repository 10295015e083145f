//! Pages that are read from their pictures: the child asks, the parent has them read.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
};

use ultudy_domain::page_text::PageText;

use super::{args::Ask, read::Stop, speaker::Speaker};
use crate::{
    layout::{self, Page, Typography},
    legibility::is_legible,
    pdf::is_spaceless,
    protocol::{Answer, Asked, Message, OUTPUT_MAX},
};

/// Letters of a word that is looked for in what a model read, and how many such words a page has
/// that is compared.
const WORD_MIN: usize = 4;
const WORDS_MIN: usize = 5;

/// Share of a page's own words that a model must have read, in per cent.
const SHARED_MIN: usize = 60;

/// Pages that were read from their pictures, by number.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// By Tesseract.
    pub(super) recognised: Vec<u32>,
    /// By a language model.
    pub(super) transcribed: Vec<u32>,
}

/// Asks for the text of pages and puts it on them. Takes what was read, or turned out to be blank, off
/// the list of those that are unreadable.
pub(super) fn pages(
    pages: &mut [Page],
    unreadable: &mut Vec<u32>,
    ask: Ask,
    speaker: &mut Speaker,
) -> Result<Read, Stop> {
    let is_wanted = |page: &Page| match ask {
        Ask::Nothing => false,
        Ask::Illegible => unreadable.contains(&page.number),
        Ask::All => true,
    };
    let body = Typography::measure(pages).body;
    // A page that is nowhere in the file has no picture.
    let mut asked: Vec<&mut Page> = pages
        .iter_mut()
        .filter(|page| is_wanted(page) && page.top > page.bottom)
        .collect();
    if asked.is_empty() {
        return Ok(Read::default());
    }
    let numbers = asked.iter().map(|page| Asked {
        page: page.number,
        legible: !unreadable.contains(&page.number),
    });
    speaker.say(&Message::Recognise {
        pages: numbers.collect(),
    })?;
    let mut answers = answers()?;
    let mut read = Read::default();
    for page in &mut asked {
        match answer(&mut answers)? {
            Answer::Text {
                width,
                height,
                lines,
            } if is_legible(lines.iter()) => {
                **page = Page {
                    number: page.number,
                    bottom: 0.0,
                    top: height,
                    width,
                    lines,
                    drawings: Vec::new(),
                    is_endless: false,
                };
                read.recognised.push(page.number);
                unreadable.retain(|number| *number != page.number);
            }
            Answer::Transcribed { text } => {
                if transcribe(page, &text, body, !unreadable.contains(&page.number)) {
                    read.transcribed.push(page.number);
                    unreadable.retain(|number| *number != page.number);
                }
            }
            Answer::Blank => unreadable.retain(|number| *number != page.number),
            Answer::Text { .. } | Answer::Unread => {}
        }
    }
    Ok(read)
}

/// Puts what a model read on the page; whether it can be what stands there.
fn transcribe(page: &mut Page, text: &PageText, body: f32, was_legible: bool) -> bool {
    let mut read = Page {
        lines: Vec::new(),
        drawings: Vec::new(),
        ..page.clone()
    };
    layout::given(&mut read, text, body);
    if !is_legible(read.lines.iter()) || was_legible && !agree(page, &read) {
        return false;
    }
    page.lines = read.lines;
    true
}

/// Whether most of what is printed on a page, where that is known, is in what was read.
fn agree(printed: &Page, read: &Page) -> bool {
    let printed = words(&printed.lines);
    let read = words(&read.lines);
    let shared = printed.iter().filter(|word| read.contains(*word)).count();
    printed.len() < WORDS_MIN || shared * 100 >= SHARED_MIN * printed.len()
}

/// The words of lines; of scripts without spaces, whose lines end anywhere, the pairs of characters.
fn words(lines: &[layout::Line]) -> HashSet<String> {
    let mut words = HashSet::new();
    let between = |c: char| !c.is_alphabetic();
    for word in lines.iter().flat_map(|line| line.text.split(between)) {
        let letters: Vec<char> = word.chars().collect();
        if letters.iter().copied().any(is_spaceless) {
            words.extend(
                letters
                    .windows(2)
                    .map(|pair| pair.iter().collect::<String>()),
            );
        } else if letters.len() >= WORD_MIN {
            words.insert(word.to_lowercase());
        }
    }
    words
}

/// The parent's side of the socket that is the standard output.
fn answers() -> io::Result<impl BufRead> {
    let socket = rustix::io::dup(rustix::stdio::stdout())?;
    Ok(BufReader::new(File::from(socket).take(OUTPUT_MAX)))
}

fn answer(answers: &mut impl BufRead) -> io::Result<Answer> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

#[cfg(test)]
mod tests {
    use ultudy_domain::page_text::{PageBlock, Span};

    use super::*;

    fn text(words: &str) -> PageText {
        PageText {
            blocks: vec![PageBlock::Paragraph {
                text: vec![Span::Words(words.to_owned())],
            }],
        }
    }

    fn page(text: &str) -> Page {
        Page {
            top: 792.0,
            width: 612.0,
            lines: vec![layout::Line {
                text: text.to_owned(),
                size: 10.0,
                ..layout::Line::default()
            }],
            ..Page::empty(1)
        }
    }

    const PRINTED: &str = "Mitosis divides one nucleus into two that hold the same chromosomes, \
        while meiosis makes four cells with half their number, each different from every other \
        after crossing over has exchanged parts between homologous chromatids during prophase.";

    #[test]
    fn a_page_without_spaces_between_words_is_compared_too() {
        let printed = "細胞は生命の基本単位であり、すべての生物は一つ以上の細胞から構成されている。\
            植物の細胞には細胞壁と葉緑体があり、光合成によって糖を作り出すことができる。";
        let letters: Vec<char> = printed.chars().collect();
        let lines = letters.chunks(11).map(|line| layout::Line {
            text: line.iter().collect(),
            size: 10.0,
            ..layout::Line::default()
        });
        let mut one = page("");
        one.lines = lines.collect();
        let invented = "革命は首都の監獄への襲撃から始まった。当時そこにはほとんど誰も収容されていなかった。\
            およそ十年後に軍人のクーデターで終わり、共和国は帝国に変わることになった。";
        assert!(!transcribe(&mut one.clone(), &text(invented), 10.0, true));
        assert!(transcribe(&mut one, &text(printed), 10.0, true));
    }

    #[test]
    fn what_a_model_made_up_does_not_replace_what_is_printed() {
        let mut one = page(PRINTED);
        let invented = "The French Revolution began with the storming of a prison in Paris, which \
            hardly held anybody at that time, and ended a good ten years later with a coup.";
        assert!(!transcribe(&mut one, &text(invented), 10.0, true));
        assert_eq!(one, page(PRINTED));
        assert!(transcribe(&mut one, &text(PRINTED), 10.0, true));
        assert!(one.lines[0].given.is_some());
        // Of a scan nothing is known; but noise is no text.
        let mut scan = page("");
        assert!(transcribe(&mut scan, &text(invented), 10.0, false));
        assert!(!transcribe(
            &mut scan,
            &text("\u{fffd}\u{fffd}\u{fffd}"),
            10.0,
            false
        ));
        assert!(!transcribe(&mut scan, &PageText::default(), 10.0, false));
    }
}
