//! Citations of a text as links, put in once its markup is clean.

use askama::filters;

/// Where a citation leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// By which the text cites it: `[1]`.
    pub number: usize,
    /// An address of this site.
    pub href: String,
    /// What stands there instead, such as `p. 12`.
    pub label: String,
    /// What it is from.
    pub title: String,
}

/// Lines such as `[1]: https://…` would say where citations lead.
pub(super) fn without_definitions(source: &str) -> String {
    let lines = source.split_inclusive('\n').map(|line| {
        let indent = line.len() - line.trim_start_matches([' ', '>', '\t']).len();
        let (indent, rest) = line.split_at(indent);
        match rest.starts_with('[') && rest.contains("]:") {
            true => format!("{indent}\\{rest}"),
            false => line.to_owned(),
        }
    });
    lines.collect()
}

/// The clean markup with each citation as a link, but for those in code.
pub(super) fn linked(clean: &str, citations: &[Citation]) -> String {
    let mut linked = String::with_capacity(clean.len() * 2);
    for (place, part) in clean.split("<code>").enumerate() {
        let (code, text) = match (place, part.split_once("</code>")) {
            (0, _) => ("", part),
            (_, Some((code, text))) => (code, text),
            (_, None) => (part, ""),
        };
        if place > 0 {
            linked.push_str("<code>");
            linked.push_str(code);
            linked.push_str("</code>");
        }
        let mut text = text.to_owned();
        for citation in citations {
            text = text.replace(&format!("[{}]", citation.number), &citation.markup());
        }
        linked.push_str(&text);
    }
    linked
}

impl Citation {
    fn markup(&self) -> String {
        format!(
            "<a class=\"cite\" href=\"{}\" title=\"{}\">{}</a>",
            escaped(&self.href),
            escaped(&self.title),
            escaped(&self.label)
        )
    }
}

/// For an attribute or an element; no brackets are left in it that could be taken for a citation.
fn escaped(text: &str) -> String {
    let Ok(escaped) = filters::escape(text, filters::Html);
    escaped
        .to_string()
        .replace('[', "&#91;")
        .replace(']', "&#93;")
}
