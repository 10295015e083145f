//! What a Markdown parser says, made inert: no markup of the source's own, formulas and
//! figures set aside behind placeholders.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Tag, TagEnd};
use ultudy_domain::{
    formula::{AS_PRINTED, AS_PRINTED_MARK},
    hidden::{is_hidden, seen},
};

use super::{
    figures::{Figure, Pictures},
    math,
};

/// Around the number of what is set aside. Noncharacters (Unicode keeps them for use inside a program),
/// which are left out of every text here, so that no text can pose as a placeholder.
const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';
/// Deepest nesting of quotations and lists that is kept.
const DEPTH_MAX: usize = 16;

/// The events without raw markup, images from elsewhere and noncharacters; each formula
/// and each of the document's `pictures` is pushed to `aside` and stands as its placeholder.
pub(super) fn inert<'a>(
    events: impl Iterator<Item = Event<'a>>,
    pictures: &Pictures,
    aside: &mut Vec<String>,
) -> impl Iterator<Item = Event<'a>> {
    let mut depth = 0;
    let mut open: Option<Figure<'_>> = None;
    let mut printed: Option<String> = None;
    events.filter_map(move |event| {
        if let Some(text) = &mut printed {
            return match event {
                Event::End(TagEnd::CodeBlock) => {
                    let markup = math::block_as_printed(text.trim_end());
                    printed = None;
                    Some(placeholder(aside, markup))
                }
                Event::Text(line) => {
                    text.push_str(&visible(line));
                    None
                }
                _ => None,
            };
        }
        if is_as_printed(&event) {
            printed = Some(String::new());
            return None;
        }
        if let Some(figure) = &mut open {
            if !figure.ends_with(&event) {
                return None;
            }
            let markup = figure.markup();
            open = None;
            return Some(placeholder(aside, markup));
        }
        open = Figure::begun(&event, pictures);
        if open.is_some() {
            return None;
        }
        harmless(event, &mut depth, aside)
    })
}

fn harmless<'a>(event: Event<'a>, depth: &mut usize, aside: &mut Vec<String>) -> Option<Event<'a>> {
    match event {
        Event::InlineMath(source) => Some(placeholder(aside, math::inline(&source))),
        Event::DisplayMath(source) => Some(placeholder(aside, math::display(&source))),
        Event::Text(text) => Some(Event::Text(visible(text))),
        Event::Code(text) => {
            let text = visible(text);
            match text.strip_prefix(AS_PRINTED_MARK) {
                Some(printed) => Some(placeholder(aside, math::as_printed(printed.trim()))),
                None => Some(Event::Code(text)),
            }
        }
        // `vector<int>` looks like a tag to the parser and is text to the student; page
        // marks and other comments are for neither.
        Event::Html(raw) | Event::InlineHtml(raw) => {
            (!raw.trim_start().starts_with("<!--")).then(|| Event::Text(visible(raw)))
        }
        Event::Start(tag) => start(tag, depth),
        Event::End(tag) => end(tag, depth),
        other => Some(other),
    }
}

/// Whether the event begins a formula whose form is lost.
fn is_as_printed(event: &Event<'_>) -> bool {
    matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &**info == AS_PRINTED)
}

fn start<'a>(tag: Tag<'a>, depth: &mut usize) -> Option<Event<'a>> {
    match tag {
        Tag::Image { .. } => None,
        Tag::Link {
            link_type,
            dest_url,
            id,
            ..
        } => Some(Event::Start(Tag::Link {
            link_type,
            dest_url: visible(dest_url),
            title: "".into(),
            id,
        })),
        Tag::HtmlBlock => Some(Event::Start(Tag::Paragraph)),
        Tag::Heading { level, .. } => Some(Event::Start(Tag::Heading {
            level: below_the_pages_own(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Tag::Table(_) => Some(Event::Html("<div class=\"scroll\"><table>".into())),
        Tag::BlockQuote(_) | Tag::List(_) | Tag::Item => {
            *depth += 1;
            (*depth <= DEPTH_MAX).then_some(Event::Start(tag))
        }
        other => Some(Event::Start(other)),
    }
}

fn end<'a>(tag: TagEnd, depth: &mut usize) -> Option<Event<'a>> {
    match tag {
        TagEnd::Image => None,
        TagEnd::HtmlBlock => Some(Event::End(TagEnd::Paragraph)),
        TagEnd::Heading(level) => Some(Event::End(TagEnd::Heading(below_the_pages_own(level)))),
        TagEnd::Table => Some(Event::Html("</tbody></table></div>".into())),
        TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => {
            *depth = depth.saturating_sub(1);
            (*depth < DEPTH_MAX).then_some(Event::End(tag))
        }
        other => Some(Event::End(other)),
    }
}

/// The page has h1 and h2 for itself.
fn below_the_pages_own(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// The text without what is hidden, noncharacters among it.
fn visible(text: CowStr<'_>) -> CowStr<'_> {
    if text.contains(is_hidden) {
        return seen(&text).into();
    }
    text
}

fn placeholder<'a>(aside: &mut Vec<String>, markup: String) -> Event<'a> {
    aside.push(markup);
    Event::Text(format!("{OPEN}{}{CLOSE}", aside.len() - 1).into())
}

/// The sanitised markup with what was set aside. A figure that is all of a paragraph takes
/// the paragraph's place, since it cannot stand in one.
pub(super) fn put_back(clean: &str, aside: &[String]) -> String {
    let mut whole =
        String::with_capacity(clean.len() + aside.iter().map(String::len).sum::<usize>());
    let mut parts = clean.split(OPEN);
    whole.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (number, mut rest) = part.split_once(CLOSE).unwrap_or((part, ""));
        let place: Option<usize> = number.parse().ok();
        let markup = place.and_then(|place| aside.get(place));
        let markup = markup.map_or("", String::as_str);
        if markup.starts_with("<figure>")
            && whole.ends_with("<p>")
            && let Some(after) = rest.strip_prefix("</p>")
        {
            whole.truncate(whole.len() - "<p>".len());
            rest = after;
        }
        whole.push_str(markup);
        whole.push_str(rest);
    }
    whole
}
