//! The statements as they stand in the store's source.

use std::{
    fs,
    path::{Path, PathBuf},
};

const OWNER: &str = "owner_id = ";

/// The statement without what binds its rows to an owner: `owner_id = $1`, and the joins of
/// rows of one owner. The bind stays, or the statement could not be sent.
pub fn without_filter(statement: &str) -> String {
    let mut changed = String::new();
    let mut rest = statement;
    while let Some(at) = rest.find(OWNER) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$');
        let before = &rest[..at];
        let start = before.trim_end_matches(is_name).len();
        let value = &rest[at + OWNER.len()..];
        let end = at + OWNER.len() + value.find(|c| !is_name(c)).unwrap_or(value.len());
        let condition = &rest[start..end];
        changed.push_str(&rest[..start]);
        match condition.ends_with("$1") || condition.ends_with(".owner_id") {
            true => changed.push_str(&format!("({condition} OR TRUE)")),
            false => changed.push_str(condition),
        }
        rest = &rest[end..];
    }
    changed + rest
}

/// What `crate::transfer` runs in the same way.
const ELSEWHERE: &str = "src/transfer/";

/// Every text of the source that holds a tenant's filter, but for SQLite's own.
pub fn filters() -> Vec<String> {
    let mut found = Vec::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let here = |file: &PathBuf| !file.display().to_string().contains(ELSEWHERE);
    for file in files(&src).into_iter().filter(here) {
        let code = fs::read_to_string(file).unwrap();
        let texts = literals(&code).into_iter();
        found.extend(texts.filter(|text| text.contains("owner_id = $1")));
    }
    assert!(found.len() >= 60, "only {} texts with filters", found.len());
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The string literals of some code, without those of `Sql::pair`'s first argument.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    // How deep in the parentheses of a pair's first argument.
    let mut sqlite: Option<u32> = None;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if rest.starts_with("'\"'") {
            rest = &rest[3..];
        } else if let Some(after) = rest.strip_prefix("Sql::pair(") {
            sqlite = Some(0);
            rest = after;
        } else if c == '"' {
            let (text, after) = literal(&rest[1..]);
            if sqlite.is_none() {
                found.push(text);
            }
            rest = after;
        } else {
            sqlite = match (sqlite, c) {
                (Some(0), ',' | ')') => None,
                (Some(depth), '(') => Some(depth + 1),
                (Some(depth), ')') => Some(depth - 1),
                (depth, _) => depth,
            };
            rest = &rest[c.len_utf8()..];
        }
    }
    found
}

/// A literal's text from behind its first quote, and the code after it.
fn literal(code: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = code.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &code[at + 1..]),
            '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => text.push(c),
        }
    }
    (text, "")
}

#[test]
fn a_filter_is_dropped_wherever_it_stands() {
    assert_eq!(
        without_filter("SELECT 1 FROM a JOIN b ON b.owner_id = a.owner_id WHERE a.owner_id = $1"),
        "SELECT 1 FROM a JOIN b ON (b.owner_id = a.owner_id OR TRUE) \
         WHERE (a.owner_id = $1 OR TRUE)"
    );
    let other = "SET owner_id = excluded.id WHERE owner_id = $10";
    assert_eq!(without_filter(other), other);
}

#[test]
fn only_texts_for_postgres_are_found() {
    let code = r#"f("a"); Sql::pair(concat!("b", "c"), "d") // "e"
        '"' g("f\"g")"#;
    assert_eq!(literals(code), ["a", "d", "f\"g"]);
}
