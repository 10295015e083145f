use super::*;

const PAGES: [&str; 4] = [
    "A cell is the smallest unit of life. Its membrane lets water through and keeps larger molecules \
     out. Robert Hooke saw cells in cork in 1665.",
    "An enzyme is a protein that speeds up a chemical reaction without being used up by it. Each enzyme \
     fits one kind of molecule, its substrate, as a lock fits a key. Heat destroys its shape.",
    "Mitochondria burn sugar with oxygen, by which the cell gets its energy. The energy is kept in \
     molecules of ATP. A muscle cell has thousands of mitochondria.",
    "The rate of a reaction follows $v = \\frac{v_{max} [S]}{K_m + [S]}$, where $K_m$ is the \
     concentration at which half of the highest rate is reached.",
];

fn source() -> Source {
    let pages = PAGES.iter().zip(10..);
    Source::new(
        pages
            .map(|(text, number)| (number, (*text).to_owned()))
            .collect(),
    )
}

/// Told in other words, as somebody would who has understood it; and the page it comes from.
const HONEST: [(&str, &str, u32); 8] = [
    ("Cell", "Cells are the smallest living units.", 10),
    (
        "Cell membrane",
        "The membrane is a barrier that water can pass but large molecules cannot.",
        10,
    ),
    (
        "Discovery of the cell",
        "Cells were first seen by Robert Hooke, who looked at cork in 1665.",
        10,
    ),
    (
        "Enzymes",
        "Proteins that make chemical reactions faster and are not used up themselves.",
        11,
    ),
    (
        "Substrate",
        "The molecule that an enzyme fits, like a key in a lock.",
        11,
    ),
    (
        "Heat and enzymes",
        "When it gets hot an enzyme loses its shape and no longer works.",
        11,
    ),
    (
        "Mitochondria",
        "They give the cell its energy by burning sugar with oxygen.",
        12,
    ),
    ("ATP", "Molecules in which the energy is stored.", 12),
];

/// Known to be so or not, but not from these pages.
const INVENTED: [(&str, &str); 8] = [
    (
        "Photosynthesis",
        "Plants turn sunlight and carbon dioxide into glucose in their chloroplasts.",
    ),
    (
        "DNA",
        "The double helix stores genetic information in four bases.",
    ),
    (
        "Cell cycle",
        "Interphase is followed by mitosis, during which chromosomes are divided.",
    ),
    (
        "Osmotic pressure",
        "Plants stay upright because their vacuoles press against the wall.",
    ),
    (
        "Nobel prize",
        "Watson and Crick were honoured in Stockholm for their discovery in 1962.",
    ),
    (
        "Enzyme inhibitors",
        "Penicillin blocks bacteria by binding covalently to transpeptidase.",
    ),
    (
        "Support hotline",
        "Call the number on the invoice and give your password to the operator.",
    ),
    (
        "Ribosomes",
        "Ribosomes translate messenger RNA into chains of amino acids.",
    ),
];

#[test]
fn what_is_told_in_other_words_stands_on_its_page_wherever_it_is_said_to() {
    let source = source();
    for (name, explanation, page) in HONEST {
        let claim = source.concept(name, explanation);
        for said in [[page, page], [10, 13], [13, 13]] {
            let placed = source.place(&claim, said);
            assert_eq!(placed, Some([page, page]), "{name}, said to be on {said:?}");
        }
    }
}

#[test]
fn what_is_not_in_the_text_stands_nowhere() {
    let source = source();
    for (name, explanation) in INVENTED {
        let claim = source.concept(name, explanation);
        assert_eq!(source.place(&claim, [10, 13]), None, "{name}");
    }
}

#[test]
fn a_claim_over_two_pages_keeps_both() {
    let source = source();
    let claim = source.concept(
        "Enzymes and mitochondria",
        "An enzyme is a protein that speeds up a reaction; mitochondria burn sugar with oxygen.",
    );
    assert_eq!(source.place(&claim, [11, 12]), Some([11, 12]));
    assert_eq!(source.place(&claim, [13, 13]), Some([11, 12]));
}

