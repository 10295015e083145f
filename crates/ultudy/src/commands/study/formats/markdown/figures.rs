//! Pictures where the text has them.

use std::{collections::HashMap, ops::Range};

use pulldown_cmark::{Event, Options, Parser, Tag};
use ultudy_domain::figure::{ExtractedFigure, parse_address};

use super::super::super::output::figure_file;

/// The figures by number, and where they are.
pub(super) struct Figures(HashMap<u32, String>);

impl Figures {
    /// Figures in a folder, or nowhere.
    pub(super) fn new(figures: &[ExtractedFigure], folder: Option<&str>) -> Self {
        let places = figures.iter().filter_map(|figure| {
            let address = format!("<{}/{}>", folder?, figure_file(figure));
            Some((figure.number, address))
        });
        Self(places.collect())
    }

    /// The text with the figures' own addresses; of one that is nowhere its caption alone.
    pub(super) fn placed(&self, markdown: &str) -> String {
        let mut placed = String::with_capacity(markdown.len());
        let mut copied = 0;
        for (image, number) in images(markdown) {
            let written = &markdown[image.clone()];
            // `![caption](figure:7)`
            let caption = written
                .rfind("](")
                .and_then(|end| written.get(2..end))
                .unwrap_or_default();
            placed.push_str(&markdown[copied..image.start]);
            match self.0.get(&number) {
                Some(address) => placed.push_str(&format!("![{caption}]({address})")),
                None if caption.is_empty() => {}
                None => placed.push_str(&format!("*{caption}*")),
            }
            copied = image.end;
        }
        placed + &markdown[copied..]
    }
}

/// Where the figures stand in a text.
fn images(markdown: &str) -> Vec<(Range<usize>, u32)> {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter();
    let image = |(event, range)| match event {
        Event::Start(Tag::Image { dest_url, .. }) => Some((range, parse_address(&dest_url)?)),
        _ => None,
    };
    events.filter_map(image).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "A\n\n![Figure 1: a \\[cell\\]](figure:1)\n\n```\n![x](figure:1)\n```\n\n![](figure:2)\n";

    fn figure(number: u32, media_type: &str) -> ExtractedFigure {
        ExtractedFigure {
            number,
            page: 1,
            media_type: media_type.into(),
            width: 1,
            height: 1,
            caption: None,
            data: Vec::new(),
        }
    }

    #[test]
    fn figures_lead_to_their_files() {
        let figures = [figure(1, "image/png"), figure(2, "image/jpeg")];
        let placed = Figures::new(&figures, Some("my notes.figures")).placed(TEXT);
        assert!(placed.contains("![Figure 1: a \\[cell\\]](<my notes.figures/1.png>)"));
        assert!(placed.contains("![](<my notes.figures/2.jpg>)"));
        assert!(placed.contains("```\n![x](figure:1)\n```"), "code stays");
    }

    #[test]
    fn where_there_are_no_files_the_captions_stay() {
        let placed = Figures::new(&[figure(1, "image/png")], None).placed(TEXT);
        assert!(
            placed.starts_with("A\n\n*Figure 1: a \\[cell\\]*\n\n"),
            "{placed}"
        );
        assert!(!placed.contains("figure:2"));
    }
}
