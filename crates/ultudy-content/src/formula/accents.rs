//! Marks printed over a letter, as glyphs of their own.

use super::Glyph;

/// Marks and their commands.
const MARKS: [(char, &str); 12] = [
    ('˜', "tilde"),
    ('~', "tilde"),
    ('ˆ', "hat"),
    ('^', "hat"),
    ('¯', "bar"),
    ('ˉ', "bar"),
    ('˙', "dot"),
    ('¨', "ddot"),
    ('ˇ', "check"),
    ('˘', "breve"),
    ('\u{20d7}', "vec"),
    ('´', "acute"),
];

/// Puts each mark and the letter under it into one glyph.
pub(super) fn join(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    let mut joined: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    for mut glyph in glyphs {
        if let Some(before) = joined.last_mut() {
            let letter_first = command(&glyph).filter(|_| lies_over(&glyph, before));
            let mark_first = command(before).filter(|_| lies_over(before, &glyph));
            if let Some(command) = letter_first.and_then(|mark| accented(mark, before)) {
                before.latex = Some(command);
                continue;
            }
            if let Some(command) = mark_first.and_then(|mark| accented(mark, &glyph)) {
                glyph.latex = Some(command);
                glyph.spaced = before.spaced;
                *before = glyph;
                continue;
            }
        }
        joined.push(glyph);
    }
    joined
}

fn command(glyph: &Glyph) -> Option<&'static str> {
    let mark = glyph.sole().filter(|_| glyph.latex.is_none())?;
    let found = MARKS.iter().find(|(known, _)| *known == mark);
    found.map(|(_, command)| *command)
}

fn accented(mark: &str, letter: &Glyph) -> Option<String> {
    let inner = match &letter.latex {
        Some(latex) => latex.clone(),
        None => super::sign::sign(letter)?.0,
    };
    let under = letter.sole().is_some_and(|c| !c.is_ascii_punctuation());
    under.then(|| format!("\\{mark}{{{inner}}}"))
}

fn lies_over(mark: &Glyph, letter: &Glyph) -> bool {
    let shared = mark.right.min(letter.right) - mark.left.max(letter.left);
    let narrower = (mark.right - mark.left).min(letter.right - letter.left);
    shared > 0.4 * narrower.max(0.1) && (mark.baseline - letter.baseline).abs() < letter.size
}
