//! What the model's answer must look like, as JSON Schema in the subset that `strict` allows: every
//! object closed, every property required. A model writes properties in the schema's order, so the
//! order here is one in which a lesson can be thought out: an option's text before whether it is right.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// A schema.
pub(super) enum Schema {
    Text,
    Number,
    Truth,
    /// One of these texts.
    Choice(&'static [&'static str]),
    List(&'static Schema),
    Object(&'static [(&'static str, Schema)]),
}

use Schema::{Choice, List, Number, Object, Text, Truth};

/// A lesson; [`super::draft`] reads it.
pub(super) const LESSON: Schema = Object(&[
    ("summary", Text),
    ("what", TEXTS),
    ("why", Text),
    ("outcome", Text),
    ("explanation", Text),
    ("examples", TEXTS),
    ("analogies", TEXTS),
    ("concepts", List(&CONCEPT)),
]);

/// What is written instead of items that were not sound.
pub(super) const REPAIR: Schema = Object(&[("concepts", List(&CONCEPT))]);

/// What is said of a lesson as a whole that was written part by part.
pub(super) const OVERVIEW: Schema = Object(&[
    ("summary", Text),
    ("what", TEXTS),
    ("why", Text),
    ("outcome", Text),
    ("explanation", Text),
    ("examples", TEXTS),
    ("analogies", TEXTS),
]);

const TEXTS: Schema = List(&Text);

const CONCEPT: Schema = Object(&[
    ("name", Text),
    ("page_start", Number),
    ("page_end", Number),
    ("explanation", Text),
    ("examples", TEXTS),
    ("analogies", TEXTS),
    (
        "formulas",
        List(&Object(&[("formula", Text), ("variables", Text)])),
    ),
    ("important_notes", TEXTS),
    ("questions", List(&QUESTION)),
    ("open_questions", List(&OPEN_QUESTION)),
]);

const OPEN_QUESTION: Schema = Object(&[
    ("question", Text),
    ("page_start", Number),
    ("page_end", Number),
    ("answer", Text),
    ("key_points", TEXTS),
]);

const QUESTION: Schema = Object(&[
    ("question", Text),
    ("page_start", Number),
    ("page_end", Number),
    (
        "options",
        List(&Object(&[
            ("text", Text),
            ("correct", Truth),
            ("explanation", Text),
        ])),
    ),
    ("hint", Text),
]);

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut schema = serializer.serialize_map(None)?;
        match self {
            Text => schema.serialize_entry("type", "string")?,
            Number => schema.serialize_entry("type", "integer")?,
            Truth => schema.serialize_entry("type", "boolean")?,
            Choice(texts) => {
                schema.serialize_entry("type", "string")?;
                schema.serialize_entry("enum", texts)?;
            }
            List(items) => {
                schema.serialize_entry("type", "array")?;
                schema.serialize_entry("items", items)?;
            }
            Object(properties) => {
                schema.serialize_entry("type", "object")?;
                schema.serialize_entry("properties", &Properties(properties))?;
                let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
                schema.serialize_entry("required", &names)?;
                schema.serialize_entry("additionalProperties", &false)?;
            }
        }
        schema.end()
    }
}

/// In their order.
struct Properties(&'static [(&'static str, Schema)]);

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, schema)| (name, schema)))
    }
}
