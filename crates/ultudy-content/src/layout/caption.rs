//! How captions begin.

/// Words before a figure's number, in lower case.
const FIGURE: [&str; 12] = [
    "figure",
    "fig.",
    "fig",
    "abbildung",
    "abb.",
    "bild",
    "figura",
    "illustration",
    "diagram",
    "schaubild",
    "図",
    "الشكل",
];

/// Words before a table's number, in lower case.
const TABLE: [&str; 9] = [
    "table", "tab.", "tabelle", "tableau", "tabla", "tabela", "tabella", "表", "جدول",
];

/// Whether a text begins like the caption of a figure or a table.
pub(crate) fn is_caption(text: &str) -> bool {
    is_figure_s(text) || is_table_s(text)
}

/// "Figure 1.2", "Abb. 3", "図4".
pub(super) fn is_figure_s(text: &str) -> bool {
    begins(text, &FIGURE)
}

/// Whether a text begins like a figure's caption and not like a sentence on the figure:
/// "Figure 1.2: A tree", not "Figure 1.2 shows a tree".
pub(crate) fn captions_figure(text: &str) -> bool {
    let number = text.find(char::is_numeric).unwrap_or_default();
    let mut words = text.get(number..).unwrap_or_default().split_whitespace();
    let number = words.next().unwrap_or_default();
    let ended = number.ends_with(['.', ':', ')', '|', '-', '–', '—', '：', '．']);
    let listed = number.ends_with([',', ';']);
    let next = words.next().and_then(|word| word.chars().next());
    // "図4に" has a particle where a caption has a space or a title.
    let particle = number
        .trim_start_matches(|c: char| c.is_numeric() || c.is_ascii_punctuation())
        .starts_with(|c| matches!(c, '\u{3040}'..='\u{309f}'));
    is_figure_s(text) && !particle && !listed && (ended || !next.is_some_and(char::is_lowercase))
}

/// "Table 3: Results", "Tab. 1", "表2".
pub(super) fn is_table_s(text: &str) -> bool {
    begins(text, &TABLE)
}

fn begins(text: &str, words: &[&str]) -> bool {
    let lower = text.to_lowercase();
    words.iter().any(|word| {
        let rest = lower.strip_prefix(word).map(str::trim_start);
        rest.and_then(|rest| rest.chars().next())
            .is_some_and(char::is_numeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_are_known_by_word_and_number() {
        for text in ["Figure 1.2: A tree", "Abb. 3", "Fig. 4 Sets", "図4 グラフ"] {
            assert!(is_figure_s(text), "{text}");
        }
        for text in ["Figures of speech", "A figure 3", "Figure it out", ""] {
            assert!(!is_figure_s(text), "{text}");
        }
        assert!(captions_figure("Figure 1.2: the tree") && captions_figure("Abb. 3 Der Baum"));
        assert!(captions_figure("Figure 4") && captions_figure("図4 グラフ"));
        assert!(!captions_figure("Figure 1.2 shows the tree") && !captions_figure("図4に示す"));
        assert!(!captions_figure("Figure 4, it is a valley"));
        for text in ["Table 2. Residuals", "Tabelle 1: Maße", "表3 結果"] {
            assert!(is_table_s(text), "{text}");
        }
        assert!(!is_table_s("Table of contents") && !is_table_s("Tables 1"));
    }
}
