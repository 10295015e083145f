//! Questions on what a text lists and on what follows from what, in each language.

use std::collections::HashSet;

use ultudy_domain::check_in::CheckInContent;

use super::{contract, generate, input};

const ENGLISH: &str = "\
A cache is a small memory that keeps what the processor has used lately.

The main advantages of a cache for the processor are the following:

- short waiting times
- fewer transfers over the bus
- lower use of energy

The main costs of a cache for the designer are the following:

- large areas on the chip
- complicated rules of coherence
- hard verification

A fetch is the work that brings an instruction from memory to the processor. A fetch of an \
instruction is done in the following steps:

1. put the address on the bus
2. signal the read to the memory
3. wait for the memory to answer
4. copy the word into the register
5. raise the program counter
";

const GERMAN: &str = "\
Ein Zwischenspeicher ist ein kleiner Speicher, der hält, was der Prozessor zuletzt gebraucht hat.

Die wichtigsten Vorteile von einem Zwischenspeicher für den Prozessor sind:

- kürzere Wartezeiten
- seltenere Übertragungen über den Bus
- geringerer Verbrauch an Energie

Die wichtigsten Kosten von einem Zwischenspeicher für den Entwickler sind:

- große Flächen auf dem Chip
- schwierige Regeln der Kohärenz
- aufwendige Prüfungen
";

const FRENCH: &str = "\
Un cache est une petite mémoire qui garde les mots que le processeur a lus récemment.

Les principaux avantages d'un cache pour le processeur sont :

- attentes courtes
- transferts plus rares sur le bus
- consommation réduite

Les principaux coûts d'un cache pour le concepteur sont :

- grandes surfaces de silicium
- règles compliquées de cohérence
- vérification difficile
";

const SPANISH: &str = "\
Una caché es una memoria pequeña que guarda las palabras que el procesador ha leído hace poco.

Las principales ventajas de una caché para el procesador son:

- esperas cortas
- escasas transferencias por el bus
- consumo reducido

Los principales costes de una caché para el diseñador son:

- grandes superficies de silicio
- reglas complicadas de coherencia
- verificación difícil
";

const JAPANESE: &str = "\
キャッシュとは、プロセッサが最近使った語を保持する小さな記憶装置である。

プロセッサから見たキャッシュの主な利点は次の通りである:

- 待ち時間の短縮
- バス転送回数の削減
- 消費電力の低下

設計者から見たキャッシュの主な欠点は次の通りである:

- チップ面積の増加
- 整合規則の複雑化
- 検証作業の困難
";

const CAUSES: &str = "\
A glacier is a mass of ice that moves slowly over land. A moraine is a ridge of stones that ice \
has left behind.

A glacier moves downhill because the weight of the ice deforms the lowest layers of the mass. \
Tongues of valleys melt quickly in summer because warm air from the plains reaches the ice. \
Rivers of mountains carry grey water because stones on the ground are milled into flour by ice. \
Hikers cross gaps at night because bridges of snow between walls of ice are frozen hard. \
Lakes form behind a moraine because its ridge of stones dams the water from the melting ice.
";

fn questions(text: &str) -> Vec<CheckInContent> {
    let input = input(text);
    let lesson = generate(&input).unwrap();
    contract::check(&input, &lesson);
    let concepts = lesson.concepts.into_iter();
    concepts.flat_map(|concept| concept.check_ins).collect()
}

fn asking(text: &str, opening: &str) -> Vec<CheckInContent> {
    let all = questions(text);
    let found: Vec<_> = all
        .iter()
        .filter(|check_in| check_in.question.starts_with(opening))
        .cloned()
        .collect();
    let asked: Vec<_> = all.iter().map(|check_in| &check_in.question).collect();
    assert!(!found.is_empty(), "{asked:#?}");
    found
}

#[test]
fn what_belongs_to_a_list_is_asked_beside_what_another_has() {
    for (text, opening, own) in [
        (
            ENGLISH,
            "Which of these does the text list here?",
            [
                "short waiting times",
                "fewer transfers over the bus",
                "lower use of energy",
            ],
        ),
        (
            GERMAN,
            "Was davon zählt der Text hier auf?",
            [
                "kürzere Wartezeiten",
                "seltenere Übertragungen über den Bus",
                "geringerer Verbrauch an Energie",
            ],
        ),
        (
            FRENCH,
            "Lequel de ces éléments le texte énumère-t-il ici ?",
            [
                "attentes courtes",
                "transferts plus rares sur le bus",
                "consommation réduite",
            ],
        ),
        (
            SPANISH,
            "¿Cuál de estos elementos enumera aquí el texto?",
            [
                "esperas cortas",
                "escasas transferencias por el bus",
                "consumo reducido",
            ],
        ),
        (
            JAPANESE,
            "本文がここで挙げているのはどれですか。",
            ["待ち時間の短縮", "バス転送回数の削減", "消費電力の低下"],
        ),
    ] {
        let first = asking(text, opening).swap_remove(0);
        for option in &first.options {
            let member = own.contains(&option.text.as_str());
            assert_eq!(option.correct, member, "{}: {option:#?}", first.question);
            // The reason quotes the list that has it.
            assert!(option.explanation.contains(&option.text), "{option:#?}");
        }
    }
}

#[test]
fn the_step_after_another_is_asked_among_the_others_of_its_list() {
    const STEPS: [&str; 5] = [
        "put the address on the bus",
        "signal the read to the memory",
        "wait for the memory to answer",
        "copy the word into the register",
        "raise the program counter",
    ];
    let asked = asking(ENGLISH, "What comes right after “").swap_remove(0);
    let place = |text: &str| STEPS.iter().position(|step| *step == text);
    let before = STEPS
        .iter()
        .position(|step| asked.question.contains(step))
        .unwrap();
    for option in &asked.options {
        let follows = place(&option.text).unwrap() == before + 1;
        assert_eq!(option.correct, follows, "{asked:#?}");
        assert_ne!(option.text, STEPS[before]);
    }
}

#[test]
fn a_list_of_what_only_the_page_tells_is_not_asked_about() {
    for lead in [
        "This small memory has the following advantages:",
        "The advantages in figure 3 for the processor are the following:",
    ] {
        let text = ENGLISH.replace(
            "The main advantages of a cache for the processor are the following:",
            lead,
        );
        for check_in in questions(&text) {
            assert!(!check_in.question.contains(lead), "{check_in:#?}");
        }
    }
}

#[test]
fn the_reason_for_something_is_asked_among_the_reasons_for_others() {
    let asked = asking(CAUSES, "Which reason does the text give for this?");
    for check_in in asked {
        let texts: HashSet<_> = check_in.options.iter().map(|option| &option.text).collect();
        assert_eq!(texts.len(), check_in.options.len());
        let statement = check_in.question.split('“').nth(1).unwrap();
        let statement = statement.trim_end_matches(['”', ' ', '…']);
        for option in &check_in.options {
            assert!(option.text.starts_with("… because "), "{option:#?}");
            let whole = format!("{statement} {}", option.text.trim_start_matches("… "));
            // What the text says is right, and nothing that it says is wrong.
            assert_eq!(CAUSES.contains(&whole), option.correct, "{whole}");
            let said = option.text.trim_start_matches("… ");
            assert!(option.explanation.contains(said), "{option:#?}");
        }
    }
}
