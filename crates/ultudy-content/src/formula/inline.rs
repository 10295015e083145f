//! A line's glyphs as text with its formulas.

use std::ops::Range;

use ultudy_domain::formula::{plain, subscript, superscript};

use super::{Face, Formula, Glyph, Level, Rule, accents, check, is_lost, runs, set, stack};

/// A line's text and the formulas in it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) formulas: Vec<Formula>,
}

/// Reads the glyphs of a line, in order from left to right, and the `rules` drawn in it;
/// `None` if it is words alone, all on one baseline.
pub(crate) fn read(glyphs: Vec<Glyph>, rules: &[Rule]) -> Option<Reading> {
    let glyphs = stack::fold(accents::join(glyphs), rules);
    let level = Level::of(&glyphs)?;
    let units = runs::units(&glyphs, &level);
    let runs = runs::runs(&units, &glyphs, &level);
    let scripts = units.iter().any(|unit| unit.glyphs.len() > 1);
    let lost = glyphs.iter().any(|glyph| glyph.text.contains(is_lost));
    if runs.is_empty() && !scripts && !lost {
        return None;
    }
    let mut reading = Reading::default();
    let mut at = 0;
    let mut runs = runs.into_iter().peekable();
    while at < units.len() {
        if let Some(run) = runs.next_if(|run| run.start == at) {
            let first = units[run.start].glyphs.start;
            let last = units[run.end - 1].glyphs.end;
            reading.formula(&glyphs[first..last]);
            at = run.end;
        } else {
            reading.unit(&glyphs[units[at].glyphs.clone()], &level);
            at += 1;
        }
    }
    Some(reading)
}

/// Whether it is a tall bracket, which goes around lines that are not here.
fn is_bracket(glyph: &Glyph) -> bool {
    let brackets = |c| "()[]{}⟨⟩".contains(c) || ('\u{239b}'..='\u{23b3}').contains(&c);
    glyph.face == Face::Extension && glyph.text.contains(brackets)
}

impl Reading {
    fn formula(&mut self, glyphs: &[Glyph]) {
        let latex = set::set(glyphs).filter(|latex| check::is_sound(latex));
        let text = latex.as_deref().map(plain).filter(|text| !text.is_empty());
        self.space(glyphs.first().is_some_and(|glyph| glyph.spaced));
        let start = self.text.len();
        match (latex, text) {
            (Some(latex), Some(text)) => {
                self.text.push_str(&text);
                self.mark(start, Some(latex));
            }
            _ => {
                self.push_as_printed(glyphs);
                self.mark(start, None);
            }
        }
    }

    /// Appends what is printed, from left to right; what stands above one another, from the
    /// top down.
    fn push_as_printed(&mut self, glyphs: &[Glyph]) {
        let mut printed: Vec<&Glyph> = glyphs.iter().collect();
        let stacked = glyphs.windows(2).any(|pair| match pair {
            [before, after] => after.left < before.right - 0.6 * after.size,
            _ => false,
        });
        if stacked {
            printed.sort_by(|a, b| b.baseline.total_cmp(&a.baseline));
        }
        let mut height = printed.first().map(|glyph| glyph.baseline);
        for (at, glyph) in printed.into_iter().enumerate() {
            let next = stacked && height.replace(glyph.baseline) != Some(glyph.baseline);
            self.space(at > 0 && (glyph.spaced || next));
            self.text.push_str(&glyph.text);
        }
    }

    /// Appends a glyph of the text with what is raised or lowered behind it.
    fn unit(&mut self, glyphs: &[Glyph], level: &Level) {
        let Some((base, scripts)) = glyphs.split_first() else {
            return;
        };
        self.space(base.spaced);
        let start = self.text.len();
        self.text.push_str(&base.text);
        let mut rest = scripts;
        while let Some(first) = rest.first() {
            let side = level.script(first);
            let length = rest
                .iter()
                .take_while(|glyph| level.script(glyph) == side)
                .count();
            let (these, others) = rest.split_at(length);
            let script: String = these.iter().map(|glyph| glyph.text.as_str()).collect();
            let moved = match side {
                Some(true) => superscript(&script),
                _ => subscript(&script),
            };
            self.text.push_str(&moved.unwrap_or(script));
            rest = others;
        }
        let lost = start > 0 && self.text[start..].contains(is_lost) || is_bracket(base);
        if lost || set::is_stacked(Some(base.right), scripts) {
            self.mark(start, None);
        }
    }

