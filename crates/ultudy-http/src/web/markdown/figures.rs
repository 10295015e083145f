//! Pictures of the document itself, where its text has them (`figure:N`).

use std::collections::BTreeMap;

use askama::filters;
use pulldown_cmark::{Event, Tag, TagEnd};
use ultudy_domain::{
    figure::parse_address,
    formula::{AS_PRINTED_MARK, plain},
};

use super::math;

/// What is said of a picture that the document says nothing of.
const NAMELESS: &str = "A figure without a caption";

/// A picture that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its address, made here: never one that a text names.
    pub src: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// The pictures of a document by number.
pub type Pictures = BTreeMap<u32, Picture>;

/// A figure whose caption is being read.
pub(super) struct Figure<'p> {
    picture: &'p Picture,
    /// The caption as plain text.
    alt: String,
    /// The caption as markup.
    caption: String,
    /// Images within the caption that are still open.
    within: usize,
}

impl<'p> Figure<'p> {
    /// The figure that begins with this event, if it is one of the document's.
    pub(super) fn begun(event: &Event<'_>, pictures: &'p Pictures) -> Option<Self> {
        let Event::Start(Tag::Image { dest_url, .. }) = event else {
            return None;
        };
        Some(Self {
            picture: pictures.get(&parse_address(dest_url)?)?,
            alt: String::new(),
            caption: String::new(),
            within: 0,
        })
    }

    /// Takes what belongs to the caption; true with the last event.
    pub(super) fn ends_with(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::End(TagEnd::Image) if self.within == 0 => return true,
            Event::End(TagEnd::Image) => self.within -= 1,
            Event::Start(Tag::Image { .. }) => self.within += 1,
            Event::Text(text) => self.push(text),
            Event::Code(text) => match text.strip_prefix(AS_PRINTED_MARK) {
                Some(printed) => self.push_set(text, &math::as_printed(printed.trim())),
                None => self.push(text),
            },
            Event::InlineMath(source) | Event::DisplayMath(source) => {
                self.push_set(&plain(source), &math::inline(source));
            }
            Event::SoftBreak | Event::HardBreak => self.push(" "),
            _ => {}
        }
        false
    }

    fn push(&mut self, text: &str) {
        self.push_set(text, &escaped(text));
    }

    fn push_set(&mut self, text: &str, markup: &str) {
        self.alt.push_str(text);
        self.caption.push_str(markup);
    }

    /// The figure as HTML.
    pub(super) fn markup(&self) -> String {
        let Picture { src, width, height } = self.picture;
        let (src, alt, caption) = (escaped(src), self.alt.trim(), self.caption.trim());
        let is_bare = alt.is_empty();
        let alt = escaped(if is_bare { NAMELESS } else { alt });
        let image = format!(
            "<img src=\"{src}\" loading=\"lazy\" width=\"{width}\" height=\"{height}\" alt=\"{alt}\">"
        );
        if is_bare {
            return format!("<figure>{image}</figure>");
        }
        format!("<figure>{image}<figcaption dir=\"auto\">{caption}</figcaption></figure>")
    }
}

/// A text for an element or an attribute.
fn escaped(text: &str) -> String {
    let Ok(escaped) = filters::escape(text, filters::Html);
    escaped.to_string()
}
