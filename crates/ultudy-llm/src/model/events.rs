//! Server-sent events as they come in, as far as chat completions use them: one `data` line each.

/// Takes bytes as they arrive, gives whole events.
#[derive(Debug, Default)]
pub(super) struct Events {
    rest: Vec<u8>,
}

impl Events {
    /// The data of the events that these bytes complete.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Vec<String> {
        self.rest.extend_from_slice(bytes);
        let Some(end) = self.rest.iter().rposition(|&byte| byte == b'\n') else {
            return Vec::new();
        };
        let whole: Vec<u8> = self.rest.drain(..=end).collect();
        let whole = String::from_utf8_lossy(&whole).into_owned();
        let data = whole.lines().filter_map(|line| line.strip_prefix("data:"));
        data.map(|data| data.trim().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_however_their_bytes_are_cut() {
        let stream = ": hello\r\n\r\ndata: {\"a\":\"é\"}\n\nevent: x\ndata:{\"b\":2}\r\n\r\ndata: [DONE]\n\n";
        let wanted = ["{\"a\":\"é\"}", "{\"b\":2}", "[DONE]"];
        for size in 1..stream.len() {
            let mut events = Events::default();
            let chunks = stream.as_bytes().chunks(size);
            let found: Vec<String> = chunks.flat_map(|chunk| events.add(chunk)).collect();
            assert_eq!(found, wanted, "in chunks of {size}");
        }
    }
}
