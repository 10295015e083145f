//! What is embedded of a passage: pieces short enough that one vector can say what each is about.

/// Characters of a piece, about: models of sentences read some 250 words, and what a vector says of
/// a whole page is vague.
const LENGTH: usize = 1_000;

/// Cuts a passage at words into pieces of about one length, each with the section's name before it.
#[must_use]
pub fn cut(section_name: &str, text: &str) -> Vec<String> {
    let length = text.chars().count();
    let pieces = length.div_ceil(LENGTH).max(1);
    let each = length.div_ceil(pieces);
    let mut cut: Vec<String> = Vec::with_capacity(pieces);
    let mut piece = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        // Where there are no spaces a word is a paragraph.
        for part in parts(word, each.max(1)) {
            if count >= each && cut.len() + 1 < pieces {
                cut.push(std::mem::take(&mut piece));
                count = 0;
            }
            if !piece.is_empty() {
                piece.push(' ');
            }
            piece.push_str(part);
            count += part.chars().count() + 1;
        }
    }
    cut.push(piece);
    let named = |piece: String| match section_name.trim() {
        "" => piece,
        name => format!("{name}\n{piece}"),
    };
    cut.into_iter().map(named).collect()
}

/// A word in parts of at most so many characters.
fn parts(word: &str, most: usize) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.char_indices().nth(most);
        let (part, others) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = others;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_passage_is_one_piece_with_its_sections_name() {
        assert_eq!(cut("Cells", "A cell\nlives."), ["Cells\nA cell lives."]);
        assert_eq!(cut("", "A cell."), ["A cell."]);
    }

    #[test]
    fn a_page_is_cut_into_pieces_of_about_one_length() {
        let text = "A sentence of it. ".repeat(150);
        let pieces = cut("", &text);
        assert_eq!(pieces.len(), 3);
        assert!(
            pieces
                .iter()
                .all(|piece| (800..1_100).contains(&piece.len()))
        );
        let words: usize = pieces.iter().map(|piece| piece.split(' ').count()).sum();
        assert_eq!(words, 600, "none is lost");
    }

    #[test]
    fn text_without_spaces_is_cut_too() {
        let pieces = cut("", &"学".repeat(2_400));
        let lengths: Vec<usize> = pieces
            .iter()
            .map(|piece| piece.chars().filter(|c| *c == '学').count())
            .collect();
        assert_eq!(lengths, [800; 3]);
    }
}
