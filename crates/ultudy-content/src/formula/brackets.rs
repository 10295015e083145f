//! Brackets taller than a line and braces above and below, put together from the parts that
//! fonts draw them of.

/// A printed sign of a font whose signs hang from their baseline. Lengths are in points,
/// heights from the bottom of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hung {
    pub(crate) sign: char,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) baseline: f32,
    pub(crate) size: f32,
}

/// A tall bracket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bracket {
    /// The bracket as it is in a line: one of `()[]{}|‖` and the like.
    pub(crate) sign: char,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    /// Size of its font.
    pub(crate) size: f32,
    /// The signs it is made of, as places in what it was found in.
    pub(crate) signs: Vec<usize>,
}

/// A tall bracket and the one that closes it; a brace may stand alone, before cases.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Enclosure {
    pub(crate) open: Bracket,
    pub(crate) close: Option<Bracket>,
}

/// Least height of a bracket around more than one line, in sizes of its font.
const TALL: f32 = 2.2;

/// How far the ends of two brackets that belong together may differ, in sizes.
const UNEVEN: f32 = 0.35;

/// Most signs looked at: no page has more.
const SIGNS_MAX: usize = 4_000;

/// The tall brackets among the signs that have something between them, the innermost first.
pub(crate) fn enclosures(signs: &[Hung]) -> Vec<Enclosure> {
    let mut brackets = tall(signs);
    brackets.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut open: Vec<Bracket> = Vec::new();
    let mut found = Vec::new();
    for bracket in brackets {
        let partner = open
            .iter()
            .rposition(|before| before.is_closed_by(&bracket));
        if let Some(partner) = partner.filter(|_| ")]}⟩⌋⌉|‖".contains(bracket.sign)) {
            // What is open within these is a sign between things.
            let mut within = open.split_off(partner).into_iter();
            if let Some(partner) = within.next() {
                open.extend(within.filter(|other| !partner.holds(other.middle())));
                found.push(Enclosure {
                    open: partner,
                    close: Some(bracket),
                });
            }
        } else if "([{⟨⌊⌈|‖".contains(bracket.sign) {
            open.push(bracket);
        }
    }
    let alone = open.into_iter().filter(|bracket| bracket.sign == '{');
    let alone = alone.map(|open| Enclosure { open, close: None });
    found.extend(alone);
    found.sort_by(|a, b| a.width().total_cmp(&b.width()));
    found
}

/// A brace over or under something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Brace {
    /// It stands under what it spans.
    pub(crate) under: bool,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) baseline: f32,
    /// Size of its font.
    pub(crate) size: f32,
    /// The signs it is made of, as places in what it was found in.
    pub(crate) signs: [usize; 4],
}

/// The braces over and under something, the shortest first. TeX draws them of two tips at
/// the ends and two in the middle that point the other way, with rules between.
pub(crate) fn braces(signs: &[Hung]) -> Vec<Brace> {
    let is_tip = |at: &usize| matches!(signs[*at].sign, '⏞' | '⏟');
    let mut tips: Vec<usize> = (0..signs.len().min(SIGNS_MAX)).filter(is_tip).collect();
    tips.sort_by(|a, b| {
        let down = signs[*b]
            .baseline
            .round()
            .total_cmp(&signs[*a].baseline.round());
        down.then_with(|| signs[*a].left.total_cmp(&signs[*b].left))
    });
    let mut found = Vec::new();
    let mut rest = tips.as_slice();
    while let [a, b, c, d, ..] = rest {
        let [first, .., last] = [a, b, c, d].map(|at| &signs[*at]);
        let inner = signs[*b].sign == signs[*c].sign && signs[*b].sign != first.sign;
        let level = (first.baseline - last.baseline).abs() < 0.2 * first.size;
        if inner && level && first.sign == last.sign {
            found.push(Brace {
                under: first.sign == '⏟',
                left: first.left,
                right: last.right,
                baseline: first.baseline,
                size: first.size,
                signs: [*a, *b, *c, *d],
            });
            rest = &rest[4..];
        } else {
            rest = &rest[1..];
        }
    }
    found.sort_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left)));
    found
}

