//! What a sentence does besides defining, by its turns of phrase, whatever the language;
//! lower case, parted by `;`.

/// Gives an example.
pub(super) const EXAMPLE: &str = "for example;for instance;e.g.;as an example;zum beispiel;z.b.;\
    z. b.;beispielsweise;par exemple;por ejemplo;例えば;たとえば;例如";

/// Asks to be remembered.
pub(super) const NOTE: &str = "note that;notice that;remember that;keep in mind;it is important;\
    be careful;must not;is crucial;is essential;beachte;wichtig ist;zu beachten;il faut noter;\
    notons que;il est important;nótese;es importante;hay que tener en cuenta;注意";

/// Says why.
pub(super) const WHY: &str = "is important;are important;is essential;are essential;\
    is fundamental;are fundamental;is crucial;is useful;are useful;importance of;\
    makes it possible;make it possible;the purpose of;the reason;advantage of;advantages of;\
    is needed for;plays a central role;plays an important role;wichtig;ermöglicht;nützlich;zweck;\
    vorteil;est important;est essentiel;permet de;utile;es importante;es fundamental;permite;\
    útil;重要";

/// Says what the reader will be able to do.
pub(super) const OUTCOME: &str = "you will learn;we will learn;you will be able;after reading;\
    in this section;in this chapter;we will see how;our goal is;the goal of this;\
    in diesem kapitel;in diesem abschnitt;lernen sie;ziel dieses;dans ce chapitre;\
    dans cette section;nous allons voir;en este capítulo;en esta sección;本章では;本節では";

/// Compares.
pub(super) const ANALOGY: &str = "analogous to;by analogy;you can think of;we can think of;\
    can be thought of as;imagine;is similar to;much like;ähnlich wie;vergleichbar mit;\
    stellen wir uns;analog zu;par analogie;imaginons;de même que;análogo a;imaginemos;\
    es similar a";

/// Says what a formula's letters are.
pub(super) const WHERE: &str = "where;wobei;où;donde";

/// Whether a text has one of the turns, at the head of a word.
pub(super) fn has_any(text: &str, turns: &str) -> bool {
    let lower = text.to_lowercase();
    turns.split(';').any(|turn| {
        lower.match_indices(turn).any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() && c.is_ascii())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_found_as_words() {
        assert!(has_any("Cells, For Example, divide.", EXAMPLE));
        assert!(has_any("例えば、関数である。", EXAMPLE));
        assert!(!has_any("The footnote that follows", NOTE));
    }
}
