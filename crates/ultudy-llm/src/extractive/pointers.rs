//! Words that point out of a sentence, by language; lower case, parted by `;`. A blank at
//! an end stands for the edge of a word.

use super::language::Language;

/// What points out of a sentence.
pub(super) struct Pointers {
    /// Turns that point wherever they stand.
    pub always: &'static str,
    /// Turns that look like one of `always` but point nowhere; cut out before looking.
    pub never: &'static str,
    /// Names of what stands elsewhere in the book, which point where a number or a definite
    /// article is with them.
    pub places: &'static str,
    /// The same of what need not be of the book: only a number tells.
    pub numbered: &'static str,
    /// Definite articles before `places`.
    pub definite: &'static str,
    /// Words that point, unless the noun behind them stands before them in the sentence, too.
    pub demonstratives: &'static str,
    /// What opens a sentence, up to a comma, and tells only how it follows from the one before.
    pub openers: &'static str,
    /// Words at the head of a sentence that pose a task or go on from the one before.
    pub heads: &'static str,
}

static ENGLISH: Pointers = Pointers {
    always: " this ; other hand; on top of; of course; one. ; ones. ; these ; those ; such ;\
        a similar ; similarly; likewise; converse; analogous; above; below; the following;\
        as follows; previous; preceding; earlier; here ; here,; we saw; we have seen; let us;\
        let's ; let’s ; i ; i’; i'; my ; his ; her ; he ; she ; the latter; the former;\
        both of ; last ; also ; too. ; our ; suppose ; recall ; now ; the first ; the second ;\
        the two ; in contrast, ; the resulting ; the reader; you will; you should; we will; we want; we need;\
        we must; we shall; we have ; we’; we'; in question; mentioned; so far; later; see ;\
        shown ; the book; the text; another way; in particular, ; as before;\
        next section; next chapter; the next ; instead of that; again, ; us ; author; ok ;\
        reader ; previously; just described; just as ; of which ; for which we ",
    never: " such that; such as;those that;those who;those which;those whose;those of ;\
        those in ; also called; also known; also referred to;also written;also denoted;\
        also termed;also named;here and there;last in;last element;sooner or later;\
        above all;an earlier ;one after the other;each other;the following form: ",
    places: "section;chapter;figure;exercise;footnote;appendix;equation;example;theorem;lemma;table;\
        proof;proposition;corollary;listing;definition;remark;discussion;illustration",
    numbered: "page;step;line;part;formula;diagram;picture;program;algorithm;chapter;case;problem",
    definite: "the;this;that;our",
    demonstratives: "this;these;those;that;such;it;they;then;here",
    openers: "for example;for instance;in contrast;in fact;indeed;similarly;however;thus;\
        therefore;hence;moreover;furthermore;also;in addition;on the other hand;as ;\
        from this ;in this sense;in particular;more ;for another ;finally;of course;\
        put simply;interestingly;conversely;likewise;instead;nevertheless;still;here;then;\
        again;accordingly;consequently",
    heads: "define;write;show;prove;give;consider;explain;try;use;design;implement;notice;note;\
        find;describe;draw;compute;assume;observe;modify;add;choose;think;compare;let;suppose;\
        for example;for instance;imagine;take;look;remember;recall;given;verify;check;please;\
        determine;calculate;complete;fill;discuss;why;how;what;who;where;yes;no,;well,;ok;\
        on the contrary;conversely;in other words;in fact;indeed;for this;\
        as an example;as another;for another;to illustrate;in this;in that;at this;at that;after that",
};

static GERMAN: Pointers = Pointers {
    always: " dies; diese; dieser ; dieses ; diesem ; diesen ; solche; obige; oben ; unten ;\
        folgend; vorherig; hier ; hier,; ich ; mir ; mich ; mein; letztere; erstere; analog;\
        umgekehrt; siehe ; bereits ; vgl. ; man mache; jetzt ; nun ; wir haben ; wir werden ;\
        wie gesehen; erwähnt; später; zuvor; vorhin; der leser; das buch; das skript;\
        die beiden ; der erste ; der zweite ; das erste ; das zweite ; bekanntlich; vorlesung",
    never: " von oben; nach oben; nach unten; hier und da",
    places: "abschnitt;kapitel;abbildung;abb;aufgabe;fußnote;anhang;gleichung;beispiel;bemerkung;\
        satz;lemma;definition;tabelle;behauptung;beweis;korollar;proposition",
    numbered: "seite;schritt;zeile;teil;formel;fall;algorithmus;nr;punkt",
    definite: "der;die;das;dem;den;des;im;zum;zur;vom;obiger;obigem;nach",
    demonstratives: "dies;diese;dieser;dieses;diesen;diesem;dann;solche;solch;solcher;solches;hier",
    openers: "",
    heads: "zeige;zeigen;beweise;beweisen;betrachte;betrachten;zeichne;bestimme;berechne;\
        erkläre;beschreibe;gib;geben;finde;warum;wie;was;wer;wo;zum beispiel;z. b.;z.b.;\
        beispielsweise;also;somit;ebenso;analog;angenommen;beachte;man beachte;bemerke;\
        stelle;überlege;löse;vergleiche;mit anderen worten;im gegensatz;im folgenden",
};

