//! What is left of JSON that was cut off, as an answer is that has become longer than it may be: it is paid
//! for, and items that are whole are as good as any.

/// The text up to the end of the last object that stood whole in a list of the outermost object, closed after
/// it; none if there is no such. What follows that list is missing then.
pub(super) fn closed(text: &str) -> Option<String> {
    let (mut open, mut in_string, mut is_escaped) = (Vec::new(), false, false);
    let mut end = None;
    for (place, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => {
                open.pop();
                if byte == b'}' && open == [b'{', b'['] {
                    end = Some(place + 1);
                }
            }
            _ => {}
        }
    }
    Some(format!("{}]}}", text.get(..end?)?))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn items_that_are_whole_are_left_wherever_the_text_was_cut() {
        let item = |name: &str| json!({"name": name, "of": [{"a": [1, 2]}]});
        let whole = json!({"is": "a } ] \" b", "list": [item("ä\\"), item("two")]});
        let text = whole.to_string();
        let list = |text: &str| {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(value["is"], whole["is"]);
            value["list"].as_array().unwrap().len()
        };
        let mut most = 0;
        for (end, _) in text.char_indices() {
            if let Some(closed) = closed(&text[..end]) {
                let now = list(&closed);
                assert!(now >= most, "{closed}");
                most = now;
            }
        }
        assert_eq!(most, 2, "all but the last two signs");
        for nothing in ["", "{", "{\"is\": \"a", "[{}", "no JSON } ]"] {
            assert_eq!(closed(nothing), None, "{nothing}");
        }
    }
}
