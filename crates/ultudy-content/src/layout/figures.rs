//! Pictures at their places among the lines, with their captions.

use super::{Line, Page, Text, caption, join};

/// How far from its picture a caption may begin, in points.
const NEAR: f32 = 60.0;

/// Lines a caption may have.
const CAPTION_LINES_MAX: usize = 6;

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
        let caption = page.lines.iter().position(|line| captions(line, picture));
        let at = caption.or_else(|| page.lines.iter().position(|line| is_below(line, picture)));
        let at = at.unwrap_or(page.lines.len());
        let lines = caption.map_or(0, |at| caption_length(&page.lines[at..]));
        let taken: Vec<Line> = page.lines.drain(at..at + lines).collect();
        page.lines.insert(at, line(picture, &taken));
    }
}

fn line(picture: &Picture, caption: &[Line]) -> Line {
    let (text, formulas) = Text::of(caption).into_parts();
    let size = caption.first().map_or(1.0, |line| line.size);
    Line {
        text,
        formulas,
        left: picture.left,
        right: picture.right,
        baseline: picture.bottom,
        size,
        advance: size / 2.0,
        figure: Some(picture.number),
        ..Line::default()
    }
}

/// Whether a caption stands beside the picture.
pub(crate) fn has_caption(page: &Page, picture: &Picture) -> bool {
    page.lines.iter().any(|line| captions(line, picture))
}

fn captions(line: &Line, picture: &Picture) -> bool {
    caption::is_figure_s(&line.text) && is_near(line, picture)
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