static FRENCH: Pointers = Pointers {
    always: " ce ; cet ; cette ; ces ; ci-dessus; ci-dessous; suivant; précédent; ici ; ici,;\
        celui-ci; celle-ci; ceux-ci; celles-ci; voir ; je ; j’; j'; tel ; telle ; mon ; ma ;\
        plus haut; plus bas; nous avons ; nous allons ; nous verrons; nous voulons ;\
        le premier ; le second ; les deux ; le lecteur; ce livre; maintenant ; dernier ;\
        ci-après; déjà ; par la suite; en question",
    never: " tel que ; telle que ; tels que ; telles que ; c'est-à-dire ; c’est-à-dire ; ce qui ;\
        ce que ; est-ce ;dernier entré; tous ceux",
    places: "section;chapitre;figure;exercice;annexe;exemple;théorème;tableau;équation;lemme;\
        proposition;corollaire;remarque;définition;preuve;démonstration",
    numbered: "page;étape;ligne;partie;formule;cas;algorithme",
    definite: "le;la;les;du;au",
    demonstratives: "ce;cet;cette;ces;alors;telle;tel",
    openers: "par exemple;en effet;ainsi;de même;au contraire;en revanche;cependant;toutefois;\
        par conséquent;donc;enfin;de plus;autrement dit;or",
    heads: "montrer;montrez;démontrer;soit;soient;considérons;calculer;donner;expliquer;\
        trouver;décrire;remarquons;notons;par exemple;pourquoi;comment;quel;quelle;supposons;\
        en effet;de même;au contraire;en revanche;autrement dit;imaginons",
};

static SPANISH: Pointers = Pointers {
    always: " este ; esta ; estos ; estas ; ese ; esa ; esos ; esas ; eso ; anterior; siguiente;\
        aquí ; véase; yo ; mi ; mis ; vimos; veremos; vamos a ; dicho ; dicha ; dichos ;\
        dichas ; más arriba; más abajo; hemos ; ahora ; el primero ; el segundo ; los dos ;\
        el lector; ya ; a continuación; último ; última ; en cuestión; tal ; queremos ",
    never: " tal que ; tales que ; tal como ; es decir ",
    places: "sección;capítulo;figura;ejercicio;apéndice;ejemplo;teorema;tabla;ecuación;lema;\
        proposición;corolario;definición;demostración",
    numbered: "página;paso;línea;parte;fórmula;caso;algoritmo",
    definite: "el;la;los;las;del;al",
    demonstratives: "este;esta;estos;estas;esto;ese;esa;entonces;tal",
    openers: "por ejemplo;en efecto;así;sin embargo;en cambio;por tanto;por lo tanto;además;\
        finalmente;del mismo modo;por el contrario;es decir",
    heads: "demuestra;demostrar;demuestre;sea;sean;considera;consideremos;calcula;calcule;\
        explica;explique;da;encuentra;halle;describe;observe;nótese;por ejemplo;supongamos;\
        imaginemos;por qué;cómo;qué;cuál;en efecto;en cambio;por el contrario;del mismo modo",
};

static JAPANESE: Pointers = Pointers {
    always: "この;その;これ;それ;ここ;そこ;あの;以下;以上の;上記;下記;前述;後述;先述;本節;本章;本書;本文;\
        本論;次節;次章;次のよう;次の図;次の式;次の例;してみよう;前節;前章;同様;また、;そのため;しかし;よって;\
        従って;したがって;ただし;なお、;あるいは、;なので;というように;例えば;たとえば;さて;まず;もう;一方;\
        今回;読者;論文;であろう;だろう;思われる;見ていく;紹介する;説明する;参照;私;このよう;そのよう;つまり;\
        すなわち、;そして、;さらに;逆に;最後に;しよう;みよう;であるから;上の;下の;右の;左の;先ほど;ように、",
    never: "これら以外;それぞれ;その他;それ自身;それ自体;以上の値;その逆",
    places: "図;表;式;例;節;章;定理;補題;アルゴリズム;コード;問題",
    numbered: "",
    definite: "",
    demonstratives: "このような;そのような;こうした;これを;これらを;これは;この;その",
    openers: "例えば;たとえば;また;つまり;すなわち;一方;さらに;そのため;したがって;従って;このように;なお;逆に;同様に",
    heads: "証明;問;あるいは;または;それ;なお;また;では;次に",
};

static NONE: Pointers = Pointers {
    always: "",
    never: "",
    places: "",
    numbered: "",
    definite: "",
    demonstratives: "",
    openers: "",
    heads: "",
};

/// The pointers of a language.
pub(super) fn of(language: Language) -> &'static Pointers {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
        Language::Japanese => &JAPANESE,
        Language::Other => &NONE,
    }
}
