//! The calls of the OpenAPI document, and where in them an id may stand.

use reqwest::Method;
use serde_json::{Map, Value, json};

/// A call.
#[derive(Debug)]
pub struct Call {
    pub method: Method,
    pub template: String,
    /// Where it takes ids.
    pub places: Vec<Place>,
    /// What else it must be given: in its path, in its body.
    pub path: Vec<(String, Value)>,
    pub body: Map<String, Value>,
    pub kind: Kind,
}

/// How its body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Json,
    /// A form with a file.
    Form,
    /// An open stream, which ends when its reader goes.
    Stream,
}

/// Where an id may stand.
#[derive(Debug, Clone)]
pub struct Place {
    pub within: Within,
    pub name: String,
    /// Several ids.
    pub is_list: bool,
    pub is_required: bool,
    /// The table whose ids belong there.
    pub table: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    Path,
    Query,
    Body,
}

/// All calls of a document; `question` is one that both users have.
pub fn of(document: &Value, question: &Map<String, Value>) -> Vec<Call> {
    let paths = document["paths"].as_object().expect("paths");
    let calls: Vec<Call> = paths
        .iter()
        .flat_map(|(template, methods)| {
            let methods = methods.as_object().expect("methods");
            methods
                .iter()
                .map(move |(method, call)| (template, method, call))
        })
        .map(|(template, method, call)| {
            let mut call = one(document, template, method, call);
            if call.template == "/api/check-ins/submit" {
                call.body.extend(question.clone());
            }
            call
        })
        .collect();
    assert!(calls.len() >= 50, "only {} calls", calls.len());
    calls
}

fn one(document: &Value, template: &str, method: &str, call: &Value) -> Call {
    let mut found = Call {
        method: Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"),
        template: template.to_owned(),
        places: Vec::new(),
        path: Vec::new(),
        body: Map::new(),
        kind: Kind::Json,
    };
    if call["responses"]["200"]["content"]["text/event-stream"].is_object() {
        found.kind = Kind::Stream;
    }
    for parameter in call["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a name");
        let within = match parameter["in"].as_str() {
            Some("path") => Within::Path,
            Some("query") => Within::Query,
            _ => continue,
        };
        let is_required = parameter["required"] == true;
        let schema = &parameter["schema"];
        if is_id(name, schema) {
            found.place(within, name, schema, is_required);
        } else if within == Within::Path {
            found.path.push((name.to_owned(), sample(name, schema)));
        } else if is_required {
            // In the query: no call has needed one beside an id yet.
            assert_eq!(name, "q", "{template} needs {name}: fill it in");
        }
    }
    found.read_body(document, call);
    found
}

impl Call {
    fn read_body(&mut self, document: &Value, call: &Value) {
        let Some(content) = call["requestBody"]["content"].as_object() else {
            return;
        };
        let (media_type, content) = content.iter().next().expect("a media type");
        if media_type.starts_with("multipart/") {
            self.kind = Kind::Form;
        }
        let reference = content["schema"]["$ref"].as_str().expect("a named schema");
        let schema = document.pointer(&reference[1..]).expect("its schema");
        let required: Vec<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = required.contains(&name.as_str());
            if is_id(name, property) {
                self.place(Within::Body, name, property, is_required);
            } else if is_required && name != "file" {
                self.body.insert(name.clone(), sample(name, property));
            }
        }
        self.body.extend(beside(&self.template));
    }

    fn place(&mut self, within: Within, name: &str, schema: &Value, is_required: bool) {
        self.places.push(Place {
            within,
            name: name.to_owned(),
            is_list: schema["type"] == "array",
            is_required,
            table: table(&self.template, name),
        });
    }
}

/// By its name or its format: what may be blank has none in the document.
fn is_id(name: &str, schema: &Value) -> bool {
    let is_uuid = |schema: &Value| schema["format"] == "uuid";
    let named = name == "id" || name.ends_with("_id") || name.ends_with("_ids");
    named || is_uuid(schema) || is_uuid(&schema["items"])
}

/// Whose ids belong into a place.
fn table(template: &str, name: &str) -> &'static str {
    match name {
        "course_id" => "courses",
        "document_id" => "documents",
        "section_id" => "sections",
        "concept_id" => "concepts",
        "check_in_id" => "check_ins",
        "job_ids" => "jobs",
        "id" | "cursor" => match template {
            path if path.starts_with("/api/courses") => "courses",
            path if path.starts_with("/api/documents") => "documents",
            path if path.starts_with("/api/sections") => "sections",
            path if path.starts_with("/api/lessons") => "lessons",
            path if path.starts_with("/api/jobs/resource") => "documents",
            path if path.starts_with("/api/jobs") => "jobs",
            path if path.starts_with("/api/study-sessions") => "study_sessions",
            path if path.starts_with("/api/me/sessions") => "auth_sessions",
            path if path.starts_with("/api/me/tokens") => "api_tokens",
            other => panic!("{other}: say whose ids belong there"),
        },
        other => panic!("{template}: say whose ids belong into {other}"),
    }
}

/// Something that fits where no id belongs.
fn sample(name: &str, schema: &Value) -> Value {
    match name {
        "type" => json!("document"),
        "session_type" => json!("lesson"),
        "email" => json!("mallory@example.org"),
        _ => match schema["type"].as_str() {
            Some("integer") => json!(1),
            Some("boolean") => json!(true),
            _ => json!("Taken over"),
        },
    }
}

/// What a call needs to come to its ids though its schema calls it optional.
fn beside(template: &str) -> Map<String, Value> {
    match template {
        "/api/ask" => [("question".to_owned(), json!("What is a cell?"))]
            .into_iter()
            .collect(),
        "/api/me/preferences" => [("language".to_owned(), json!("de"))].into_iter().collect(),
        "/api/study/lesson" => [("query".to_owned(), json!("cell"))].into_iter().collect(),
        _ => Map::new(),
    }
}
