use super::Lists;

pub(super) static LISTS: Lists = Lists {
    order: "größt~/kleinst~ größer/kleiner größere~/kleinere~ größer_als/kleiner_als \
        größer_gleich/kleiner_gleich minimal~/maximal~ erste~/letzte~ Minimum/Maximum \
        Infimum/Supremum obere~/untere~ innere~/äußere~ innerhalb/außerhalb links/rechts \
        linke~/rechte~ vorher/nachher wächst/fällt wachsend~/fallend~ steigend~/fallend~ \
        längste~/kürzeste~ länger/kürzer längere~/kürzere~ höchste~/niedrigste~ \
        höher/niedriger mehr_als/weniger_als oberhalb/unterhalb \
        positiv~/negativ~ vorwärts/rückwärts Anfang/Ende Eingabe/Ausgabe Zähler/Nenner \
        Vorgänger/Nachfolger Teilmenge/Obermenge früher/später nimmt_zu/nimmt_ab \
        Definitionsbereich/Wertebereich stark~/schwach~ schnell~/langsam~ hoch/niedrig \
        kleinste~/größte~ beginnt/endet",
    kind: "offene~/abgeschlossene~ offen/abgeschlossen endlich~/unendlich~ gerade_Zahl/ungerade_Zahl \
        stetig~/unstetig~ injektiv~/surjektiv~ beschränkt~/unbeschränkt~ lokal~/global~ \
        parallel~/senkrecht~ spitz~/stumpf~ konvex~/konkav~ linear~/quadratisch~ reell~/komplex~ \
        rational~/irrational~ zusammenhängend~/unzusammenhängend~ kommutativ~/assoziativ~ \
        symmetrisch~/antisymmetrisch~ reflexiv~/transitiv~ diskret~/stetig~ bekannt~/unbekannt~ \
        gleich_lang/verschieden_lang gleich_groß/verschieden_groß dieselbe/eine_andere \
        derselbe/ein_anderer denselben/einen_anderen dasselbe/ein_anderes \
        gleiche~/verschiedene~ waagerecht~/senkrecht~ statisch~/dynamisch~ abhängig~/unabhängig~ \
        konvergent~/divergent~ konvergiert/divergiert Summe/Differenz Zeile/Spalte Zeilen/Spalten \
        Durchschnitt/Abschluss wahr/falsch notwendig~/hinreichend~ \
        Knoten/Kanten Radius/Durchmesser Addition/Multiplikation \
        homöomorph~/isometrisch~ isometrisch~/homöomorph~ Homöomorphismus/Isomorphismus \
        hyperbolisch~/euklidisch~ euklidisch~/hyperbolisch~ orientierbar~/nicht_orientierbar~ \
        regulär~/singulär~ bijektiv~/injektiv~/surjektiv~ einfach_zusammenhängend~>zusammenhängend~ \
        wegzusammenhängend~>zusammenhängend~ kompakt~/offen~ differenzierbar~/stetig~ \
        Länge/Krümmung Fläche/Kurve Ebene/Gerade Umgebung/Teilmenge Rand/Abschluss \
         natürliche_Zahl/reelle_Zahl ganze_Zahl/reelle_Zahl \
        natürlichen_Zahlen/reellen_Zahlen ganzen_Zahlen/reellen_Zahlen",
    quantity: "immer/nie stets/nie oft/selten meist/selten genau_ein~/höchstens_ein~/mindestens_ein~ \
        genau_eine~/höchstens_eine~/mindestens_eine~ genau_zwei/höchstens_zwei/mindestens_zwei \
        mindestens/höchstens/genau überall/nirgends eindeutig~>beliebig~ beide>keine",
    weaker: "jede>keine jeder>kein jedes>kein jedem>keinem jeden>keinen jede>mindestens_eine \
        jeder>mindestens_ein für_alle>für_mindestens_ein alle>einige allen>einigen \
        je_zwei>mindestens_zwei endlich_viele/unendlich_viele",
    truth: "nicht> kein>ein keine>eine keinen>einen keinem>einem keiner>einer \
        es_gibt_ein~>es_gibt_kein~ gibt_es_ein~>gibt_es_kein~ ohne_gemeinsame>mit_gemeinsamen \
        muss>muss_nicht müssen>müssen_nicht",
    junction: "oder>und und>oder",
    endings: &["en", "em", "er", "es", "e", "n", "r", "s", "m", ""],
    numbers: &[
        "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
    ],
    labels: &[
        "abbildung",
        "abb",
        "abschnitt",
        "kapitel",
        "tabelle",
        "satz",
        "lemma",
        "gleichung",
        "seite",
        "definition",
        "beispiel",
        "aufgabe",
        "teil",
        "schritt",
        "bild",
        "bemerkung",
        "korollar",
        "proposition",
        "nr",
        "axiom",
        "übung",
        "folgerung",
    ],
};
