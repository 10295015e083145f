//! Words that carry grammar rather than meaning. They are told apart where meaning is
//! counted: a query is about its other words, and so is an answer.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// English.
const ENGLISH: &str = "a about above after again all also although am an and any are as at be \
    because been before being below between both but by can could did do does doing down during \
    each either else every few for from further had has have having he her here hers him his how \
    however i if in into is it its itself just let may me might more most must my neither no nor \
    not of off on once one only or other our out over own per rather same shall she should since \
    so some such than that the their theirs them then there therefore these they this those \
    though through thus to too under until up upon us very was we were what when where whether \
    which while who whom whose why will with within without would yet you your";

/// German, accents folded as everywhere here.
const GERMAN: &str = "aber alle allem allen aller alles als also am an andere anderen auch auf aus \
    bei beim bevor bin bis bist bzw da dabei dadurch daher damit danach dann daran darauf daraus \
    das dass dazu dein dem den denn der deren des dessen die dies diese diesem diesen dieser \
    dieses doch dort du durch ein eine einem einen einer eines einige er es etwa etwas euch fur \
    gegen hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer \
    in indem ins ist ja jede jedem jeden jeder jedes jedoch jene jener kann kein keine keinen \
    keiner konnen konnte man manche mehr mein mit mochte muss mussen nach nein nicht nichts noch \
    nun nur ob obwohl oder ohne schon sehr sein seine seinem seinen seiner seit selbst sich sie \
    sind so sobald soll sollen solche sondern sonst sowie uber um und uns unser unter viel vom \
    von vor wahrend war waren warum was weder weil welche welchem welchen welcher welches wenn wer \
    werden wie wieder will wir wird wo wobei wodurch wurde wurden zu zum zur zwar zwischen";

/// French.
const FRENCH: &str = "a afin ai ainsi alors apres au aucun aucune aussi autre autres aux avait \
    avant avec avoir beaucoup bien car ce ceci cela celle celles celui ces cet cette ceux chaque \
    chez ci comme comment d dans de depuis des donc dont du elle elles en encore entre est et etait \
    etant ete etre eu eux fait il ils j je jusqu l la le les leur leurs lors lorsque lui m ma mais \
    me meme memes mes moins mon n ne ni non nos notre nous on ont or ou par parce pas pendant peu \
    peut peuvent plus plusieurs pour pourquoi puis puisque qu quand que quel quelle quelles quels \
    qui quoi s sa sans se selon sera ses si sinon soit son sont sous sur t ta tandis te tel telle \
    tels tes toi ton tous tout toute toutes tres tu un une va vers voici voila vos votre vous y";

/// Spanish.
const SPANISH: &str = "a al algo algun alguna algunas alguno algunos ambos ante antes aquel \
    aquella asi aun aunque cada como con contra cual cuales cuando de del desde donde dos durante \
    e el ella ellas ello ellos en entre era eran es esa esas ese eso esos esta estaba estan estar \
    estas este esto estos fue fueron ha haber habia han hasta hay la las le les lo los luego mas me \
    mediante mi mientras muy nada ni no nos nosotros o otra otras otro otros para pero poco por \
    porque pues puede pueden que quien quienes se sea segun ser si sido siempre sin sino sobre son \
    su sus tal tambien tan tanto te tiene tienen toda todas todo todos tras tu tus un una unas uno \
    unos usted y ya yo";

/// The lists, by language.
static LISTS: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    let lists = [
        ("en", ENGLISH),
        ("de", GERMAN),
        ("fr", FRENCH),
        ("es", SPANISH),
    ];
    let sets = lists.map(|(language, list)| (language, list.split_ascii_whitespace().collect()));
    HashMap::from(sets)
});

/// Whether a folded word carries grammar in this language.
#[must_use]
pub fn is_function_word(folded: &str, language: Option<&str>) -> bool {
    let list = language.and_then(|language| LISTS.get(language));
    list.is_some_and(|words| words.contains(folded))
}

/// The language most of these folded words carry grammar in; none where none do.
pub fn guess(folded: &[&str]) -> Option<&'static str> {
    let hits = |language: &str| {
        let words = folded.iter();
        words
            .filter(|word| is_function_word(word, Some(language)))
            .count()
    };
    // Of equals the first.
    let best = ["es", "fr", "de", "en"]
        .into_iter()
        .max_by_key(|language| hits(language))?;
    (hits(best) > 0).then_some(best)
}

/// Whether function words of this language are known here.
#[must_use]
pub fn is_known(language: Option<&str>) -> bool {
    language.is_some_and(|language| LISTS.contains_key(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammar_is_told_from_meaning_by_language() {
        assert!(is_function_word("the", Some("en")));
        assert!(is_function_word("fur", Some("de")));
        assert!(!is_function_word("the", Some("de")));
        assert!(!is_function_word("limit", Some("en")));
        assert!(!is_function_word("the", None));
    }
}
