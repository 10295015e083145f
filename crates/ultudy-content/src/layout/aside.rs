//! Notes in the margin and figures behind the paragraphs they stand beside or in the midst
//! of.

use super::{Line, Page, Typography, blocks, edge, join, list};

/// Moves notes and figures that stand between the lines of a paragraph behind it, or before
/// the one that the page's end or beginning cuts.
pub(crate) fn settle_asides(pages: &mut [Page], typography: &Typography) {
    for page in pages {
        if page.lines.iter().any(is_aside) {
            page.lines = settled(std::mem::take(&mut page.lines), typography);
        }
    }
}

fn is_aside(line: &Line) -> bool {
    line.note.is_some() || line.figure.is_some()
}

fn settled(lines: Vec<Line>, typography: &Typography) -> Vec<Line> {
    let mut text = Vec::with_capacity(lines.len());
    // With how many lines of text stand before each.
    let mut asides: Vec<(usize, Line)> = Vec::new();
    for line in lines {
        if is_aside(&line) {
            asides.push((text.len(), line));
        } else {
            text.push(line);
        }
    }
    let edges = edge::right(&text, typography);
    resume(&mut text, &asides, &edges);
    let cut = text.last().zip(edges.last());
    let cut = cut.is_some_and(|(line, edge)| is_cut(line, *edge));
    let mut asides = asides.into_iter().peekable();
    let mut end = 0;
    let mut settled = Vec::new();
    let runs = blocks::runs(&text, typography);
    let count = runs.len();
    for (at, run) in runs.into_iter().enumerate() {
        let first = at == 0 && !run.first().is_some_and(|line| begins_small(&line.text));
        let last = at + 1 == count && cut;
        let before = if last { end + run.len() } else { end };
        let moved = |(before_it, aside): &(usize, Line)| {
            aside.figure.is_some() && (first || last) && *before_it <= before
        };
        while let Some((_, figure)) = asides.next_if(moved) {
            settled.push(figure);
        }
        end += run.len();
        settled.extend_from_slice(run);
        while let Some((_, aside)) = asides.next_if(|(before, _)| *before <= end) {
            settled.push(aside);
        }
    }
    settled.extend(asides.map(|(_, aside)| aside));
    settled
}

/// Marks the lines that go on with a sentence past a figure.
fn resume(text: &mut [Line], asides: &[(usize, Line)], edges: &[f32]) {
    let figures = asides.iter().filter(|(_, aside)| aside.figure.is_some());
    for (before, _) in figures {
        let Some(above) = before.checked_sub(1) else {
            continue;
        };
        let edge = edges.get(above).copied().unwrap_or(0.0);
        if let Some([upper, lower]) = text.get_mut(above..=*before) {
            lower.resumes |= goes_on(upper, lower, edge);
        }
    }
}

/// Whether a line goes on with the sentence of the line above the figure.
fn goes_on(upper: &Line, lower: &Line, edge: f32) -> bool {
    let em = upper.size;
    let alike = (upper.size - lower.size).abs() < 0.05 * em && upper.bold == lower.bold;
    let flush = (upper.left - lower.left).abs() < 0.5 * em;
    let goes_on = flush && is_cut(upper, edge) || begins_small(&lower.text);
    is_text(upper)
        && is_text(lower)
        && alike
        && goes_on
        && !join::ends_sentence(&upper.text)
        && list::mark(&lower.text).is_none()
}

fn is_text(line: &Line) -> bool {
    !line.is_apart() && !line.monospace && line.heading.is_none()
}

/// Whether the line is full and no sentence ends with it.
fn is_cut(line: &Line, edge: f32) -> bool {
    is_text(line) && line.right > edge - 2.0 * line.size && !join::ends_sentence(&line.text)
}

fn begins_small(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(baseline: f32, text: &str) -> Line {
        Line {
            text: text.to_owned(),
            left: 72.0,
            right: 400.0,
            baseline,
            size: 10.0,
            advance: 5.0,
            ..Line::default()
        }
    }

    fn figure(baseline: f32) -> Line {
        Line {
            figure: Some(1),
            ..line(baseline, "Figure 1.")
        }
    }

    fn settle(lines: &[Line]) -> Vec<String> {
        let mut page = Page::empty(1);
        page.lines = lines.to_vec();
        let mut pages = [page];
        let typography = Typography::measure(&pages);
        settle_asides(&mut pages, &typography);
        let runs = blocks::runs(&pages[0].lines, &typography);
        let texts = |run: &[Line]| run.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
        runs.into_iter().map(|run| texts(run).join(" ")).collect()
    }

    #[test]
    fn a_sentence_goes_on_past_a_figure() {
        let interrupted = [
            line(700.0, "The residual is the"),
            figure(500.0),
            line(480.0, "difference. It is small."),
        ];
        assert_eq!(
            settle(&interrupted),
            ["The residual is the difference. It is small.", "Figure 1."]
        );
        let between = [
            line(700.0, "The residual is small."),
            figure(500.0),
            line(480.0, "Another sentence."),
        ];
        assert_eq!(
            settle(&between),
            ["The residual is small.", "Figure 1.", "Another sentence."]
        );
    }

    #[test]
    fn a_figure_keeps_off_a_sentence_that_goes_on_over_the_page() {
        let foot = [line(700.0, "The residual is the"), figure(500.0)];
        assert_eq!(settle(&foot), ["Figure 1.", "The residual is the"]);
        let head = [figure(700.0), line(500.0, "difference. It is small.")];
        assert_eq!(settle(&head), ["difference. It is small.", "Figure 1."]);
        let begins = [figure(700.0), line(500.0, "It is small.")];
        assert_eq!(settle(&begins), ["Figure 1.", "It is small."]);
    }
}
