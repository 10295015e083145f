//! Nouns of general language that definitions put their terms under, by language.

use crate::extractive::language::Language;

/// What nouns of general language stand for, as far as definitions use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Activity,
    Quantity,
    Collection,
    Part,
    Condition,
    Task,
    Device,
    Statement,
    Relation,
    Place,
    Person,
}

/// The nouns of a language, in the singular and lower case, parted by spaces.
pub(super) const fn classes(language: Language) -> &'static [(Class, &'static str)] {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
        Language::Japanese => &JAPANESE,
        Language::Other => &[],
    }
}

/// Endings of nouns, parted by spaces, with the classes of most that have them.
pub(super) const fn endings(language: Language) -> &'static [(&'static str, &'static [Class])] {
    const DEED: &[Class] = &[Class::Activity, Class::Condition];
    const BEING: &[Class] = &[Class::Condition, Class::Quantity];
    const DOER: &[Class] = &[Class::Device, Class::Person];
    match language {
        Language::English => &[
            ("tion sion ment ing sis ism age ology ics metry", DEED),
            ("ity ness ance ence ency ancy", BEING),
            ("er or", DOER),
        ],
        Language::German => &[
            ("ung ion ierung ieren", DEED),
            ("heit keit tät anz enz", BEING),
            ("er or", DOER),
        ],
        Language::French => &[
            ("tion sion ment age isme", DEED),
            ("ité té ance ence esse", BEING),
            ("eur euse", DOER),
        ],
        Language::Spanish => &[
            ("ción sión cion sion miento aje ismo", DEED),
            ("dad eza ncia nci", BEING),
            ("dor dora", DOER),
        ],
        Language::Japanese => &[
            ("化 放 出 展開 検出", &[Class::Activity]),
            ("性 度 率", BEING),
            ("器 機 者", DOER),
        ],
        Language::Other => &[],
    }
}

static ENGLISH: [(Class, &str); 11] = [
    (
        Class::Task,
        "problem task question puzzle game challenge exercise job",
    ),
    (
        Class::Activity,
        "process method procedure algorithm technique practice operation action act way use \
         conversion construction transformation approach strategy activity study search \
         computation step change division movement reaction mechanism discipline technology \
         evaluation management development planning analysis exchange transfer conduct event \
         round iteration traversal tactic heuristic subroutine recursion science field style \
         removal replacement production treatment creation combination addition branch pass \
         lookup walk training learning assignment selection sampling estimation optimisation \
         optimization programming reasoning algebra calculus mathematics integration differentiation generalisation \
         generalization regularisation regularization",
    ),
    (
        Class::Quantity,
        "number value factor measure amount rate size distance sum difference average ratio \
         quantity length degree probability slope fraction coefficient percentage frequency speed \
         force mass energy temperature pressure volume area price cost score count integer real \
         element polynomial minimum maximum limit angle time duration parameter variable product mean \
         derivative estimate",
    ),
    (
        Class::Collection,
        "set list collection group sequence array table row series family pair tuple sample \
         stream queue stack string tree graph vector matrix dictionary database class population \
         record bundle subset structure block \
         sublist organization layer space ring field lattice type category data",
    ),
    (
        Class::Part,
        "part element member portion piece component unit ingredient aspect example instance \
         specimen observation entry item sample",
    ),
    (
        Class::Condition,
        "state failure condition situation ability property phenomenon quality error tendency \
         fact behavior behaviour disease disorder risk loss form feature characteristic \
         capacity attribute symptom effect difficulty status position role right duty",
    ),
    (
        Class::Device,
        "object system device machine program model tool computer compiler interpreter software \
         package language framework environment network circuit instrument processor simulator \
         library module file memory register storage buffer container facility interface \
         constructor selector agent box component structure block unit app application",
    ),
    (
        Class::Statement,
        "expression statement rule formula equation proposition theorem symbol name notation \
         word sign principle sentence assertion query instruction command clause \
         definition description identifier label claim hypothesis axiom criterion constraint \
         predicate representation convention plan theory code document argument",
    ),
    (
        Class::Relation,
        "function map mapping operator operation law product relation transformation formula rule morphism homomorphism isomorphism \
         correspondence bijection homotopy metric order",
    ),
    (
        Class::Place,
        "point place region space line curve graph tree surface landscape area interval path edge node \
         vertex location plane cell position neighborhood neighbourhood",
    ),
    (
        Class::Person,
        "person someone anyone people author worker user player owner organisation company \
         government institution",
    ),
];

static GERMAN: [(Class, &str); 10] = [
    (Class::Task, "problem aufgabe frage spiel rätsel"),
    (
        Class::Activity,
        "verfahren methode prozess vorgang algorithmus technik operation handlung tätigkeit \
         umwandlung konstruktion strategie suche berechnung schritt änderung teilung bewegung \
         reaktion mechanismus wissenschaft lehre analyse auswertung ablauf vorgehen \
         übergang verkettung zerlegung",
    ),
    (
        Class::Quantity,
        "zahl wert faktor maß betrag rate größe abstand summe differenz mittelwert verhältnis \
         länge grad wahrscheinlichkeit steigung anteil koeffizient geschwindigkeit kraft masse \
         energie temperatur druck volumen preis kosten grenzwert winkel dauer parameter krümmung",
    ),
    (
        Class::Collection,
        "menge liste sammlung gruppe folge reihe familie paar teil system struktur verband \
         tupel baum graph vektor matrix klasse element bestandteil überdeckung komplex basis \
         topologie raum mannigfaltigkeit körper ring",
    ),
    (
        Class::Condition,
        "zustand fehler bedingung fähigkeit eigenschaft phänomen neigung verhalten krankheit \
         risiko verlust merkmal kapazität einheit",
    ),
    (
        Class::Device,
        "objekt gerät maschine programm modell werkzeug rechner software sprache netz schaltung \
         instrument speicher datei modul schnittstelle",
    ),
    (
        Class::Statement,
        "ausdruck aussage regel formel gleichung satz symbol name zeichen gesetz prinzip muster \
         anweisung definition beschreibung hypothese axiom kriterium darstellung theorie plan \
         vertrag",
    ),
    (
        Class::Relation,
        "funktion abbildung operator relation morphismus homomorphismus isomorphismus \
         homöomorphismus bilinearform metrik ordnung",
    ),
    (
        Class::Place,
        "punkt ort bereich raum linie kurve fläche gebiet intervall weg kante knoten ecke ebene \
         umgebung zelle gerade mannigfaltigkeit graph kreis komplex eck strecke kugel sphäre winkel",
    ),
    (
        Class::Person,
        "person mensch unternehmen organisation staat behörde",
    ),
];