impl Brace {
    /// How far a baseline stands from the brace on the side of what it spans, in sizes;
    /// on the side of its label less than zero.
    pub(crate) fn away(&self, baseline: f32) -> f32 {
        let up = (baseline - self.baseline) / self.size;
        if self.under { up } else { -up }
    }

    /// Whether a place lies over or under it.
    pub(crate) fn spans(&self, x: f32) -> bool {
        (self.left - 0.1 * self.size..self.right + 0.1 * self.size).contains(&x)
    }
}

impl Enclosure {
    /// The place from bracket to bracket; without end behind one that stands alone.
    pub(crate) fn inside(&self) -> std::ops::Range<f32> {
        let end = self.close.as_ref().map_or(f32::MAX, |close| close.left);
        self.open.right - 0.1 * self.open.size..end + 0.1 * self.open.size
    }

    fn width(&self) -> f32 {
        let inside = self.inside();
        inside.end - inside.start
    }
}

impl Bracket {
    /// The height of its middle.
    pub(crate) fn middle(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }

    /// Whether a line on this baseline is one that it goes around.
    pub(crate) fn holds(&self, baseline: f32) -> bool {
        (self.bottom - 0.1 * self.size..self.top).contains(&baseline)
    }

    fn is_closed_by(&self, other: &Self) -> bool {
        let even = |a: f32, b: f32| (a - b).abs() < UNEVEN * self.size;
        let alike = !"|‖".contains(self.sign) && !"|‖".contains(other.sign);
        even(self.top, other.top)
            && even(self.bottom, other.bottom)
            && self.right <= other.left + 0.1 * self.size
            && (alike || self.sign == other.sign)
    }

    fn takes(&self, sign: &Hung, part: char) -> bool {
        let fits = part == self.sign || part == '⎪' && "{}".contains(self.sign);
        let below = (sign.baseline - self.bottom).abs() < UNEVEN * self.size;
        fits && below && (sign.left - self.left).abs() < 0.15 * self.size
    }
}

fn tall(signs: &[Hung]) -> Vec<Bracket> {
    let mut order: Vec<usize> = (0..signs.len().min(SIGNS_MAX)).collect();
    // Parts of one bracket stand at one place up to what rounding does.
    let place = |at: &usize| (signs[*at].left / 2.0).round();
    order.sort_by(|a, b| {
        let down = || signs[*b].baseline.total_cmp(&signs[*a].baseline);
        place(a).total_cmp(&place(b)).then_with(down)
    });
    let mut found: Vec<Bracket> = Vec::new();
    for at in order {
        let sign = &signs[at];
        let Some((whole, height)) = part(sign) else {
            continue;
        };
        let bottom = sign.baseline - height * sign.size;
        let mut recent = found.iter_mut().rev().take(8);
        if let Some(bracket) = recent.find(|bracket| bracket.takes(sign, whole)) {
            bracket.bottom = bottom;
            bracket.right = bracket.right.max(sign.right);
            bracket.signs.push(at);
        } else if whole != '⎪' {
            found.push(Bracket {
                sign: whole,
                left: sign.left,
                right: sign.right,
                top: sign.baseline,
                bottom,
                size: sign.size,
                signs: vec![at],
            });
        }
    }
    found.retain(|bracket| bracket.top - bracket.bottom > TALL * bracket.size);
    found
}

