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

/// A figure drawn on a page, with the words in it; its sides as those of [`Picture`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    pub(crate) top: f32,
    pub(crate) labels: Vec<Line>,
}

impl Drawing {
    /// It as the picture with this number.
    pub(crate) fn picture(&self, number: u32) -> Picture {
        Picture {
            number,
            left: self.left,
            right: self.right,
            bottom: self.bottom,
            top: self.top,
        }
    }
}

/// Puts the labels of a page's drawings among its lines, behind the captions.
pub(crate) fn place_labels(page: &mut Page) {
    for (number, drawing) in (1..).zip(std::mem::take(&mut page.drawings)) {
        place_figures(page, &[drawing.picture(number)]);
        let placed = page
            .lines
            .iter()
            .position(|line| line.figure == Some(number));
        let at = placed.map_or(page.lines.len(), |at| at + 1);
        let labels = drawing.labels.into_iter().map(|label| Line {
            figure: Some(number),
            ..label
        });
        page.lines.splice(at..at, labels);
    }
}

/// Puts the pictures of a page among its lines, each where its caption stands, which it
/// takes up, else above what is printed below it.
pub(crate) fn place_figures(page: &mut Page, pictures: &[Picture]) {
    for picture in pictures {
        let caption = caption(&page.lines, picture);
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
    caption(&page.lines, picture).is_some()
}

/// Where the nearest caption of the picture begins.
fn caption(lines: &[Line], picture: &Picture) -> Option<usize> {
    let near = lines.iter().enumerate().filter_map(|(at, line)| {
        let above = at.checked_sub(1).and_then(|at| lines.get(at));
        let begins = caption::captions_figure(&line.text);
        let own = begins && !above.is_some_and(|above| goes_on_below(above, line));
        Some((at, distance(line, picture).filter(|_| own)?))
    });
    near.min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(at, _)| at)
}

/// Whether a line that begins like a caption only goes on with the sentence above.
fn goes_on_below(above: &Line, line: &Line) -> bool {
    let below = above.baseline - line.baseline;
    above.given.is_none()
        && (above.size - line.size).abs() < 0.05 * line.size
        && (0.5..1.75).contains(&(below / line.size))
        && (above.left - line.left).abs() < 0.3 * line.size
        && !join::ends_sentence(&above.text)
}

/// How far a line stands below, above or beside a picture, if it is near; above, it is
/// less likely a caption.
fn distance(line: &Line, picture: &Picture) -> Option<f32> {
    let below = picture.bottom - line.baseline;
    let above = line.baseline - picture.top;
    let aside = (line.left - picture.right).max(picture.left - line.right);
    let away = if aside < 0.0 {
        below.max(above).max(0.0)
    } else if below.max(above) < 0.0 {
        aside
    } else {
        return None;
    };
    let cost = if above > 0.0 { NEAR / 2.0 } else { 0.0 };
    (line.figure.is_none() && away < NEAR).then_some(away + cost)
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
                && lower.given.is_none()
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
    use ultudy_domain::page_text::{PageBlock, PageText, Span};

    use super::*;
    use crate::layout::given;

    /// On a full page given paragraphs stand closer to each other than lines of one.
    #[test]
    fn a_given_caption_is_whole_and_takes_up_no_paragraph() {
        let mut page = Page {
            top: 792.0,
            width: 612.0,
            ..Page::empty(1)
        };
        let texts = (0..60).map(|n| match n {
            0 => "Figure 1 A cell of a leaf".to_owned(),
            n => format!("and paragraph {n} is about the same as the others"),
        });
        let blocks = texts.map(|words| PageBlock::Paragraph {
            text: vec![Span::Words(words)],
        });
        let blocks = blocks.collect();
        given(&mut page, &PageText { blocks }, 10.0);
        let top = page.lines[0].baseline + 20.0;
        let picture = Picture {
            number: 1,
            left: 100.0,
            right: 300.0,
            bottom: top,
            top: top + 50.0,
        };
        place_figures(&mut page, &[picture]);
        assert_eq!(page.lines[0].text, "Figure 1 A cell of a leaf");
        assert_eq!(page.lines[0].figure, Some(1));
        assert_eq!(page.lines.len(), 60);
    }
}
