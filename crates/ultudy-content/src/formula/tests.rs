//! Lines of print as text with formulas.

use super::*;

/// Glyphs side by side: words in the text's face, `$` before what is mathematical, `§` before
/// what is italic, `^` and `_` before what is raised or lowered, spaces where there are gaps.
fn glyphs(line: &str) -> Vec<Glyph> {
    let mut found = Vec::new();
    let mut left = 0.0;
    for (at, group) in line.split(' ').enumerate() {
        for (within, word) in group.split('~').enumerate() {
            let (word, face) = match (word.strip_prefix('$'), word.strip_prefix('§')) {
                (Some(word), _) => (word, Face::Maths),
                (_, Some(word)) => (word, Face::Italic),
                _ => (word, Face::Text),
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
                face,
                spaced,
            });
            left += width;
        }
    }
    found
}

/// The text with its formulas in dollars.
fn read(line: &str) -> String {
    match super::read(glyphs(line), &[]) {
        Some(reading) => marked(&reading),
        None => line.replace('~', ""),
    }
}

fn marked(reading: &Reading) -> String {
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
fn scripts_that_are_characters_belong_to_formulas_and_words() {
    for (line, expected) in [
        ("§y~₃ − §ŷ~₃ = 1", r"$y_{3} - \hat{y}_{3} = 1$"),
        ("(~§yᵢ − §ŷᵢ~)~²", r"$(y_{i} - \hat{y}_{i})^{2}$"),
        ("§x~ⁿ~⁻~¹ ist", "$x^{n - 1}$ ist"),
        ("(~1~² + 2~²~) · §w", r"$(1^{2} + 2^{2}) \cdot w$"),
        ("5 m² am 1ˢᵗ und das Wort~³", "5 m² am 1ˢᵗ und das Wort³"),
        ("10~² mal", "10² mal"),
        ("§L~′~(~§w~) =", "$L'(w) =$"),
    ] {
        assert_eq!(read(line), expected, "{line}");
    }
}

/// A glyph of the face, half as wide as it is high.
fn at(text: &str, left: f32, baseline: f32, size: f32, face: Face) -> Glyph {
    Glyph {
        text: text.to_owned(),
        latex: None,
        left,
        right: left + 0.5 * size * text.chars().count() as f32,
        baseline,
        size,
        face,
        spaced: false,
    }
}

#[test]
fn what_stands_over_a_relation_is_no_power() {
    let maths = |text: &str, left| at(text, left, 100.0, 10.0, Face::Maths);
    let over = |text: &str, left| at(text, left, 108.0, 7.0, Face::Text);
    let glyphs = vec![
        maths("x", 0.0),
        over("Def", 17.0),
        maths("=", 20.0),
        maths("y", 40.0),
    ];
    assert_eq!(
        marked_of(glyphs),
        r"$x \quad \overset{\text{Def}}{=} \quad y$"
    );
    // An arrow of parts is as long as its words.
    let mut arrow = vec![maths("x", 0.0), over("Def", 15.0), maths("y", 40.0)];
    arrow.extend([10.0, 14.0, 18.0].map(|left| maths("=", left)));
    arrow.push(maths("⇒", 22.0));
    assert_eq!(
        marked_of(arrow),
        r"$x\overset{\text{Def}}{\Longrightarrow} \quad y$"
    );
}

/// A bracket as high as two lines, or a part of one.
fn tall(text: &str, left: f32, baseline: f32) -> Glyph {
    Glyph {
        right: left + 7.4,
        ..at(text, left, baseline, 10.0, Face::Extension)
    }
}

fn marked_of(mut glyphs: Vec<Glyph>) -> String {
    glyphs.sort_by(|a, b| a.left.total_cmp(&b.left));
    super::read(glyphs, &[]).map_or_else(String::new, |reading| marked(&reading))
}

#[test]
fn rows_and_columns_within_brackets_are_a_matrix() {
    let maths = |text: &str, left, baseline| at(text, left, baseline, 10.0, Face::Maths);
    let matrix = |mid: f32| {
        vec![
            maths("A", 0.0, 100.0),
            maths("=", 8.0, 100.0),
            tall("(", 20.0, 114.5),
            maths("a", 30.0, 106.0),
            at("1", 35.0, 104.5, 7.0, Face::Text),
            maths("0", 30.0, mid),
            maths("b", 52.0, 106.0),
            maths("c", 52.0, mid),
            tall(")", 60.0, 114.5),
            maths(".", 68.0, 100.0),
        ]
    };
    assert_eq!(
        marked_of(matrix(94.0)),
        r"$A = \begin{pmatrix} a_{1} & b \\ 0 & c \end{pmatrix}$."
    );
    // Lines that run into one another are none.
    let torn = marked_of(matrix(100.0));
    assert!(torn.contains('⚠'), "{torn}");
}

#[test]
fn dots_that_go_on_down_a_matrix_are_signs() {
    let maths = |text: &str, left, baseline| at(text, left, baseline, 10.0, Face::Maths);
    let stop = |left, baseline| Glyph {
        right: left + 2.8,
        ..at(".", left, baseline, 10.0, Face::Text)
    };
    let part = |text: &str, left, baseline| Glyph {
        right: left + 8.75,
        ..tall(text, left, baseline)
    };
    let glyphs = vec![
        part("⎛", 0.0, 122.0),
        part("⎝", 0.0, 104.0),
        maths("a", 10.0, 114.0),
        maths("b", 30.0, 114.0),
        stop(11.0, 108.0),
        stop(11.0, 104.0),
        stop(11.0, 100.0),
        stop(28.0, 107.0),
        stop(32.0, 104.0),
        stop(36.0, 101.0),
        maths("c", 10.0, 88.0),
        maths("d", 30.0, 88.0),
        part("⎞", 44.0, 122.0),
        part("⎠", 44.0, 104.0),
    ];
    assert_eq!(
        marked_of(glyphs),
        r"$\begin{pmatrix} a & b \\ \vdots & \ddots \\ c & d \end{pmatrix}$"
    );
}

#[test]
fn rows_behind_a_brace_are_cases() {
    let maths = |text: &str, left, baseline| at(text, left, baseline, 10.0, Face::Maths);
    let text = |text: &str, left, baseline| at(text, left, baseline, 10.0, Face::Text);
    let part = |text: &str, baseline| Glyph {
        right: 28.9,
        ..tall(text, 20.0, baseline)
    };
    let glyphs = vec![
        maths("f", 0.0, 100.0),
        maths("=", 8.0, 100.0),
        part("⎧", 120.5),
        part("⎨", 111.5),
        part("⎩", 93.5),
        maths("1", 30.0, 107.0),
        text("wenn", 50.0, 107.0),
        maths("x", 74.0, 107.0),
        maths("0", 30.0, 93.0),
        text("sonst", 50.0, 93.0),
        maths(".", 82.0, 100.0),
    ];
    assert_eq!(
        marked_of(glyphs),
        r"$f = \begin{cases} 1 & \text{wenn}x \\ 0 & \text{sonst} \end{cases}$."
    );
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
        divides: false,
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
        divides: false,
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
                .map(|(left, width, height)| Rule { left, right: left + width, height, divides: width > 50.0 })
                .collect();
            if let Some(reading) = super::super::read(glyphs, &rules) {
                let mut end = 0;
                for formula in &reading.formulas {
                    prop_assert!(end <= formula.range.start);
                    prop_assert!(reading.text.get(formula.range.clone()).is_some());
                    if let Some(latex) = &formula.latex {
                        prop_assert!(is_sound(latex), "{}", latex);
                    }
                    end = formula.range.end;
                }
            }
        }
    }
}