/// The bracket that a sign is or is a part of, and its height in sizes. The parts are as
/// high as in Computer Modern (cmex10), whose proportions other fonts keep.
fn part(sign: &Hung) -> Option<(char, f32)> {
    Some(match sign.sign {
        '⎛' | '⎝' => ('(', 1.8),
        '⎜' => ('(', 0.6),
        '⎞' | '⎠' => (')', 1.8),
        '⎟' => (')', 0.6),
        '⎡' | '⎣' => ('[', 1.8),
        '⎢' => ('[', 0.6),
        '⎤' | '⎦' => (']', 1.8),
        '⎥' => (']', 0.6),
        '⎧' | '⎩' => ('{', 0.9),
        '⎨' => ('{', 1.8),
        '⎫' | '⎭' => ('}', 0.9),
        '⎬' => ('}', 1.8),
        '⎪' => ('⎪', 0.3),
        '⏐' => ('|', 0.6),
        '(' | ')' => (sign.sign, by_width(sign, [0.53, 0.66, 0.77, 0.84])),
        '[' | ']' | '⌊' | '⌋' | '⌈' | '⌉' => {
            (sign.sign, by_width(sign, [0.445, 0.5, 0.556, 0.625]))
        }
        '{' | '}' | '⟨' | '⟩' => (sign.sign, by_width(sign, [0.6, 0.71, 0.78, 0.85])),
        '|' | '∣' => ('|', 0.6),
        '‖' | '∥' => ('‖', 0.6),
        _ => return None,
    })
}

/// The height of a bracket in one piece, of which fonts have four sizes, by its width; what
/// is wider is a part.
fn by_width(sign: &Hung, widths: [f32; 4]) -> f32 {
    let width = (sign.right - sign.left) / sign.size;
    let found = widths.iter().position(|most| width < *most);
    found.map_or(1.8, |at| [1.2, 1.8, 2.4, 3.0][at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hung(sign: char, left: f32, baseline: f32, width: f32) -> Hung {
        Hung {
            sign,
            left,
            right: left + width,
            baseline,
            size: 10.0,
        }
    }

    #[test]
    fn parts_make_brackets_and_brackets_pairs() {
        let found = enclosures(&[
            hung('⎛', 0.0, 140.0, 8.75),
            hung('⎝', 0.0, 122.0, 8.75),
            hung('⎞', 60.0, 140.0, 8.75),
            hung('⎠', 60.0, 122.0, 8.75),
            hung('(', 70.0, 130.0, 4.6),
            hung('⎧', 100.0, 138.0, 8.9),
            hung('⎨', 100.0, 129.0, 8.9),
            hung('⎩', 100.0, 111.0, 8.9),
        ]);
        let signs: Vec<_> = found
            .iter()
            .map(|found| {
                (
                    found.open.sign,
                    found.close.as_ref().map(|close| close.sign),
                )
            })
            .collect();
        assert_eq!(signs, [('(', Some(')')), ('{', None)]);
        assert!((found[0].open.bottom - 104.0).abs() < 0.1);
    }

    #[test]
    fn tips_make_braces() {
        let tips = |signs: &str, baseline: f32| -> Vec<Hung> {
            let lefts = [0.0, 20.0, 25.0, 45.0];
            let all = signs.chars().zip(lefts);
            all.map(|(sign, left)| hung(sign, left, baseline, 4.9))
                .collect()
        };
        let mut signs = tips("⏟⏞⏞⏟", 90.0);
        signs.extend(tips("⏞⏟⏟⏞", 120.0));
        signs.extend(tips("⏞⏞⏟⏞", 60.0));
        let found: Vec<_> = braces(&signs)
            .iter()
            .map(|brace| (brace.under, brace.baseline))
            .collect();
        assert_eq!(found, [(false, 120.0), (true, 90.0)]);
    }

    #[test]
    fn brackets_of_lines_below_do_not_meddle() {
        let found = enclosures(&[
            hung('(', 0.0, 140.0, 7.9),
            hung('(', 5.0, 80.0, 7.9),
            hung(')', 50.0, 140.0, 7.9),
            hung(')', 55.0, 80.0, 7.9),
        ]);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_bracket_that_nothing_closes_is_none() {
        assert_eq!(enclosures(&[hung('(', 0.0, 140.0, 7.9)]), []);
        let uneven = [hung('(', 0.0, 140.0, 7.9), hung(')', 50.0, 120.0, 7.9)];
        assert_eq!(enclosures(&uneven), []);
    }
}
