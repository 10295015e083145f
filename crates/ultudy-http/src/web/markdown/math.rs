//! Formulas as MathML.

use askama::filters;
use pulldown_cmark::{Event as MarkdownEvent, html};
use pulldown_latex::{
    Parser, ParserError, RenderConfig, Storage,
    config::DisplayMode,
    event::{Content, Dimension, DimensionUnit, EnvironmentFlow, Event, StateChange},
    push_mathml,
};
use ultudy_domain::formula::tagged;

/// Longest formula that is set, in bytes.
const SOURCE_MAX: usize = 4 << 10;
/// Most steps and most markup one formula may come to: macros multiply.
const EVENTS_MAX: usize = 20_000;
const MATHML_MAX: usize = 256 << 10;
/// The space between words, in em.
const WORD_SPACE: f32 = 0.333;
/// An inline formula longer than this may be wider than a phone and gets a box that scrolls.
const WIDE: usize = 60;

/// A formula in the line.
pub(super) fn inline(source: &str) -> String {
    let (formula, number) = numbered(source);
    let number = number.map_or(String::new(), |number| format!(" {number}"));
    match mathml(formula, DisplayMode::Inline) {
        Some(math) if formula.len() > WIDE => {
            format!("<span class=\"formula wide\">{math}</span>{number}")
        }
        Some(math) => math + &number,
        None => as_written(source),
    }
}

/// A formula on a line of its own.
pub(super) fn display(source: &str) -> String {
    let (formula, number) = numbered(source);
    match (mathml(formula, DisplayMode::Block), number) {
        (Some(math), Some(number)) => {
            format!("<span class=\"formula numbered\">{math}<span>{number}</span></span>")
        }
        (Some(math), None) => format!("<span class=\"formula\">{math}</span>"),
        (None, _) => format!("<span class=\"formula\">{}</span>", as_written(source)),
    }
}

/// The formula, and its number as markup.
fn numbered(source: &str) -> (&str, Option<String>) {
    let (formula, tag) = tagged(source);
    let number = tag.map(|tag| {
        let Ok(tag) = filters::escape(tag, filters::Html);
        format!("({tag})")
    });
    (formula, number)
}

/// The formula as MathML; none if it is too long or not a formula.
fn mathml(source: &str, display_mode: DisplayMode) -> Option<String> {
    if source.len() > SOURCE_MAX {
        return None;
    }
    let storage = Storage::new();
    let mut parser = Parser::new(source, &storage);
    let events: Vec<_> = parser
        .by_ref()
        .take(EVENTS_MAX)
        .collect::<Result<_, _>>()
        .ok()?;
    if parser.next().is_some() {
        return None;
    }
    let config = RenderConfig {
        display_mode,
        ..RenderConfig::default()
    };
    let mut markup = String::new();
    let unstyled = events
        .into_iter()
        .map(|event| Ok::<_, ParserError>(unstyled(event)));
    push_mathml(&mut markup, unstyled, config).ok()?;
    (markup.len() <= MATHML_MAX).then_some(markup)
}

/// Pages allow no inline style, which is how colours and negative spaces would be written.
fn unstyled(event: Event<'_>) -> Event<'_> {
    match event {
        // The parser's word for `\\ `, which the writer would escape.
        Event::Content(Content::Text("&nbsp;")) => space(WORD_SPACE),
        Event::StateChange(StateChange::Color(_)) => space(0.0),
        Event::Space {
            width: Some(width), ..
        } if width.value < 0.0 => space(0.0),
        Event::Space { width: None, .. } => space(0.0),
        Event::EnvironmentFlow(EnvironmentFlow::NewLine {
            horizontal_lines, ..
        }) => Event::EnvironmentFlow(EnvironmentFlow::NewLine {
            spacing: None,
            horizontal_lines,
        }),
        other => other,
    }
}

/// Counts as one element, as what it stands for did.
fn space(em: f32) -> Event<'static> {
    Event::Space {
        width: Some(Dimension::new(em, DimensionUnit::Em)),
        height: None,
        depth: None,
    }
}

/// What is said of a formula that stands as printed.
const HINT: &str = "As printed: not all of this could be read. See the page.";

/// Characters in the line whose form is lost, behind a sign that says so.
pub(super) fn as_printed(text: &str) -> String {
    let code = as_written(text);
    format!(
        "<span class=\"as-printed\" title=\"{HINT}\"><span role=\"img\" aria-label=\"{HINT}\">⚠</span> {code}</span>"
    )
}

/// The same on lines of their own, below words that say so.
pub(super) fn block_as_printed(text: &str) -> String {
    let code = as_written(text);
    format!("<div class=\"as-printed\"><p class=\"meta\">⚠ {HINT}</p><pre>{code}</pre></div>")
}

/// The formula as its source, where it cannot be set.
fn as_written(source: &str) -> String {
    let mut code = String::new();
    html::push_html(
        &mut code,
        std::iter::once(MarkdownEvent::Code(source.into())),
    );
    code
}
