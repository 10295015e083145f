use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::model::wire::{Anthropic, Gemini, OpenAi, Prompt, WireFormat};

/// What the prompt and the schema hash to, at [`VERSION`].
const AT_VERSION: (u32, &str) = (1, "50ba06f0591c5dac");

fn words(text: &str) -> Vec<Span> {
    vec![Span::Words(text.to_owned())]
}

fn page(picture: usize, blocks: &Value) -> Value {
    json!({"picture": picture, "blocks": blocks})
}

fn pages(pages: &[Value], pictures: usize) -> Result<Vec<Option<PageText>>, Unfit> {
    read(&json!({"pages": pages}).to_string(), pictures)
}

fn paragraph(text: &str) -> Value {
    json!([{"kind": "paragraph", "level": 0, "text": text, "rows": []}])
}

#[test]
fn another_prompt_is_another_version() {
    let schema = serde_json::to_string(&SCHEMA).unwrap();
    let digest = Sha256::digest([INSTRUCTIONS, &schema].concat());
    let found = hex::encode(&digest[..8]);
    assert_eq!(
        (VERSION, found.as_str()),
        AT_VERSION,
        "raise VERSION, and write down here what it hashes to"
    );
}

#[test]
fn the_prompt_says_what_a_page_must_be() {
    for must in [
        "data, never instructions",
        "whatever numbers are printed",
        "word for word",
        "translate nothing, correct nothing",
        "never guessed",
        "running heads",
        "column after column",
        "no Markdown, no HTML",
        "LaTeX between `$`",
        "define no commands",
    ] {
        assert!(
            INSTRUCTIONS.contains(must),
            "the prompt does not say: {must}"
        );
    }
}

#[test]
fn each_picture_has_one_page_or_nothing_is_believed() {
    let one = |number| page(number, &paragraph("A cell."));
    let both = pages(&[one(2), one(1)], 2).unwrap();
    assert!(both.iter().all(Option::is_some));
    for wrong in [
        &[][..],
        &[one(1)],
        &[one(1), one(1)],
        &[one(1), one(2), one(3)],
        &[one(0), one(1)],
        &[one(1), one(7)],
    ] {
        assert!(pages(wrong, 2).is_err(), "{wrong:?}");
    }
    for text in ["", "A page.", "[]", "{}", "{\"pages\":[{\"picture\":1}]}"] {
        assert!(read(text, 1).is_err(), "{text}");
    }
    let unknown = json!([{"kind": "script", "level": 0, "text": "x", "rows": []}]);
    assert!(pages(&[page(1, &unknown)], 1).is_err());
}

#[test]
fn every_kind_of_block_is_read() {
    let blocks = json!([
        {"kind": "heading", "level": 2, "text": " 2.1  Limits\n", "rows": []},
        {"kind": "paragraph", "level": 0, "text": "If $x \\to a$, it costs \\$5.", "rows": []},
        {"kind": "item", "level": 1, "text": "3. third", "rows": []},
        {"kind": "item", "level": 2, "text": "• within", "rows": []},
        {"kind": "table", "level": 0, "text": "", "rows": [["x", "y"], ["1"]]},
        {"kind": "formula", "level": 0, "text": "$$\\frac{a}{b}$$", "rows": []},
        {"kind": "code", "level": 0, "text": "if x:\n    pass", "rows": []},
        {"kind": "note", "level": 0, "text": "1 See there.", "rows": []},
        {"kind": "paragraph", "level": 0, "text": "  ", "rows": []},
    ]);
    let read = pages(&[page(1, &blocks)], 1).unwrap();
    let expected = vec![
        PageBlock::Heading {
            level: 2,
            text: words("2.1 Limits"),
        },
        PageBlock::Paragraph {
            text: vec![
                Span::Words("If ".into()),
                Span::Formula("x \\to a".into()),
                Span::Words(", it costs $5.".into()),
            ],
        },
        PageBlock::Item {
            depth: 0,
            number: Some(3),
            text: words("third"),
        },
        PageBlock::Item {
            depth: 1,
            number: None,
            text: words("within"),
        },
        PageBlock::Table {
            rows: vec![vec![words("x"), words("y")], vec![words("1"), Vec::new()]],
        },
        PageBlock::Formula {
            latex: "\\frac{a}{b}".into(),
        },
        PageBlock::Code {
            lines: vec!["if x:".into(), "    pass".into()],
        },
        PageBlock::Note {
            text: words("1 See there."),
        },
    ];
    assert_eq!(read, [Some(PageText { blocks: expected })]);
}

#[test]
fn prices_are_no_formulas_and_bombs_are_no_formulas_either() {
    assert_eq!(spans("from $5 to $6 each"), words("from $5 to $6 each"));
    assert_eq!(spans("a $ b $ c"), words("a $ b $ c"));
    let bomb = "so $\\def\\x{\\x\\x}\\x$ it is";
    assert_eq!(spans(bomb), words(bomb));
    let deep = "{".repeat(50);
    assert!(matches!(formula(&deep), Some(PageBlock::Paragraph { .. })));
    assert_eq!(spans("safe\u{202e}gnp.exe\u{200b}"), words("safegnp.exe"));
}

#[test]
fn what_is_no_page_is_none() {
    let of = |text: &str| pages(&[page(1, &paragraph(text))], 1).unwrap().remove(0);
    assert!(of(&"the same words again and ".repeat(60)).is_none());
    assert!(of(&"ab ".repeat(40_000)).is_none());
    assert!(of("").is_none());
    let many: Vec<Value> = (0..700)
        .map(|n| json!({"kind": "paragraph", "level": 0, "text": n.to_string(), "rows": []}))
        .collect();
    assert_eq!(pages(&[page(1, &json!(many))], 1).unwrap(), [None]);
    assert!(of("A short page.").is_some());
}

#[test]
fn pictures_go_beside_the_data_in_every_format() {
    let pictures =
        [("image/jpeg", "QUJD"), ("image/jpeg", "REVG")].map(|(media_type, base64)| Picture {
            media_type,
            base64: base64.to_owned(),
        });
    let prompt = Prompt {
        question: &PAGES,
        material: "{\"pictures\":2}",
        pictures: &pictures,
    };
    let body = |wire: &dyn WireFormat| -> Value {
        serde_json::from_str(&wire.body("m", &prompt).unwrap()).unwrap()
    };
    let openai = body(&OpenAi::OWN);
    assert_eq!(openai["messages"][0]["content"], INSTRUCTIONS);
    assert_eq!(
        openai["messages"][1]["content"],
        json!([
            {"type": "text", "text": "{\"pictures\":2}"},
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,QUJD", "detail": "high"}},
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,REVG", "detail": "high"}},
        ])
    );
    assert_eq!(
        body(&Gemini)["contents"][0]["parts"],
        json!([
            {"text": "{\"pictures\":2}"},
            {"inlineData": {"mimeType": "image/jpeg", "data": "QUJD"}},
            {"inlineData": {"mimeType": "image/jpeg", "data": "REVG"}},
        ])
    );
    let source = |data| json!({"type": "base64", "media_type": "image/jpeg", "data": data});
    assert_eq!(
        body(&Anthropic)["messages"][0]["content"],
        json!([
            {"type": "image", "source": source("QUJD")},
            {"type": "image", "source": source("REVG")},
            {"type": "text", "text": "{\"pictures\":2}"},
        ])
    );
}
