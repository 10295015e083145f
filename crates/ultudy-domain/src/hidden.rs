//! What of a text cannot be seen, or makes it read as something else than it is. It has no business in what a
//! model has written or a student answers: instructions hide in it, and links look like others.

/// Whether a character is never seen, and no script needs it: controls but for line breaks and tabs, marks
/// that turn the direction of a text round, blanks without width, fillers, tags and noncharacters.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Marks of direction.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' => true,
        // Blanks without width, joiners of words, and marks of direction again.
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
            true
        }
        // Fillers of Hangul, and marks of annotations.
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' => true,
        // Noncharacters and tags.
        '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e0fff}' => true,
        c => c.is_control() || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff),
    }
}

/// Whether a character is not seen by itself, but changes how those beside it look: some scripts and pictures
/// need it.
#[must_use]
pub fn is_joining(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// The text without what is hidden.
#[must_use]
pub fn seen(text: &str) -> String {
    text.chars().filter(|&c| !is_hidden(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_goes_and_what_scripts_need_stays() {
        let hidden = [
            '\0',
            '\u{7}',
            '\r',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{202e}',
            '\u{2060}',
            '\u{2069}',
            '\u{206f}',
            '\u{3164}',
            '\u{fdd0}',
            '\u{feff}',
            '\u{fffb}',
            '\u{fffe}',
            '\u{1ffff}',
            '\u{e0041}',
            '\u{10ffff}',
        ];
        for c in hidden {
            assert!(is_hidden(c) && !is_joining(c), "{c:?}");
            assert_eq!(seen(&format!("a{c}b")), "ab");
        }
        // Persian, a flag and a family, accents, Japanese, a line.
        let kept = "م\u{200c}ن \u{1f3f3}\u{fe0f}\u{200d}\u{1f308} cafe\u{301} größer 細胞\n\t–";
        assert_eq!(seen(kept), kept);
        assert!(
            ['\u{200c}', '\u{200d}', '\u{fe0f}']
                .into_iter()
                .all(is_joining)
        );
    }
}
