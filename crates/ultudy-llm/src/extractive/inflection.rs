//! Forms of one word, told from words of one root: “operators” is “operator”, but
//! “operation” is another term. Stemmers go too far for that, all but the German one.

use super::language::Language;

/// Characters a word keeps.
const KEPT_MIN: usize = 3;

/// A word, lower case, without number and gender; none where the stem is as good.
pub(super) fn reduce(lower: &str, language: Language) -> Option<String> {
    match language {
        Language::English => Some(english(lower)),
        Language::French => Some(french(lower)),
        Language::Spanish => Some(spanish(lower)),
        Language::German | Language::Japanese | Language::Other => None,
    }
}

fn english(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    if let Some(body) = word
        .strip_suffix("ies")
        .filter(|body| body.len() >= KEPT_MIN)
    {
        return format!("{body}y");
    }
    let sibilant = ["sses", "xes", "ches", "shes", "zzes"]
        .iter()
        .any(|end| word.ends_with(end));
    let singular = ["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    let plural = if sibilant { "es" } else { "s" };
    match word.strip_suffix(plural) {
        Some(body) if !singular && body.len() >= KEPT_MIN => body.to_owned(),
        _ => word.to_owned(),
    }
}

fn french(word: &str) -> String {
    if let Some(body) = word
        .strip_suffix("aux")
        .filter(|body| body.len() >= KEPT_MIN)
    {
        return format!("{body}al");
    }
    stripped(stripped(word, &["s", "x"]), &["e"]).to_owned()
}

fn spanish(word: &str) -> String {
    let plain: String = word
        .chars()
        .map(|c| match c {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' => 'u',
            other => other,
        })
        .collect();
    stripped(stripped(&plain, &["s"]), &["o", "a", "e"]).to_owned()
}

fn stripped<'a>(word: &'a str, endings: &[&str]) -> &'a str {
    endings
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .filter(|body| body.chars().count() >= KEPT_MIN)
        .unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_agree_and_relatives_differ() {
        for (language, forms, relative) in [
            (Language::English, ["operator", "operators"], "operation"),
            (Language::English, ["boundary", "boundaries"], "bound"),
            (Language::English, ["class", "classes"], "classical"),
            (Language::French, ["signal", "signaux"], "signature"),
            (Language::French, ["continu", "continues"], "continuité"),
            (Language::Spanish, ["función", "funciones"], "funcional"),
        ] {
            let [one, other] = forms.map(|form| reduce(form, language));
            assert_eq!(one, other, "{forms:?}");
            assert_ne!(one, reduce(relative, language), "{relative}");
        }
    }
}