static FRENCH: [(Class, &str); 10] = [
    (Class::Task, "problème tâche question jeu exercice"),
    (
        Class::Activity,
        "processus méthode procédé procédure algorithme technique opération action activité \
         conversion construction transformation stratégie étude recherche calcul étape changement \
         division mouvement réaction mécanisme science analyse",
    ),
    (
        Class::Quantity,
        "nombre valeur facteur mesure quantité taux taille distance somme différence moyenne \
         rapport longueur degré probabilité pente fraction coefficient vitesse force masse \
         énergie température pression volume prix coût limite angle durée paramètre",
    ),
    (
        Class::Collection,
        "ensemble liste collection groupe suite série famille paire partie structure système \
         arbre graphe vecteur matrice classe élément unité",
    ),
    (
        Class::Condition,
        "état échec condition capacité propriété phénomène qualité erreur tendance maladie \
         risque perte comportement",
    ),
    (
        Class::Device,
        "objet appareil machine programme modèle outil ordinateur logiciel langage réseau \
         circuit instrument mémoire fichier module",
    ),
    (
        Class::Statement,
        "expression énoncé règle formule équation théorème symbole nom signe loi principe phrase \
         motif instruction définition description hypothèse axiome critère théorie",
    ),
    (
        Class::Relation,
        "fonction application opérateur relation morphisme homomorphisme isomorphisme",
    ),
    (
        Class::Place,
        "point lieu région espace ligne courbe surface zone intervalle chemin arête nœud sommet \
         plan voisinage cellule enveloppe",
    ),
    (Class::Person, "personne individu entreprise organisation"),
];

static SPANISH: [(Class, &str); 10] = [
    (Class::Task, "problema tarea pregunta juego ejercicio"),
    (
        Class::Activity,
        "proceso método procedimiento algoritmo técnica operación acción actividad conversión \
         construcción transformación estrategia estudio búsqueda cálculo paso cambio división \
         movimiento reacción mecanismo ciencia análisis",
    ),
    (
        Class::Quantity,
        "número valor factor medida cantidad tasa tamaño distancia suma diferencia media razón \
         longitud grado probabilidad pendiente fracción coeficiente velocidad fuerza masa energía \
         temperatura presión volumen precio coste límite ángulo parámetro",
    ),
    (
        Class::Collection,
        "conjunto lista colección grupo sucesión serie familia par parte estructura sistema árbol \
         grafo vector matriz clase elemento unidad",
    ),
    (
        Class::Condition,
        "estado fallo condición capacidad propiedad fenómeno cualidad error tendencia enfermedad \
         riesgo pérdida comportamiento",
    ),
    (
        Class::Device,
        "objeto aparato máquina programa modelo herramienta ordenador lenguaje red circuito \
         instrumento memoria archivo módulo",
    ),
    (
        Class::Statement,
        "expresión enunciado regla fórmula ecuación teorema símbolo nombre signo ley principio \
         frase patrón instrucción definición descripción hipótesis axioma criterio teoría",
    ),
    (
        Class::Relation,
        "función aplicación operador relación morfismo homomorfismo isomorfismo",
    ),
    (
        Class::Place,
        "punto lugar región espacio línea curva superficie zona intervalo camino arista nodo \
         vértice plano entorno célula envoltura",
    ),
    (Class::Person, "persona individuo empresa organización"),
];

static JAPANESE: [(Class, &str); 9] = [
    (Class::Task, "問題 タスク 課題 ゲーム パズル"),
    (
        Class::Activity,
        "方法 手法 アルゴリズム 操作 探索 技術 手順 処理 過程 戦略 行動 アクション 法 計算 動作",
    ),
    (
        Class::Quantity,
        "値 数 量 長さ 距離 コスト 時間 確率 割合 サイズ 係数 変数 パラメータ",
    ),
    (
        Class::Collection,
        "集合 列 リスト グラフ 木 組 構造 テーブル キュー スタック 配列 要素 クラス",
    ),
    (Class::Condition, "状態 条件 性質 能力 現象 特徴"),
    (
        Class::Device,
        "モデル プログラム システム エージェント 機械 ツール 言語 ライブラリ モジュール データ",
    ),
    (
        Class::Statement,
        "式 命題 規則 ルール 記号 名前 文 表現 定理 仮説 定義 プラン 仮定",
    ),
    (
        Class::Relation,
        "関数 写像 演算子 関係 ヒューリスティック 順序",
    ),
    (Class::Place, "点 節点 ノード 場所 空間 領域 経路 辺 エッジ"),
];
