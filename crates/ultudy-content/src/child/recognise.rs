//! Pages without readable text: the child asks, the parent has their pictures read.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
};

use super::{read::Stop, speaker::Speaker};
use crate::{
    layout::Page,
    legibility::is_legible,
    protocol::{Answer, Message, OUTPUT_MAX},
};

/// Asks for the text of unreadable pages and puts it on them. Takes what was read, or
/// turned out to be blank, off the list; the numbers of pages read this way.
pub(super) fn pages(
    pages: &mut [Page],
    unreadable: &mut Vec<u32>,
    speaker: &mut Speaker,
) -> Result<Vec<u32>, Stop> {
    // A page that is nowhere in the file has no picture.
    let mut asked: Vec<&mut Page> = pages
        .iter_mut()
        .filter(|page| unreadable.contains(&page.number) && page.top > page.bottom)
        .collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let numbers = asked.iter().map(|page| page.number).collect();
    speaker.say(&Message::Recognise { pages: numbers })?;
    let mut answers = answers()?;
    let mut recognised = Vec::new();
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
                recognised.push(page.number);
                unreadable.retain(|number| *number != page.number);
            }
            Answer::Blank => unreadable.retain(|number| *number != page.number),
            Answer::Text { .. } | Answer::Unread => {}
        }
    }
    Ok(recognised)
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
