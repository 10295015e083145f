//! A generation's key: SHA-256 over all that decides what comes out, and nothing else.
//! Two students with the same text share one generation, unless none is to be shared; a student whose
//! text differs by one hidden character does not.

use serde::Serialize;
use sha2::{Digest, Sha256};
use ultudy_llm::{GeneratorIdentity, LessonInput};

use crate::{Error, Result};

/// Raised when the shape of a stored lesson changes.
const SCHEMA_VERSION: u32 = 1;

/// Who shares a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Whoever has the same text. Who is answered at once knows that somebody has it, too.
    Global,
    /// Nobody: each owner has their own made.
    Off,
}

impl Sharing {
    /// Whose a generation for this owner is alone.
    pub(super) fn owner(self, owner_id: &str) -> Option<&str> {
        (self == Self::Off).then_some(owner_id)
    }
}

#[derive(Serialize)]
struct Keyed<'a> {
    kind: &'static str,
    schema_version: u32,
    identity: &'a GeneratorIdentity,
    input: &'a LessonInput,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_id: Option<&'a str>,
}

/// The key of a lesson on `input` by `identity`, as lower-case hex; of one that is this owner's
/// alone, if it is not shared.
///
/// # Errors
/// The input cannot be written as JSON (it always can).
pub fn generation_key(
    identity: &GeneratorIdentity,
    input: &LessonInput,
    owner_id: Option<&str>,
) -> Result<String> {
    let keyed = Keyed {
        kind: "lesson",
        schema_version: SCHEMA_VERSION,
        identity,
        input,
        owner_id,
    };
    let bytes = serde_json::to_vec(&keyed).map_err(Error::internal)?;
    Ok(hex::encode(Sha256::digest(bytes)))
}

/// The number under which glossaries by `identity` are kept: another for whatever else may
/// find other terms.
pub(super) fn glossary_version(identity: &GeneratorIdentity) -> Result<i32> {
    let bytes = serde_json::to_vec(identity).map_err(Error::internal)?;
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(bytes));
    Ok(i32::from_be_bytes([a, b, c, d]))
}

/// A shuffled order of four options, decided by the key and the question's place: the
/// same for everybody who shares the generation, and not to be guessed from the text.
pub(super) fn option_order(key: &str, place: usize) -> [usize; 4] {
    let digest = Sha256::digest(format!("{key}/{place}"));
    let mut order = [0, 1, 2, 3];
    order.sort_by_key(|&option| digest[option]);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use ultudy_llm::LessonPart;

    fn input(markdown: &str, variant: u32) -> LessonInput {
        let part = LessonPart {
            name: "One".into(),
            page_start: 1,
            page_end: 2,
            markdown: markdown.into(),
        };
        LessonInput {
            generation: None,
            title: "One".into(),
            parts: vec![part],
            glossary: Vec::new(),
            variant,
            language: None,
        }
    }

    fn identity(version: u32) -> GeneratorIdentity {
        GeneratorIdentity {
            provider: "extractive",
            model: "m".into(),
            version,
        }
    }

    #[test]
    fn a_language_is_another_lesson_and_none_is_the_key_that_was_there_before() {
        let plain = input("text", 0);
        let chosen = LessonInput {
            language: Some("de".into()),
            ..plain.clone()
        };
        assert_ne!(key(&plain), key(&chosen));
        let written = serde_json::to_string(&plain).unwrap_or_default();
        assert!(!written.contains("language"), "{written}");
    }

    fn key(input: &LessonInput) -> String {
        generation_key(&identity(1), input, None).unwrap_or_default()
    }

    #[test]
    fn what_is_not_shared_is_each_owners_alone() {
        let of = |sharing: Sharing, owner| {
            generation_key(&identity(1), &input("text", 0), sharing.owner(owner)).unwrap()
        };
        let (shared, ada) = (of(Sharing::Global, "ada"), of(Sharing::Off, "ada"));
        assert_eq!(shared, of(Sharing::Global, "eve"));
        assert_eq!(ada, of(Sharing::Off, "ada"));
        assert_ne!(ada, of(Sharing::Off, "eve"));
        assert_ne!(ada, shared);
    }

    #[test]
    fn a_glossary_is_kept_for_the_generator_that_found_it() {
        let of = |identity: &GeneratorIdentity| glossary_version(identity).unwrap();
        let other = GeneratorIdentity {
            provider: "other",
            ..identity(1)
        };
        assert_eq!(of(&identity(1)), of(&identity(1)));
        assert_ne!(of(&identity(1)), of(&identity(2)));
        assert_ne!(of(&identity(1)), of(&other));
    }

    #[test]
    fn one_hidden_character_or_another_variant_is_another_key() {
        assert_eq!(key(&input("text", 0)), key(&input("text", 0)));
        assert_ne!(key(&input("text", 0)), key(&input("te\u{200b}xt", 0)));
        assert_ne!(key(&input("text", 0)), key(&input("text", 1)));
    }

    #[test]
    fn options_are_shuffled_and_none_is_lost() {
        let orders: Vec<_> = (0..64).map(|place| option_order("key", place)).collect();
        for order in &orders {
            let mut sorted = *order;
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3]);
        }
        for place_of_first in 0..4 {
            assert!(orders.iter().any(|order| order[place_of_first] == 0));
        }
    }
}
