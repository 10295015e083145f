//! Whatever the text, there is no panic, and what comes out keeps the contract.

use proptest::collection::vec;
use proptest::prelude::*;
use ultudy_llm::GenerateError;

use super::{contract, generate, glossary, input, texts};

/// Marks and turns that a reader may trip over; `¦` parts them.
const BITS: &str = "**¦*¦_¦`¦```\n¦$¦$$¦\\¦[¦](x)¦<b>¦<!-- page 3 -->\n¦<!--¦-->¦# ¦- ¦1. ¦> ¦\
    | a | b |\n|---|---|\n¦\n\n¦\n¦. ¦? ¦。¦is called ¦is a ¦heißt ¦とは¦(¦)¦“¦”¦e.g. ¦\
    Definition 2 (¦Example 1. ¦\u{202e}¦\0¦🙂¦ß¦İ¦e\u{301}¦الخلية ¦状態空間¦...";
const WORDS: &str = "A ¦The ¦This ¦set ¦metric ¦space ¦function ¦continuous ¦the ¦of ¦with ¦\
    cells ¦operator ¦operators ¦every ¦point ¦distance ";

/// Pieces that make up texts likelier to confuse than random characters.
fn piece() -> impl Strategy<Value = String> {
    let one_of = |list: &'static str| {
        let pieces: Vec<_> = list.split('¦').map(String::from).collect();
        prop::sample::select(pieces)
    };
    prop_oneof![3 => one_of(BITS), 5 => one_of(WORDS), 1 => ".{0,12}"]
}

/// A sample with pieces strewn in.
fn mixed() -> impl Strategy<Value = String> {
    let samples = prop::sample::select(vec![
        texts::CALCULUS,
        texts::BIOLOGY,
        texts::GERMAN,
        texts::CODE,
        texts::FRENCH,
        texts::JAPANESE,
    ]);
    (samples, vec((any::<prop::sample::Index>(), piece()), 0..12)).prop_map(|(sample, pieces)| {
        let mut text = sample.to_owned();
        for (index, piece) in pieces {
            let place = text.floor_char_boundary(index.index(text.len()));
            text.insert_str(place, &piece);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_gives_a_sound_lesson_or_a_clear_refusal(
        text in prop_oneof![vec(piece(), 0..120).prop_map(|pieces| pieces.concat()), mixed(), ".{0,400}"],
        variant in 0_u32..4,
    ) {
        let mut input = input(&text);
        input.glossary = glossary(&input.parts);
        input.variant = variant;
        match generate(&input) {
            Ok(lesson) => {
                contract::check(&input, &lesson);
                prop_assert_eq!(generate(&input).unwrap(), lesson);
            }
            Err(GenerateError::Permanent { code, .. }) => prop_assert_eq!(code, "section_without_text"),
            Err(other) => panic!("{other}"),
        }
    }
}

/// Found by chance: a stop in the middle of a sentence leaves a piece that is none, and what stands on
/// either side of it is no one quotation.
#[test]
fn what_has_something_between_is_not_quoted_as_one() {
    let parted = texts::GERMAN.replace("eine offene Menge", "eine offene。 Menge");
    assert_ne!(parted, texts::GERMAN);
    let mut input = input(&parted);
    input.glossary = glossary(&input.parts);
    contract::check(&input, &generate(&input).unwrap());
}
