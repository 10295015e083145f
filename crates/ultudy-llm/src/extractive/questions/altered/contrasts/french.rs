use super::Lists;

pub(super) static LISTS: Lists = Lists {
    order: "premier/dernier première/dernière minimum/maximum minimal~/maximal~ \
        plus_petit~/plus_grand~ inférieur~/supérieur~ croissant~/décroissant~ augmente/diminue \
        augmentent/diminuent augmentation/diminution avant/après au-dessus/au-dessous \
        intérieur~/extérieur~ gauche/droite entrée/sortie début/fin haut/bas ascendant~/descendant~ \
        positif/négatif positive/négative positifs/négatifs positives/négatives \
        plus_court~/plus_long~ majorant/minorant majorée/minorée majoré/minoré numérateur/dénominateur \
        absorbe/libère gagne/perd plus_rapide~/plus_lent~ consomme/produit \
        plus_faible~/plus_élevé~ fort~/faible~",
    kind: "ouvert~/fermé~ fini~/infini~ pair~/impair~ continu~/discontinu~ borné~/non_borné~ \
        injectif/surjectif injective/surjective linéaire~/quadratique~ local/global locale/globale \
        convergent~/divergent~ converge/diverge réel/complexe constant~/variable~ somme/différence \
        produit/quotient union/intersection horizontal/vertical horizontale/verticale \
        ligne/colonne lignes/colonnes rationnel~/irrationnel~ statique~/dynamique~ \
        dépendant~/indépendant~ égal_à/différent_de égale_à/différente_de \
        commutatif/associatif commutative/associative vrai~/faux nécessaire~/suffisant~ \
        dérivée/primitive vitesse/accélération masse/force proton/électron protons/électrons \
        solide~/liquide~ acide~/basique~ interne~/externe~ direct~/indirect~ connu~/inconnu~ \
        animal~/végétal~ animale~/végétale~ chimique~/électrique~ oxygène/azote",
    quantity: "toujours>rarement souvent/rarement au_moins/au_plus/exactement \
        au_moins_un/au_plus_un/exactement_un unique>quelconque plusieurs>un_seul \
        partout>nulle_part beaucoup>peu",
    weaker: "tous_les>certains toutes_les>certaines pour_tout>pour_un_certain \
        pour_toute>pour_une_certaine chaque>au_moins_un",
    truth: "est>n’est_pas n’est_pas>est sont>ne_sont_pas ne_sont_pas>sont sans>avec avec>sans permet>empêche permettent>empêchent peut>ne_peut_pas \
        contient>ne_contient_pas possède>ne_possède_pas possible~/impossible~",
    junction: "ou>et et>ou",
    endings: &["es", "e", "s", ""],
    numbers: &[
        "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
    ],
    labels: &[
        "figure",
        "fig",
        "section",
        "chapitre",
        "tableau",
        "théorème",
        "lemme",
        "équation",
        "page",
        "définition",
        "exemple",
        "exercice",
        "partie",
        "étape",
        "proposition",
        "remarque",
    ],
};
