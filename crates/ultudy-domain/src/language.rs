//! Which language a text is in.

use whatlang::{Detector, Info, Lang, detect as guess};

/// The languages that lessons can be asked for in, as BCP 47 tags.
pub const CHOICES: [&str; 32] = [
    "ar", "bg", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id",
    "it", "ja", "ko", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sv", "th", "tr", "uk", "vi",
    "zh",
];

/// One of [`CHOICES`], however its letters are written.
#[must_use]
pub fn choice(tag: &str) -> Option<&'static str> {
    let mut choices = CHOICES.into_iter();
    choices.find(|choice| choice.eq_ignore_ascii_case(tag.trim()))
}

/// Letters a text must have before its language is guessed.
const LETTERS_MIN: usize = 20;

/// How sure a guess among the commonest languages must be.
const CONFIDENCE_MIN: f64 = 0.05;

/// Of a Japanese text's letters more than one in so many is kana.
const KANA_SHARE: usize = 20;

/// Bytes looked at; more change nothing.
const SAMPLE_BYTES: usize = 20_000;

/// The ISO 639-1 code of the text's language; `None` where there is too little text to
/// tell, or the guess is not reliable.
#[must_use]
pub fn detect(text: &str) -> Option<&'static str> {
    let sample = &text[..text.floor_char_boundary(SAMPLE_BYTES)];
    // Digits, operators and code say nothing of the language.
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    if letters < LETTERS_MIN {
        return None;
    }
    // Kana are written in one language only, however much code stands between them.
    let kana = sample.chars().filter(|&c| is_kana(c)).count();
    if kana * KANA_SHARE > letters {
        return Some("ja");
    }
    if is_arabic(sample, letters) {
        return Some("ar");
    }
    let info = guess(sample)
        .filter(Info::is_reliable)
        .or_else(|| guess_common(sample))?;
    code(info.lang())
}

/// A guess among the commonest languages of course material, which a few sentences are
/// enough for.
fn guess_common(sample: &str) -> Option<Info> {
    if !sample.chars().all(|c| !c.is_alphabetic() || c < '\u{250}') {
        return None;
    }
    let common = vec![Lang::Eng, Lang::Deu, Lang::Fra, Lang::Spa];
    Detector::with_allowlist(common)
        .detect(sample)
        .filter(|info| info.confidence() >= CONFIDENCE_MIN)
}

/// Whether most letters are of the Arabic script, with forms that only Arabic writes and
/// none that only its neighbours do (Persian, Urdu, Pashto, Kurdish): a few words tell.
fn is_arabic(sample: &str, letters: usize) -> bool {
    let of_script = |c: &char| matches!(c, '\u{621}'..='\u{64a}' | '\u{671}'..='\u{6d3}');
    let script = sample.chars().filter(of_script).count();
    let foreign = |c| matches!(c, '\u{671}'..='\u{6d3}');
    script * 2 > letters && sample.contains(['ة', 'ي', 'ك']) && !sample.chars().any(foreign)
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}')
}

/// The two-letter code of a language; `None` for one without.
fn code(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_one_of_the_list_however_it_is_written() {
        assert_eq!(choice(" DE "), Some("de"));
        assert_eq!(choice("pt-br"), Some("pt-BR"));
        for tag in ["", "xx", "de\nignore", "german"] {
            assert_eq!(choice(tag), None, "{tag}");
        }
    }

    #[test]
    fn the_languages_of_course_material_are_told_apart() {
        for (text, language) in [
            (
                "A cell is the smallest unit of life that can live on its own and divide.",
                "en",
            ),
            (
                "Eine Zelle ist die kleinste Einheit des Lebens, die für sich allein leben kann.",
                "de",
            ),
            (
                "La cellule est la plus petite unité du vivant qui puisse vivre toute seule.",
                "fr",
            ),
            (
                "La célula es la unidad más pequeña de la vida que puede vivir por sí misma.",
                "es",
            ),
            (
                "細胞は生命の最小単位であり、それ自身で生きて分裂することができる。",
                "ja",
            ),
            (
                "الخلية هي أصغر وحدة في الحياة ويمكنها أن تعيش وتنقسم من تلقاء نفسها",
                "ar",
            ),
        ] {
            assert_eq!(detect(text), Some(language), "{text}");
        }
    }

    #[test]
    fn a_few_words_of_arabic_are_enough_and_persian_is_not_taken_for_it() {
        assert_eq!(detect("انواع الخطوط العربية انواع الخطوط"), Some("ar"));
        let persian = "یاخته کوچک‌ترین واحد زندگی است که می‌تواند به تنهایی زندگی کند و تقسیم شود";
        assert_eq!(detect(persian), Some("fa"));
    }

    #[test]
    fn japanese_is_known_among_code() {
        let text = "以下のコードで探索する。 for node in open_list: expand(node); closed.add(node)";
        assert_eq!(detect(text), Some("ja"));
    }

    #[test]
    fn one_sentence_of_a_common_language_is_enough() {
        let text = "A function is called continuous at a point if its limit exists there.";
        assert_eq!(detect(text), Some("en"));
    }

    #[test]
    fn nothing_is_guessed_from_too_little() {
        for text in ["", "x = 1; y = 2;", "12.5 % ± 3", "Sets"] {
            assert_eq!(detect(text), None, "{text}");
        }
    }
}
