//! The commonest words of each language, by what they can and cannot do in a term.

/// Word lists of one language, lower case, separated by white space.
pub(super) struct Words {
    /// Words that are no part of a term: grammar.
    pub stop: &'static str,
    /// Words that may open a noun phrase; all of them are in `stop`.
    pub determiners: &'static str,
    /// Prepositions, which nouns follow too; all of them are in `stop`.
    pub prepositions: &'static str,
    /// Words that verbs follow; all of them are in `stop`.
    pub before_verbs: &'static str,
    /// Verbs that say of a subject what it is or has; all of them are in `stop`.
    pub verbs: &'static str,
    /// Words that tell more of a noun; all of them are in `stop`.
    pub relatives: &'static str,
    /// Words that may stand within a term, as in “rate of change”; all in `stop`.
    pub links: &'static str,
    /// Words that need what was said before; a sentence that begins with one does not
    /// stand alone.
    pub backward: &'static str,
    /// Words too common in teaching to be a term by themselves, though they may be part
    /// of one.
    pub weak: &'static str,
}

/// Of the languages without a grammar here, Japanese and Chinese have a few words that
/// come in every textbook.
pub(super) static NONE: Words = Words {
    stop: "",
    determiners: "",
    prepositions: "",
    before_verbs: "",
    verbs: "",
    relatives: "",
    links: "",
    backward: "",
    weak: "場合 必要 本書 本文 最初 最後 問題 方法 以下 以上 以外 可能 一般 結果 時間 自分 存在 定義 例題 性質 部分 全体 複数 一つ 同様 同時 重要 説明 紹介 \
        使用 利用 出来 両方 記述 今回 手法 実装 個数 効率的 次節 本節 本章 次章 情况 一个 我们 可以",
};

pub(super) static ENGLISH: Words = Words {
    stop: "a about above according across after again against all almost along already also \
        although always am among an and another any anyone anything are aren't around as at \
        away back be became because become becomes been before began begin behind being below \
        beside between beyond both but by came can can't cannot come comes could couldn't did \
        didn't do does doesn't doing don't done down during each either else enough etc even \
        ever every everyone everything except far few for from further gave get gets give given \
        gives go goes gone got had has hasn't have haven't having he hence her here hers \
        herself him himself his how however i if in indeed instead into is isn't it it's its \
        itself just keep keeps kept know known least less let let's lets like likely made \
        mainly make makes making many may maybe me might mine more moreover most mostly much \
        must my myself namely near nearly need needs neither never nevertheless no nobody none \
        nor not nothing now nowhere of off often on once one ones only onto or other others \
        otherwise ought our ours ourselves out over own per perhaps quite rather really said \
        same saw say says see seem seems seen several shall she should shouldn't since so some \
        someone something sometimes soon still such take taken takes than that that's the their \
        theirs them themselves then there there's thereby therefore these they thing things \
        this those though through throughout thus till to together too took toward towards \
        under unless until up upon us use used uses using usual usually very via want wants was \
        wasn't way ways we well went were weren't what whatever when whenever where whereas \
        wherever whether which while who whoever whole whom whose why will with within without \
        won't would wouldn't yes yet you you're your yours yourself called call calls powerful \
        typical interesting different various similar following previous certain particular \
        possible appropriate suitable necessary additional entire actual precise precisely \
        obvious subsequent little easy easily exactly first second third last new next simply \
        two three four five six seven eight nine ten resulting existing corresponding returned \
        so-called word words term terms notion notions terminology involved sufficiently \
        respective latter former able",
    determiners: "a an the this that these those each every any some our its their his her such \
        no my your one another both all many most several few",
    prepositions: "of in with by for on at from into between through within over under per as \
        about among",
    before_verbs: "it he she we you they i who can will may must should would could cannot not \
        don't doesn't let's",
    verbs: "is are was were has have can may must will does do",
    relatives: "that which who whose where",
    links: "of",
    backward: "it its they their them this that these those such he she his her here there thus \
        hence therefore however moreover then so but also and or nevertheless otherwise instead \
        consequently accordingly similarly likewise furthermore additionally again finally",
    weak: "able above answer answers appear author best better book case cases chapter chapters \
        consider course days difference end example examples exercise exercises fact facts \
        figure find following follows form forms found general good great group groups hand \
        hard help high idea ideas instance kind kinds large larger later left line long look \
        low matter mean means method more name names note notes number numbers object objects \
        obtain order others page pages part parts people perform performs piece place point \
        points present problem problems process program programs proof properties property \
        prove provide provides question questions reader reason reasons remark result results \
        right section sections sign signs lot sequence set shown show shows simple single \
        situation small solution solutions sort special state step steps student students \
        suppose system table text theorem three time times true try turn type types useful \
        usual value values various view whole work works write writing written year years data \
        definition lemma corollary proposition today describe describes contain contains \
        include includes require requires call think start allow allows apply applies six",
};

