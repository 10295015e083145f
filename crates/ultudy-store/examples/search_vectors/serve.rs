//! A model that knows the vectors of the queries it was given, and nothing else.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use serde_json::{Value, json};

use crate::{made, text::Result};

/// Answers until its input ends.
pub fn serve() -> Result<()> {
    let mut queries = HashMap::new();
    let mut lines = std::io::stdin().lines();
    for (line, n) in lines.by_ref().zip(0..) {
        match line? {
            end if end.is_empty() => break,
            query => drop(queries.insert(query, n)),
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}/v1", listener.local_addr()?);
    let queries = Arc::new(queries);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let queries = Arc::clone(&queries);
            // Who has gone gets no answer.
            thread::spawn(move || drop(answer(&stream, &queries)));
        }
    });
    lines.for_each(drop);
    Ok(())
}

fn answer(mut stream: &TcpStream, queries: &HashMap<String, u64>) -> Result<()> {
    let mut input = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        input.read_exact(&mut body)?;
        let asked: Value = serde_json::from_slice(&body)?;
        let texts = asked["input"].as_array().ok_or("no input")?;
        let vectors = texts.iter().enumerate().map(|(index, text)| {
            let known = text.as_str().and_then(|text| queries.get(text));
            let vector = made::query(*known.ok_or("another query")?);
            Ok(json!({"object": "embedding", "index": index, "embedding": vector}))
        });
        let data = vectors.collect::<Result<Vec<_>>>()?;
        let body = json!({"object": "list", "model": asked["model"], "data": data}).to_string();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
}
