//! Words of general and of academic language, by language: found in any textbook, and so
//! seldom its matter. Beside these, the weak words of `stopwords` are general too.

use super::language::Language;

const ENGLISH: &str = "ability absence access account act action activity addition advantage age \
    agreement aim air alternative amount analogy appearance application approach area argument \
    arrangement article aspect assumption attempt attention attribute audience background basis \
    beginning behavior behaviour belief benefit bit body bottom box boy branch brief bring build \
    business calculation care category cause caution center centre century chance change character \
    child children choice choose city claim clarity class clear collection color colour column \
    combination comment comparison complete complexity component computation computer concept \
    conclusion condition confusion connection consequence consideration constraint construction \
    contrast control copy correspondence cost count country create current danger day deal decision \
    degree demand description design desire detail development device diagram direction discussion \
    distance distinction division document door draw driver ease edge effect efficiency effort \
    element emphasis employee engineer enter equal equipment error evidence exact examination \
    exception existence expect expense experience experiment explain explanation extension extent \
    eye face factor failure false family feature field fill filled final finite fit flow focus folder \
    follow food force foot formal formula foundation framework free freedom friend front full \
    function future gain gap gift goal government growth guarantee guess half head health heart \
    history hold home hope hour house human image impact implementation importance improve increase \
    individual information initial input inside interest interpretation introduce introduction \
    issue item job join journey keep key knowledge label lack language law layer layout lead learn \
    leave length lesson letter level life light limit line link list listing location logic loss \
    machine main maintain manager manner mark material maximum measure mechanism medium member \
    memory mention message middle mind minimum minute mistake mode moment money month motivation \
    move movement nature need news non normal notice observation occur offer office open operation \
    opinion opportunity option organization origin output package pair paper paragraph partner path \
    pattern people period person perspective phase phenomenon picture plan play policy position \
    possibility power practice precede prefer presence presentation pressure price principle prior \
    procedure product production progress project promise purpose quality quantity quick radio range \
    rate reach read reality recall recent record reduce reference region relation relationship rely \
    remain remember removal repeat replace report representation request research resource \
    respect response responsibility rest restriction return review rewrite role room row rule run \
    sake sample scale scheme school science scope score search sense sentence separate series serve \
    service session share sheet short side significance similarity site size skill social sound \
    source space speed spirit spot stage standard statement station status story strategy strength \
    stress string structure study stuff style subject substance success suggestion sum summary \
    supply support surprise table target task team technique technology tell tendency test theory \
    thank thought title tool top topic total track tradition transition treatment trick trouble \
    truth uncertainty understanding unit university update usage user variation variety version \
    volume wait walk water weak weight wide window wish woman women world worth young";

const GERMAN: &str = "abhängigkeit absicht abstand alter anfang angabe anhang anmerkung annahme \
    ansatz ansicht anwendung arbeit argument artikel aspekt aufbau ausdruck ausgang ausnahme \
    auswahl auto bedarf bedingung bereich bericht beschreibung besitz betracht betrag beziehung \
    blick buchstabe computer daten dauer deutschland ding ebene effekt einfluss einführung einheit \
    eintrag element entscheidung entwicklung erfahrung erfolg erinnerung erklärung fehler feld \
    figur frau freund funktion gebiet gedanke gegenstand geld gelegenheit geschichte gesellschaft \
    gesetz gestalt gewicht glück hand haus hilfe hinweis information inhalt interesse jahr kind \
    konstruktion kopf kosten kraft land leben leser linie liste länge mann material maß methode \
    minute mittel moment monat muster mutter nummer ordnung ort paar person perspektive plan platz \
    position praxis preis prinzip produkt programm quelle rahmen raum recht regel reihe rest \
    richtung rolle rückgabe schluss schreibweise schule schwierigkeit seite sicht sinn situation \
    skizze sprache stadt stand struktur stunde stück stufe suche summe symbol tag technik term \
    theorie thema tiefe titel tür überblick umgebung umkehrung unterschied ursache variante \
    vater veränderung verfahren vergleich verhalten verhältnis version verwendung vorgang vorteil \
    wahl wasser wechsel welt wirkung wissen woche wunsch zeile zusammenhang zustand zuordnung zweck";

const FRENCH: &str = "accord action activité aide aspect avantage base besoin bout capacité \
    catégorie cause changement choix classe condition connaissance conséquence contenu contexte \
    corps côté couleur coup cours début degré demande description développement différence \
    difficulté direction distance donnée droit durée effet effort enfant erreur espace état étude \
    expérience explication face facteur fois fonction force genre histoire homme image importance \
    information intérêt introduction langage langue ligne limite liste loi longueur machine main \
    manque matière mesure méthode milieu mode moment monde niveau note numéro opération outil \
    passage pays période personne perspective pied plan position possibilité pouvoir pratique \
    présence prix processus produit projet qualité quantité rapport rapide rapprochement recherche \
    règle relation représentation résumé rôle sens série service signe source structure sujet \
    surface table taille tâche technique tête théorie titre travail usage vue ville voie volume";

const SPANISH: &str = "acción actividad acuerdo aspecto ayuda base cabeza cambio campo cantidad \
    capacidad característica casa categoría causa ciencia clase condición conocimiento \
    consecuencia contenido contexto control cuerpo cuenta dato decisión descripción desarrollo \
    diferencia dificultad dirección distancia efecto enfoque error espacio estado estructura \
    estudio etapa experiencia explicación factor familia forma fuerza función fondo grado \
    historia hombre idea imagen importancia información interés introducción lado lenguaje ley \
    línea lista longitud mano materia medida medio mente método miembro momento mundo necesidad \
    nivel nota operación opinión período país papel par paso plan posibilidad posición práctica \
    precio presencia principio producto programa proyecto rasgo razón recurso regla relación \
    representación respuesta resumen sentido serie servicio signo solución superficie tamaño tarea \
    técnica teoría título trabajo usuario uso variedad ventaja ventana vista volumen";

/// The words of a language, lower case, parted by spaces.
pub(super) fn words(language: Language) -> &'static str {
    match language {
        Language::English => ENGLISH,
        Language::German => GERMAN,
        Language::French => FRENCH,
        Language::Spanish => SPANISH,
        Language::Japanese | Language::Other => "",
    }
}