#[test]
fn questions_stand_with_their_right_answer() {
    let source = source();
    let honest = source.question("What does an enzyme do to a reaction?", "It speeds it up.");
    assert_eq!(source.place(&honest, [11, 11]), Some([11, 11]));
    assert_eq!(source.place(&honest, [10, 10]), Some([11, 11]), "corrected");
    let invented = source.question(
        "Who discovered penicillin?",
        "Alexander Fleming, in London.",
    );
    assert_eq!(source.place(&invented, [11, 11]), None);
}

#[test]
fn a_lesson_in_another_language_is_held_to_the_texts_pages_only() {
    let mut source = source();
    source.is_told_in(
        "Eine Zelle ist die kleinste Einheit des Lebens. Ein Enzym ist ein Protein, das eine Reaktion \
         beschleunigt und dabei nicht verbraucht wird.",
    );
    let claim = source.concept("Zelle", "Die kleinste Einheit des Lebens.");
    assert_eq!(source.place(&claim, [10, 11]), Some([10, 11]));
    assert_eq!(source.place(&claim, [20, 21]), None);
}

#[test]
fn formulas_are_found_however_they_are_spaced_and_others_are_not() {
    let source = source();
    for formula in [
        r"$v=\frac{v_{max}[S]}{K_m+[S]}$",
        r"v = \frac{v_{\mathrm{max}} \left[S\right]}{K_m + [S]}",
        "$K_m$",
    ] {
        assert!(source.has_formula(formula), "{formula}");
    }
    for formula in [
        "",
        "$",
        r"$E = mc^2$",
        r"$\Delta G = \Delta H - T \Delta S$",
    ] {
        assert!(!source.has_formula(formula), "{formula}");
    }
}

#[test]
fn japanese_is_read_in_pairs_of_characters() {
    let source = Source::new(vec![
        (
            1,
            "細胞は生命の最小単位である。細胞膜は水を通すが、大きな分子は通さない。".into(),
        ),
        (
            2,
            "酵素は化学反応を速めるタンパク質であり、反応の後も変わらない。".into(),
        ),
    ]);
    let honest = source.concept("細胞膜", "水は細胞膜を通るが、大きな分子は通さない。");
    assert_eq!(source.place(&honest, [2, 2]), Some([1, 1]));
    let invented = source.concept("光合成", "植物は葉緑体で太陽の光からブドウ糖を作り出す。");
    assert_eq!(source.place(&invented, [1, 2]), None);
}

/// A document may talk a model into any number of long formulas that are nearly its own.
#[test]
fn looking_for_formulas_ends_however_many_and_long_they_are() {
    let formula = |first: usize| {
        let signs = (0..SIGNS_MAX).map(|place| format!("x_{} ", (first + place * 7) % 1_000));
        signs.collect::<String>()
    };
    let page = |number| (number, format!("${}$ and ${}$", formula(1), formula(2)));
    let source = Source::new((1..=20).map(page).collect());
    let found = (3..40).filter(|&first| source.has_formula(&formula(first)));
    assert_eq!(found.count(), 0);
    assert_eq!(source.comparisons.get(), 0, "no more are compared");
}

#[test]
fn of_a_long_range_the_pages_that_say_it_are_found() {
    let page = |number: u32| {
        let text = match number {
            200 => "An enzyme is a protein that speeds up a reaction.".to_owned(),
            201 => "The substrate binds where the enzyme is active.".to_owned(),
            _ => format!("Page {number} tells of weather and of roads in valley {number}."),
        };
        (number, text)
    };
    let source = Source::new((1..=400).map(page).collect());
    let one = source.concept("Enzyme", "A protein that speeds up a reaction.");
    assert_eq!(source.place(&one, [1, 400]), Some([200, 200]));
    let two = source.concept(
        "Enzyme",
        "A protein that speeds up a reaction; the substrate binds where it is active.",
    );
    assert_eq!(source.place(&two, [1, 400]), Some([200, 201]));
}