pub(super) static GERMAN: Words = Words {
    stop: "ab aber alle allem allen aller alles als also am an ander andere anderem anderen \
        anderer anderes andernfalls anders auch auf aufgrund aus außer außerdem außerhalb bei \
        beide beiden beim bereits besonders bevor bezüglich bis bzw da dabei dadurch dafür \
        dagegen daher damit danach dann daran darauf daraus darf darin darüber das dass davon \
        dazu dein dem demnach den denen denn dennoch der deren derselbe des deshalb dessen dich \
        die dies diese dieselbe diesem diesen dieser dieses doch dort du durch durfte eben \
        ebenfalls ebenso ein eine einem einen einer eines einige einigen einiger entweder er es \
        etwa etwas euch euer falls fast für ganz gar geben gegeben gegen genau genannt genug \
        gibt gilt gelten habe haben hat hatte hatten her heißt heißen hier hin hinter ich ihm \
        ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins insbesondere irgend \
        ist ja jede jedem jeden jeder jedes jedoch jene jenem jenen jener jenes jetzt kann kein \
        keine keinem keinen keiner können könnte könnten man manche manchmal mehr mehrere mein \
        meist meisten mich mit mittels muss musste müssen nach nachdem nämlich nennen nennt \
        neben nein nicht nichts nie noch nun nur ob obwohl oder oft ohne pro schon sehr sei \
        seien sein seine seinem seinen seiner seines seit selbst sich sie sind so sobald sodass \
        sofern sogar solange solch solche solchen solcher soll sollen sollte somit sondern \
        sonst soviel sowie sowohl statt trotz über überall um und uns unser unsere unserem \
        unseren unserer unter usw viel viele vielen vielleicht vom von vor während wann war \
        waren warum was weder weil weiter weitere weiteren weiterhin welche welchem welchen \
        welcher welches wenig weniger wenn wer werden werde wie wieder wir wird wirklich wo \
        wobei wodurch wofür wohl wollen worden wurde wurden zu zum zur zwar zwischen z.b d.h \
        bezeichnet bezeichnen versteht folgt lässt lassen bzgl sog ggf evtl insb vgl",
    determiners: "der die das den dem des ein eine einen einem einer eines kein keine jede \
        jeder jedes jeden jedem diese dieser dieses diesen diesem alle allen unser unsere seine \
        ihre",
    prepositions: "von für mit zum zur im vom als",
    before_verbs: "",
    verbs: "ist sind war waren hat haben kann können muss müssen wird werden heißt heißen",
    relatives: "die der das deren dessen wo",
    links: "der des von",
    backward: "es sie er dies diese dieser dieses diesen diesem das dabei dadurch dafür daher \
        damit danach dann daran darauf daraus darin darüber davon dazu deshalb jedoch dennoch \
        außerdem somit also aber und oder denn demnach hier dort ebenso ferner folglich \
        schließlich zudem sein seine ihr ihre andernfalls",
    weak: "abbildung abschnitt anzahl art aufgabe aufgaben aussage bedeutung begriff behauptung \
        beispiel beispiele bemerkung beweis bild buch darstellung definition drei ende ergebnis \
        erste ersten erster fall fälle folge folgende folgenden folgendes form frage fragen \
        gegeben große großen größe gruppe grund gut idee jahr jahre kapitel klein kleine \
        kleinen lehrsatz lemma letzte lösung menge mensch menschen möglich möglichkeit name \
        namen nächste neue neuen notation objekt objekte problem probleme prozess punkt punkte \
        sache satz schritt seite seiten stelle system tabelle teil teile text typ übung \
        voraussetzung weg weise wert werte wichtig wichtige wort wörter zahl zahlen zeichen \
        zeigen zeigt zeit ziel zwei zweite vier fünf eigenschaft eigenschaften korollar \
        proposition betrachte betrachten verwenden verwendet wählen sagt sagen",
};

