//! Letters of the alphabets that Unicode has for formulas.

/// Those that were in Unicode before their alphabets: where the alphabet has a hole.
#[rustfmt::skip]
const BEFORE: [(char, char); 23] = [
    ('𝔺', 'ℂ'), ('𝔿', 'ℍ'), ('𝕅', 'ℕ'), ('𝕇', 'ℙ'), ('𝕈', 'ℚ'), ('𝕉', 'ℝ'), ('𝕑', 'ℤ'),
    ('𝒝', 'ℬ'), ('𝒠', 'ℰ'), ('𝒡', 'ℱ'), ('𝒣', 'ℋ'), ('𝒤', 'ℐ'), ('𝒧', 'ℒ'), ('𝒨', 'ℳ'),
    ('𝒭', 'ℛ'), ('𝒺', 'ℯ'), ('𝒼', 'ℊ'), ('𝓄', 'ℴ'),
    ('𝔆', 'ℭ'), ('𝔋', 'ℌ'), ('𝔌', 'ℑ'), ('𝔕', 'ℜ'), ('𝔝', 'ℨ'),
];

/// The letter or digit as the face `mathbb`, `mathcal` (`mathscr`) or `mathfrak` has it; as
/// it is where that face has none.
pub(super) fn letter(face: &str, letter: char) -> char {
    let (capital, small, digit) = match face {
        "mathbb" => (0x1d538, 0x1d552, Some(0x1d7d8)),
        "mathcal" | "mathscr" => (0x1d49c, 0x1d4b6, None),
        "mathfrak" => (0x1d504, 0x1d51e, None),
        _ => return letter,
    };
    let from = |first: u32, start: char| {
        char::from_u32(first + u32::from(letter) - u32::from(start)).unwrap_or(letter)
    };
    let found = match letter {
        'A'..='Z' => from(capital, 'A'),
        'a'..='z' => from(small, 'a'),
        '0'..='9' => digit.map_or(letter, |first| from(first, '0')),
        other => other,
    };
    let before = BEFORE.iter().find(|(hole, _)| *hole == found);
    before.map_or(found, |(_, letter)| *letter)
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    #[test]
    fn every_letter_is_one_that_unicode_has() {
        for face in ["mathbb", "mathcal", "mathfrak"] {
            for plain in ('A'..='Z').chain('a'..='z') {
                let found = letter(face, plain);
                // A hole is no letter and stays what it is.
                let back: String = std::iter::once(found).nfkc().collect();
                assert_eq!(back, plain.to_string(), "{face} {plain}");
            }
        }
        assert_eq!(letter("mathfrak", 'T'), '𝔗');
        assert_eq!(letter("mathcal", '1'), '1');
    }
}
