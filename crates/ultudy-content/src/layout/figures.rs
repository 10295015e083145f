//! Pictures at their places among the lines, with their captions.

use super::{Line, Page, join};

/// How far from its picture a caption may begin, in points.
const NEAR: f32 = 60.0;

/// Lines a caption may have.
const CAPTION_LINES_MAX: usize = 6;

/// How captions begin, in lower case, before a number.
const WORDS: [&str; 12] = [
    "figure",
    "fig.",
    "fig",
    "abbildung",
    "abb.",
    "bild",
    "figura",
    "illustration",
    "diagram",
    "schaubild",
    "図",
    "الشكل",
];

/// A picture on a page; heights and lengths as those of [`Line`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) number: u32,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    pub(crate) top: f32,
}

/// Puts the pictures of a page among its lines, each where its caption stands, which it
/// takes up, else above what is printed below it.
pub(crate) fn place_figures(page: &mut Page, pictures: &[Picture]) {
    for picture in pictures {
        let caption = page
            .lines
            .iter()
            .position(|line| is_caption(&line.text) && is_near(line, picture));
        let at = caption.or_else(|| page.lines.iter().position(|line| is_below(line, picture)));
        let at = at.unwrap_or(page.lines.len());
        let lines = caption.map_or(0, |at| caption_length(&page.lines[at..]));
        let taken: Vec<Line> = page.lines.drain(at..at + lines).collect();
        page.lines.insert(at, line(picture, &taken));
    }
}

fn line(picture: &Picture, caption: &[Line]) -> Line {
    let mut text = String::new();
    caption
        .iter()
        .for_each(|line| join::append(&mut text, &line.text));
    let size = caption.first().map_or(1.0, |line| line.size);
    Line {
        text,
        left: picture.left,
        right: picture.right,
        baseline: picture.bottom,
        size,
        advance: size / 2.0,
        bold: false,
        monospace: false,
        figure: Some(picture.number),
        heading: None,
    }
}

/// "Figure 1.2", "Abb. 3", "図4".
fn is_caption(text: &str) -> bool {
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| {
        let rest = lower.strip_prefix(word).map(str::trim_start);
        rest.and_then(|rest| rest.chars().next())
            .is_some_and(char::is_numeric)
    })
}

fn is_near(line: &Line, picture: &Picture) -> bool {
    let below = picture.bottom - line.baseline;
    let above = line.baseline - picture.top;
    overlaps(line, picture) && ((0.0..NEAR).contains(&below) || (0.0..NEAR).contains(&above))
}

fn is_below(line: &Line, picture: &Picture) -> bool {
    line.baseline < picture.bottom && overlaps(line, picture)
}

fn overlaps(line: &Line, picture: &Picture) -> bool {
    line.figure.is_none() && line.left < picture.right && line.right > picture.left
}

/// How many lines go on with the caption that begins the lines.
fn caption_length(lines: &[Line]) -> usize {
    let goes_on = |pair: &&[Line]| match pair {
        [upper, lower] => {
            let below = upper.baseline - lower.baseline;
            (upper.size - lower.size).abs() < 0.3
                && lower.figure.is_none()
                && (0.0..1.5 * lower.size).contains(&below)
                && !(join::ends_sentence(&upper.text) && upper.right < lower.right - lower.size)
        }
        _ => false,
    };
    let more = lines.windows(2).take_while(goes_on).count();
    (1 + more).min(CAPTION_LINES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_are_known_by_word_and_number() {
        for text in ["Figure 1.2: A tree", "Abb. 3", "Fig. 4 Sets", "図4 グラフ"] {
            assert!(is_caption(text), "{text}");
        }
        for text in ["Figures of speech", "A figure 3", "Figure it out", ""] {
            assert!(!is_caption(text), "{text}");
        }
    }
}