pub(super) static FRENCH: Words = Words {
    stop: "a à afin ai aie ainsi alors après as au aucun aucune aussi autour autre autres aux \
        avant avec avoir avons ayant beaucoup bien c ça car ce ceci cela celle celles celui \
        cependant certain certaine certaines certains ces cet cette ceux chaque chez ci comme \
        comment contre d dans de déjà depuis des deux donc dont du durant elle elles en encore \
        enfin ensuite entre es est et étaient était étant été être eu eux faire fait faut fois \
        font grâce hors ici il ils j jamais je jusque l la laquelle le lequel les lesquelles \
        lesquels leur leurs lors lorsque lui m ma mais malgré me même mêmes mes mien moi moins \
        mon n ne ni non nos notre nous on ont or ou où par parce parfois parmi pas peu peut \
        peuvent plus plusieurs plutôt pour pourquoi pouvoir presque puis puisque qu quand que \
        quel quelle quelles quelque quelques quels qui quoi s sa sans se selon sera seront ses \
        seulement si sien sinon soi soient soit son sont sous souvent sur t ta tandis tant te \
        tel telle telles tels tes toi ton toujours tous tout toute toutes très trop tu un une \
        vers via voici voilà vos votre vous y appelle appelé appelée appelés appelées dit dite",
    determiners: "le la les l un une des du de d ce cet cette ces chaque tout toute tous toutes \
        son sa ses leur leurs notre nos aucun aucune",
    prepositions: "au aux en par avec",
    before_verbs: "il elle ils elles on nous vous je ne n se s",
    verbs: "est sont était a ont peut peuvent",
    relatives: "qui que dont où",
    links: "de d du des à",
    backward: "il elle ils elles ce c cela ceci cette cet ces celui celle ceux ainsi donc alors \
        mais cependant or car ensuite puis enfin aussi toutefois néanmoins ici son sa ses leur \
        leurs y en",
    weak: "ainsi auteur autre base bon bonne but cas chapitre chose choses courante définition \
        dernier deuxième différent différente différents donné donnée élément éléments ensemble \
        étape exemple exemples exercice exercices façon figure fin forme général générale grand \
        grande groupe idée important importante jour lemme lieu livre manière mot mots nom \
        nombre nombres nouveau nouvelle objet objets ordre page partie parties permet petit \
        petite place point points possible premier première preuve principal problème problèmes \
        propriété propriétés proposition question raison remarque résultat résultats second \
        section simple situation solution suite suivant suivante système tableau temps terme \
        termes texte théorème trois type types valeur valeurs vie vrai quatre cinq",
};

pub(super) static SPANISH: Words = Words {
    stop: "a acá ahí al algo algún alguna algunas alguno algunos allí ambos ante antes aquel \
        aquella aquellas aquello aquellos aquí así aun aún aunque bajo bien cada casi como cómo \
        con contra cual cuál cuales cualquier cuando cuánto cuyo cuya de del demás dentro desde \
        después donde dónde dos durante e el él ella ellas ello ellos en entonces entre era \
        eran eres es esa esas ese eso esos está están estar estas este esto estos esta fue \
        fueron ha haber había habían hace hacen hacer hacia han hasta hay incluso la las le les \
        lo los luego mas más me mediante menos mi mientras mis mismo misma mismos mucha muchas \
        mucho muchos muy nada ni no nos nosotros nuestra nuestras nuestro nuestros nunca o os \
        otra otras otro otros para pero poco por porque pues puede pueden que qué quien quién \
        quienes se sea sean según ser será si sí sido siempre siendo sin sino sobre solo sólo \
        son su sus tal tales también tampoco tan tanto te tener tiene tienen toda todas todavía \
        todo todos tras tu un una unas uno unos usted ya yo llama llaman llamado llamada \
        denomina denominan",
    determiners: "el la los las un una unos unas este esta estos estas ese esa cada todo toda \
        todos todas su sus nuestro nuestra ningún ninguna",
    prepositions: "de del al en con por",
    before_verbs: "se no nos le les lo",
    verbs: "es son era eran ha tiene tienen puede pueden",
    relatives: "que cuyo cuya donde",
    links: "de del",
    backward: "él ella ello ellos ellas esto este esta estos estas eso ese esa así entonces \
        luego pero además también pues aquí allí su sus y o finalmente después",
    weak: "autor base bueno capítulo caso casos cosa cosas definición diferente diferentes \
        ejemplo ejemplos ejercicio ejercicios elemento elementos fin figura forma formas \
        general gran grande grupo hecho idea igual importante lema libro lugar manera mayor \
        menor modo nombre nueva nuevo número números objeto objetos orden página palabra \
        palabras parte partes paso pequeño persona posible pregunta primer primera primero \
        problema problemas proceso propiedad propiedades proposición prueba punto puntos razón \
        resultado resultados sección segunda segundo siguiente siguientes simple sistema \
        situación solución tabla tema teorema término términos tercer texto tiempo tipo tipos \
        tres última último valor valores verdadero vez veces vida cuatro cinco",
};
