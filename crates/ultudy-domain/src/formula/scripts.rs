//! Small raised and lowered characters that Unicode has.

#[rustfmt::skip]
const RAISED: [(char, char); 59] = [
    ('0', '⁰'), ('1', '¹'), ('2', '²'), ('3', '³'), ('4', '⁴'), ('5', '⁵'), ('6', '⁶'),
    ('7', '⁷'), ('8', '⁸'), ('9', '⁹'), ('+', '⁺'), ('-', '⁻'), ('−', '⁻'), ('=', '⁼'),
    ('(', '⁽'), (')', '⁾'), ('a', 'ᵃ'), ('b', 'ᵇ'), ('c', 'ᶜ'), ('d', 'ᵈ'), ('e', 'ᵉ'),
    ('f', 'ᶠ'), ('g', 'ᵍ'), ('h', 'ʰ'), ('i', 'ⁱ'), ('j', 'ʲ'), ('k', 'ᵏ'), ('l', 'ˡ'),
    ('m', 'ᵐ'), ('n', 'ⁿ'), ('o', 'ᵒ'), ('p', 'ᵖ'), ('r', 'ʳ'), ('s', 'ˢ'), ('t', 'ᵗ'),
    ('u', 'ᵘ'), ('v', 'ᵛ'), ('w', 'ʷ'), ('x', 'ˣ'), ('y', 'ʸ'), ('z', 'ᶻ'), ('A', 'ᴬ'),
    ('B', 'ᴮ'), ('D', 'ᴰ'), ('E', 'ᴱ'), ('G', 'ᴳ'), ('H', 'ᴴ'), ('I', 'ᴵ'), ('J', 'ᴶ'),
    ('K', 'ᴷ'), ('L', 'ᴸ'), ('M', 'ᴹ'), ('N', 'ᴺ'), ('O', 'ᴼ'), ('P', 'ᴾ'), ('R', 'ᴿ'),
    ('T', 'ᵀ'), ('U', 'ᵁ'), ('W', 'ᵂ'),
];

#[rustfmt::skip]
const LOWERED: [(char, char); 33] = [
    ('0', '₀'), ('1', '₁'), ('2', '₂'), ('3', '₃'), ('4', '₄'), ('5', '₅'), ('6', '₆'),
    ('7', '₇'), ('8', '₈'), ('9', '₉'), ('+', '₊'), ('-', '₋'), ('−', '₋'), ('=', '₌'),
    ('(', '₍'), (')', '₎'), ('a', 'ₐ'), ('e', 'ₑ'), ('h', 'ₕ'), ('i', 'ᵢ'), ('j', 'ⱼ'),
    ('k', 'ₖ'), ('l', 'ₗ'), ('m', 'ₘ'), ('n', 'ₙ'), ('o', 'ₒ'), ('p', 'ₚ'), ('r', 'ᵣ'),
    ('s', 'ₛ'), ('t', 'ₜ'), ('u', 'ᵤ'), ('v', 'ᵥ'), ('x', 'ₓ'),
];

/// The text raised; `None` unless Unicode has every character of it.
#[must_use]
pub fn superscript(text: &str) -> Option<String> {
    moved(text, &RAISED)
}

/// The text lowered; `None` unless Unicode has every character of it.
#[must_use]
pub fn subscript(text: &str) -> Option<String> {
    moved(text, &LOWERED)
}

/// The text of raised (`true`) or lowered (`false`) characters as it stands on the line;
/// `None` unless all of it is the one or the other.
#[must_use]
pub fn unmoved(text: &str) -> Option<(bool, String)> {
    let back = |table: &[(char, char)]| -> Option<String> {
        text.chars()
            .map(|c| table.iter().find(|(_, to)| *to == c).map(|(from, _)| *from))
            .collect()
    };
    let raised = back(&RAISED).map(|text| (true, text));
    let found = raised.or_else(|| back(&LOWERED).map(|text| (false, text)));
    found.filter(|(_, text)| !text.is_empty())
}

fn moved(text: &str, table: &[(char, char)]) -> Option<String> {
    let visible = text.chars().filter(|c| !c.is_whitespace());
    let moved = visible.map(|c| {
        let found = table.iter().find(|(from, _)| *from == c);
        found.map(|(_, to)| *to)
    });
    moved
        .collect::<Option<String>>()
        .filter(|moved| !moved.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unicode_has_is_moved_as_a_whole_or_not_at_all() {
        assert_eq!(superscript("n − 1").as_deref(), Some("ⁿ⁻¹"));
        assert_eq!(subscript("ij").as_deref(), Some("ᵢⱼ"));
        assert_eq!(subscript("iα"), None);
        assert_eq!(superscript(" "), None);
    }

    #[test]
    fn what_was_moved_comes_back() {
        assert_eq!(unmoved("ⁿ⁻¹"), Some((true, "n-1".to_owned())));
        assert_eq!(unmoved("ᵢⱼ"), Some((false, "ij".to_owned())));
        for other in ["", "x", "ⁿᵢ", "x²"] {
            assert_eq!(unmoved(other), None, "{other}");
        }
    }
}
