//! What a model wrote, made harmless before it is kept: whatever a document has talked the model into,
//! a text has no links, pictures or markup of its own, turns nothing round, hides nothing, and its
//! formulas define nothing and end. Pages show no more than that either; but lessons are answered to
//! other programs, too.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use ultudy_domain::hidden::seen;

use super::tex;

/// Longest text, in characters.
const TEXT_MAX: usize = 20_000;
/// Deepest nesting of quotations and lists, as pages show them.
const DEPTH_MAX: usize = 16;
/// How often a text is looked at: taking one thing away may make another of what remains.
const ROUNDS: usize = 8;

/// As pages parse it.
const OPTIONS: Options = Options::ENABLE_MATH
    .union(Options::ENABLE_TABLES)
    .union(Options::ENABLE_STRIKETHROUGH);

/// The text without what could do anything; empty if that cannot be taken out of it.
pub(super) fn text(text: &str) -> String {
    let mut text = seen(text);
    for _ in 0..ROUNDS {
        let Some(edits) = edits(&text) else {
            return String::new();
        };
        if edits.is_empty() {
            return text.trim().to_owned();
        }
        text = edited(&text, edits);
    }
    String::new()
}

/// The same of an answer that cites its sources by number. A document that gives a number an address would
/// make a link of each of its citations: it goes first, and they stay.
pub(super) fn cited(written: &str) -> String {
    let written = seen(written);
    let parser = Parser::new_ext(&written, OPTIONS);
    let definitions = parser.reference_definitions().iter();
    let numbered = definitions.filter(|(label, _)| label.bytes().all(|b| b.is_ascii_digit()));
    let edits: Vec<Edit> = numbered
        .map(|(_, definition)| (definition.span.clone(), String::new()))
        .collect();
    text(&edited(&written, edits))
}

/// A place in the text, and what stands there instead.
type Edit = (Range<usize>, String);

/// What is to be taken out; none if it is no text for a lesson.
fn edits(text: &str) -> Option<Vec<Edit>> {
    if text.chars().nth(TEXT_MAX).is_some() {
        return None;
    }
    let parser = Parser::new_ext(text, OPTIONS);
    let mut edits: Vec<Edit> = parser
        .reference_definitions()
        .iter()
        .map(|(_, definition)| (definition.span.clone(), String::new()))
        .collect();
    let mut depth = 0_usize;
    // Links and pictures that are open: their range, and that of what is in them.
    let mut open: Vec<(Range<usize>, Option<Range<usize>>, bool)> = Vec::new();
    let mut is_code = false;
    for (event, range) in parser.into_offset_iter() {
        let is_end = matches!(event, Event::End(TagEnd::Link | TagEnd::Image));
        if !is_end && let Some((_, inner, _)) = open.last_mut() {
            let begun = inner.as_ref().map_or(range.start, |inner| inner.start);
            let ended = inner.as_ref().map_or(range.end, |inner| inner.end);
            *inner = Some(begun.min(range.start)..ended.max(range.end));
        }
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item) => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return None;
                }
            }
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) => {
                depth = depth.saturating_sub(1);
            }
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Start(Tag::Link { link_type, .. }) => {
                let is_bare = matches!(link_type, LinkType::Autolink | LinkType::Email);
                open.push((range, None, is_bare));
            }
            Event::Start(Tag::Image { .. }) => open.push((range, None, false)),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let (whole, inner, is_bare) = open.pop()?;
                let inner = inner.unwrap_or(whole.end..whole.end);
                let mark = if is_bare { "`" } else { "" };
                edits.push((whole.start..inner.start, mark.to_owned()));
                edits.push((inner.end..whole.end, mark.to_owned()));
            }
            Event::Html(raw) | Event::InlineHtml(raw) => {
                let instead = match raw.trim_start().starts_with("<!--") {
                    true => String::new(),
                    // `vector<int>` looks like a tag and is text.
                    false => text.get(range.clone())?.replace('<', "&lt;"),
                };
                edits.push((range, instead));
            }
            Event::InlineMath(source) | Event::DisplayMath(source)
                if !tex::is_harmless(&source) =>
            {
                edits.push((range, String::new()));
            }
            Event::Text(_) if !is_code && open.is_empty() => {
                active_words(text, range, &mut edits);
            }
            _ => {}
        }
    }
    edits.retain(|(range, instead)| text.get(range.clone()) != Some(instead.as_str()));
    Some(edits)
}

