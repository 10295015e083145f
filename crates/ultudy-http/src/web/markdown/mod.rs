//! Lesson texts as HTML. The one place where a text from outside becomes markup: what
//! leaves here as [`Html`] holds no script, no markup of the source's own, no address but
//! a web one, and no inline style.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::LazyLock,
};

use askama::filters::HtmlSafe;
use pulldown_cmark::{Options, Parser, html};

mod citations;
mod events;
mod figures;
mod math;

pub use self::citations::Citation;
pub use self::figures::{Picture, Pictures};

/// Most of a text that is shown, in bytes; a lesson's texts are a hundredth of it.
const SOURCE_MAX: usize = 256 << 10;
/// Elements that a text of its own may hold.
const BLOCKS: [&str; 18] = [
    "blockquote",
    "br",
    "div",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
];
/// Elements that a text inside a line may hold; no links, since it may be a button's.
const INLINES: [&str; 6] = ["code", "del", "em", "strong", "sub", "sup"];

/// Markup that is safe to put into a page as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl HtmlSafe for Html {}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Markdown text as paragraphs, lists, tables and the like.
pub fn block(source: &str) -> Html {
    block_with(source, &Pictures::new())
}

/// [`block`] with the document's own pictures at their places.
pub fn block_with(source: &str, pictures: &Pictures) -> Html {
    render(source, pictures, &BLOCK_SANITISER)
}

/// A Markdown text that stands inside a line or a button: emphasis, code and formulas only.
pub fn inline(source: &str) -> Html {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    // Something before the text keeps "4. May" or "- 5" from being read as a list; it is
    // left out again with all noncharacters.
    render(
        &format!("&#xFDD2;{line}"),
        &Pictures::new(),
        &INLINE_SANITISER,
    )
}

/// [`block`] of what a model has written: its citations of sources (`[1]`) are links to these, and it has
/// no others.
pub fn cited(source: &str, citations: &[Citation]) -> Html {
    let source = citations::without_definitions(source);
    let (clean, aside) = cleaned(&source, &Pictures::new(), &LINKLESS_SANITISER);
    let linked = citations::linked(&clean, citations);
    Html(events::put_back(linked.trim_end(), &aside))
}

fn render(source: &str, pictures: &Pictures, sanitiser: &ammonia::Builder<'_>) -> Html {
    let (clean, aside) = cleaned(source, pictures, sanitiser);
    // MathML and figures go in last: they are made here, and the sanitiser would take them apart.
    Html(events::put_back(clean.trim_end(), &aside))
}

/// Markup without what is set aside.
fn cleaned(
    source: &str,
    pictures: &Pictures,
    sanitiser: &ammonia::Builder<'_>,
) -> (String, Vec<String>) {
    let source = &source[..source.floor_char_boundary(SOURCE_MAX)];
    let options = Options::ENABLE_MATH | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut aside = Vec::new();
    let mut unsafe_html = String::with_capacity(source.len() * 3 / 2);
    let inert = events::inert(Parser::new_ext(source, options), pictures, &mut aside);
    html::push_html(&mut unsafe_html, inert);
    (sanitiser.clean(&unsafe_html).to_string(), aside)
}

static BLOCK_SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = sanitiser(BLOCKS.into_iter().chain(INLINES).chain(["a"]));
    builder
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .add_allowed_classes("div", &["scroll"])
        .url_schemes(HashSet::from(["http", "https"]))
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

static LINKLESS_SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = sanitiser(BLOCKS.into_iter().chain(INLINES));
    builder
        .tag_attributes(HashMap::from([("ol", HashSet::from(["start"]))]))
        .add_allowed_classes("div", &["scroll"]);
    builder
});

static INLINE_SANITISER: LazyLock<ammonia::Builder<'static>> =
    LazyLock::new(|| sanitiser(INLINES.into_iter()));

fn sanitiser(tags: impl Iterator<Item = &'static str>) -> ammonia::Builder<'static> {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(tags.collect())
        .generic_attributes(HashSet::new());
    builder
}

#[cfg(test)]
mod tests;
