//! Text of a page that must come out as it stands, whatever it looks like.

use ultudy_domain::section::parse_page_mark;

/// Characters that mean something anywhere in a line.
const ACTIVE: &str = "\\`*_[]<>&$~|";

/// A plain text, such as a section's name, as Markdown that reads as it stands.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len());
    push_line(&mut markdown, text);
    markdown
}

/// Appends text within a line.
pub(super) fn push_inline(markdown: &mut String, text: &str) {
    for c in text.chars() {
        if ACTIVE.contains(c) {
            markdown.push('\\');
        }
        markdown.push(c);
    }
}

/// Appends text that begins a line, where more characters mean something.
pub(super) fn push_line(markdown: &mut String, text: &str) {
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    markdown.push_str(number);
    let mut after = rest.chars();
    let first = after.next().unwrap_or(' ');
    let active = if number.is_empty() {
        "#+-=".contains(first)
    } else {
        // A number begins a list only before a space.
        ".)".contains(first) && after.next().is_none_or(char::is_whitespace)
    };
    if active {
        markdown.push('\\');
    }
    push_inline(markdown, rest);
}

/// Appends lines of code in a fence that none of them closes.
pub(super) fn push_code(markdown: &mut String, lines: &[String]) {
    push_fence(markdown, "", lines);
}

/// The same with a word behind the fence that says what the lines are.
pub(super) fn push_fence(markdown: &mut String, info: &str, lines: &[String]) {
    let longest = lines
        .iter()
        .flat_map(|line| line.split(|c| c != '`'))
        .map(str::len)
        .max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    markdown.push_str(&fence);
    markdown.push_str(info);
    for line in lines {
        markdown.push('\n');
        if parse_page_mark(line).is_some() {
            // Nothing can be escaped in a fence; a joiner that is not seen parts the mark.
            markdown.push_str(&line.replacen('<', "<\u{2060}", 1));
        } else {
            markdown.push_str(line);
        }
    }
    markdown.push('\n');
    markdown.push_str(&fence);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        let mut markdown = String::new();
        push_line(&mut markdown, text);
        markdown
    }

    #[test]
    fn markup_in_the_text_is_text() {
        assert_eq!(
            line("<script>alert(1)</script>"),
            "\\<script\\>alert(1)\\</script\\>"
        );
        assert_eq!(line("a*b_c [d](e) $f$"), "a\\*b\\_c \\[d\\](e) \\$f\\$");
        assert_eq!(line("# no heading"), "\\# no heading");
        assert_eq!(line("1968. was a year"), "1968\\. was a year");
        assert_eq!(line("3.14 is close"), "3.14 is close");
        assert_eq!(line("--- no rule"), "\\--- no rule");
    }

    #[test]
    fn what_looks_like_a_page_mark_is_none() {
        assert_eq!(parse_page_mark(&line("<!-- page 9 -->")), None);
        let mut code = String::new();
        push_code(&mut code, &["<!-- page 9 -->".to_owned()]);
        assert!(
            code.lines().all(|line| parse_page_mark(line).is_none()),
            "{code}"
        );
    }

    #[test]
    fn code_cannot_close_its_fence() {
        let mut markdown = String::new();
        push_code(&mut markdown, &["````".to_owned()]);
        assert_eq!(markdown, "`````\n````\n`````");
    }
}