    fn space(&mut self, wanted: bool) {
        if wanted && !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// Marks what was appended as a formula; with the one before it, if both are lost.
    fn mark(&mut self, start: usize, latex: Option<String>) {
        let range: Range<usize> = start..self.text.len();
        match self.formulas.last_mut() {
            Some(last) if latex.is_none() && last.latex.is_none() && last.range.end == start => {
                last.range.end = range.end;
            }
            _ => self.formulas.push(Formula { range, latex }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Glyphs side by side: words in the text's face, `$` before what is mathematical, `^`
    /// and `_` before what is raised or lowered, spaces where there are gaps.
    fn glyphs(line: &str) -> Vec<Glyph> {
        let mut found = Vec::new();
        let mut left = 0.0;
        for (at, group) in line.split(' ').enumerate() {
            for (within, word) in group.split('~').enumerate() {
                let (word, mathematical) = match word.strip_prefix('$') {
                    Some(word) => (word, true),
                    None => (word, false),
                };
                let (word, shift) = match (word.strip_prefix('^'), word.strip_prefix('_')) {
                    (Some(word), _) => (word, 4.0),
                    (_, Some(word)) => (word, -1.5),
                    _ => (word, 0.0),
                };
                let spaced = at > 0 && within == 0;
                left += if spaced { 3.0 } else { 0.0 };
                let size = if shift == 0.0 { 10.0 } else { 7.0 };
                let width = 0.5 * size * word.chars().count() as f32;
                found.push(Glyph {
                    text: word.to_owned(),
                    latex: None,
                    left,
                    right: left + width,
                    baseline: 100.0 + shift,
                    size,
                    face: if mathematical {
                        Face::Maths
                    } else {
                        Face::Text
                    },
                    spaced,
                });
                left += width;
            }
        }
        found
    }

    /// The text with its formulas in dollars.
    fn read(line: &str) -> String {
        let Some(reading) = super::read(glyphs(line), &[]) else {
            return line.replace('~', "");
        };
        let mut marked = String::new();
        let mut end = 0;
        for formula in &reading.formulas {
            marked.push_str(&reading.text[end..formula.range.start]);
            marked.push_str(&match &formula.latex {
                Some(latex) => format!("${latex}$"),
                None => format!("⚠{}⚠", &reading.text[formula.range.clone()]),
            });
            end = formula.range.end;
        }
        marked + &reading.text[end..]
    }

    #[test]
    fn a_formula_is_as_large_as_it_goes_and_no_larger() {
        for (line, expected) in [
            ("Seien $X~$, $Y Räume", "Seien $X, Y$ Räume"),
            ("Seien $x~, $y und $z~.", "Seien $x$, $y$ und $z$."),
            (
                "2~. $ℝ $∖ ${ $0 $} ist",
                r"2. $\mathbb{R} \setminus \{ 0 \}$ ist",
            ),
            ("Jede (~$k $+ 1~) -elementige", "Jede $(k + 1)$ -elementige"),
            ("(~siehe $x~) und", "(siehe $x$) und"),
            (
                "Abbildung 1.4~: Wenn $X~_1 so",
                "Abbildung 1.4: Wenn $X_{1}$ so",
            ),
            ("in Kapitel 3 $f ist", "in Kapitel 3 $f$ ist"),
            ("Datei → Speichern", "Datei → Speichern"),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn scripts_are_where_they_are_printed() {
        for (line, expected) in [
            ("$x~$_n~$^2 = 1", "$x_{n}^{2} = 1$"),
            ("$f~$^−~^1~(~$U~)", "$f^{-1}(U)$"),
            ("$x~$^′ ist", "$x'$ ist"),
            ("das Wort~^1 und", "das Wort¹ und"),
            ("H~_2~O und km~^2", "H₂O und km²"),
            ("id~$_X ist", r"$\operatorname{id}_{X}$ ist"),
            ("10~$^−~^3 s", "$10^{-3}$ s"),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn a_sign_nobody_knows_is_flagged() {
        assert_eq!(read("für $x $\u{e123} $y gilt"), "für ⚠x \u{e123} y⚠ gilt");
        assert_eq!(read("das W\u{fffd}rt ist"), "das ⚠W\u{fffd}rt⚠ ist");
    }

    #[test]
    fn what_is_stacked_is_put_together() {
        let place = |text: &str, left: f32, baseline: f32, size: f32, face| Glyph {
            text: text.to_owned(),
            latex: None,
            left,
            right: left + 0.5 * size * text.chars().count() as f32,
            baseline,
            size,
            face,
            spaced: false,
        };
        let rule = Rule {
            left: 14.0,
            right: 24.0,
            height: 102.5,
        };
        let glyphs = vec![
            place("∑", 0.0, 109.0, 10.0, Face::Extension),
            place("i", 0.0, 87.0, 7.0, Face::Maths),
            place("n", 1.0, 113.0, 7.0, Face::Maths),
            place("=", 3.5, 87.0, 7.0, Face::Text),
            place("1", 7.0, 87.0, 7.0, Face::Text),
            place("a", 16.0, 106.8, 10.0, Face::Maths),
            place("b", 16.0, 93.1, 10.0, Face::Maths),
            place("x", 25.0, 100.0, 10.0, Face::Maths),
            place("=", 34.0, 100.0, 10.0, Face::Text),
            place("y", 42.0, 100.0, 10.0, Face::Maths),
        ];
        let reading = super::read(glyphs, &[rule]).unwrap();
        let latex = reading.formulas[0].latex.as_deref().unwrap();
        assert_eq!(latex, r"\sum_{i = 1}^{n} \frac{a}{b}x = y");
    }

    #[test]
    fn a_rule_over_a_letter_is_its_overline_and_none_under_a_word() {
        let place = |text: &str, left: f32, face| Glyph {
            text: text.to_owned(),
            latex: None,
            left,
            right: left + 8.0,
            baseline: 100.0,
            size: 10.0,
            face,
            spaced: true,
        };
        let read = |rule: Rule| {
            let glyphs = vec![
                place("wenn", 0.0, Face::Text),
                place("M", 12.0, Face::Maths),
                place("=", 24.0, Face::Text),
                place("X", 36.0, Face::Maths),
            ];
            let reading = super::read(glyphs, &[rule]).unwrap();
            let latex = |formula: &Formula| formula.latex.clone().unwrap_or_default();
            reading.formulas.iter().map(latex).collect::<Vec<_>>()
        };
        let rule = |left, right, height| Rule {
            left,
            right,
            height,
        };
        assert_eq!(read(rule(12.0, 20.0, 108.5)), [r"\overline{M} = X"]);
        for other in [
            rule(0.0, 8.0, 108.5),
            rule(12.0, 44.0, 112.0),
            rule(12.0, 20.0, 98.0),
        ] {
            assert_eq!(read(other), ["M = X"], "{other:?}");
        }
    }

    mod soup {
        use proptest::prelude::*;

        use super::*;
        use crate::formula::check;

        fn glyph() -> impl Strategy<Value = Glyph> {
            let texts = vec![
                "x",
                "∑",
                "(",
                ")",
                "{",
                "√",
                "12",
                "wort",
                "=",
                "′",
                "˜",
                "→",
                "\u{338}",
                "\u{e000}",
                "$",
                "\\",
                "%",
                "ℝ",
                "𝑥",
                "sin",
                ",",
                "⎪",
                "状態",
                "^",
                "_",
                "é",
                "≠\u{338}",
            ];
            let faces = vec![
                Face::Text,
                Face::Italic,
                Face::Code,
                Face::Maths,
                Face::Symbols,
                Face::Extension,
            ];
            (
                prop::sample::select(texts),
                prop::sample::select(faces),
                prop::sample::select(vec![4.0_f32, 7.0, 10.0, 10.0, 30.0]),
                -5.0_f32..300.0,
                prop::sample::select(vec![100.0_f32, 100.0, 104.0, 98.0, 113.0, 87.0]),
                any::<bool>(),
            )
                .prop_map(|(text, face, size, left, baseline, spaced)| Glyph {
                    text: text.to_owned(),
                    latex: None,
                    left,
                    right: left + size / 2.0,
                    baseline,
                    size,
                    face,
                    spaced,
                })
        }

        proptest! {
            #[test]
            fn any_soup_is_sound_latex_or_flagged(
                mut glyphs in prop::collection::vec(glyph(), 0..40),
                rules in prop::collection::vec((0.0_f32..200.0, 1.0_f32..100.0, 90.0_f32..115.0), 0..4),
            ) {
                glyphs.sort_by(|a, b| a.left.total_cmp(&b.left));
                let rules: Vec<Rule> = rules
                    .into_iter()
                    .map(|(left, width, height)| Rule { left, right: left + width, height })
                    .collect();
                if let Some(reading) = super::super::read(glyphs, &rules) {
                    let mut end = 0;
                    for formula in &reading.formulas {
                        prop_assert!(end <= formula.range.start);
                        prop_assert!(reading.text.get(formula.range.clone()).is_some());
                        if let Some(latex) = &formula.latex {
                            prop_assert!(check::is_sound(latex), "{}", latex);
                        }
                        end = formula.range.end;
                    }
                }
            }
        }
    }
}