/// Addresses and commands of TeX that stand in the text become code, of which no program makes anything.
fn active_words(text: &str, range: Range<usize>, edits: &mut Vec<Edit>) {
    const SCHEMES: [&str; 4] = ["://", "www.", "javascript:", "mailto:"];
    let Some(part) = text.get(range.clone()) else {
        return;
    };
    let mut at = range.start;
    for word in part.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let lower = bare.to_lowercase();
        if SCHEMES.iter().any(|scheme| lower.contains(scheme)) || tex::has_command(bare) {
            let code = format!("`{}`", bare.replace('`', ""));
            edits.push((at..at + bare.len(), code));
        }
        at += word.len();
    }
}

fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut done = 0;
    let mut made = String::with_capacity(text.len());
    for (range, instead) in edits {
        // One within another is gone with it.
        if range.start < done {
            continue;
        }
        made.push_str(text.get(done..range.start).unwrap_or_default());
        made.push_str(&instead);
        done = range.end;
    }
    made.push_str(text.get(done..).unwrap_or_default());
    made
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_lesson_is_made_of_stays_as_it_is() {
        for kept in [
            "A **cell** is *alive*.",
            "- one\n- two\n\n> said",
            "The limit $\\lim_{x \\to a} f(x) = L$ exists.",
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "`<b>` and `https://a.example` are code.",
            "```\nlet x: Vec<i32> = f();\n```",
            "a < b and b > c",
            "note: data: 3",
            "م‌ن und café",
        ] {
            assert_eq!(text(kept), kept);
        }
    }

    #[test]
    fn links_pictures_and_markup_go_and_their_words_stay() {
        for (written, kept) in [
            ("See [the key](https://evil.example).", "See the key."),
            ("[a](javascript:alert(1))", "a"),
            ("![*x*](https://evil.example/p.png)", "*x*"),
            ("[![x](//e/p)](//e)", "x"),
            ("[a][1]\n\n[1]: https://evil.example", "a"),
            ("<https://evil.example>", "`https://evil.example`"),
            (
                "Go to https://evil.example/x now",
                "Go to `https://evil.example/x` now",
            ),
            ("<b>x</b>", "&lt;b>x&lt;/b>"),
            ("vector<int> v", "vector&lt;int> v"),
            ("a <!-- hidden --> b", "a  b"),
            ("safe\u{202e}gnp.exe\u{200b}\u{e0041}", "safegnp.exe"),
            ("so $\\def\\x{\\x\\x}\\x$ it is", "so  it is"),
            ("\\newcommand{a} is TeX", "`\\newcommand{a}` is TeX"),
        ] {
            assert_eq!(text(written), kept, "{written}");
        }
        let script = text("<script>alert(1)</script>");
        assert!(!script.contains("<script"), "{script}");
        let nested = text("<scr<script>ipt>alert(1)</script>");
        assert!(!nested.contains("<script"), "{nested}");
    }

    #[test]
    fn an_answer_keeps_its_citations_and_nothing_else_in_brackets_is_a_link() {
        for (written, kept) in [
            ("A cell [1], says [2].", "A cell [1], says [2]."),
            ("A cell [1].\n\n[1]: javascript:alert(1)\n", "A cell [1]."),
            ("[x][a] [1]\n\n[a]: //e\n[1]: //e", "x [1]"),
            ("[in](https://evil.example) \u{feff}[1]", "in [1]"),
        ] {
            assert_eq!(cited(written), kept, "{written}");
        }
    }

    #[test]
    fn what_is_no_text_is_empty() {
        assert_eq!(text(&">".repeat(400)), "");
        assert_eq!(text(&"a ".repeat(20_000)), "");
    }

    proptest! {
        #[test]
        fn nothing_active_is_left_of_any_text(written in r"([\[\]()<>!`$\\a:/*\n -]|http://|www\.|<b>|javascript:|\]\(){0,40}") {
            let made = text(&written);
            if let Some(left) = edits(&made) {
                prop_assert!(left.is_empty(), "{made:?}: {left:?}");
            }
        }
    }
}
