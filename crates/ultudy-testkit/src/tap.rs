//! Between a program and its PostgreSQL: hears every prepared statement and what it is
//! answered, and can put another text in a statement's place. So a test can ask what would be
//! if a statement were wrong, of a program that holds no hook for it.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::{
    Result,
    postgres::{self, Postgres, User},
};

/// A listening tap. Its connections end with their clients.
#[derive(Debug)]
pub struct Tap {
    port: u16,
    state: Arc<Mutex<State>>,
}

/// A statement and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The text that the program sent.
    pub statement: String,
    /// Rows, counts and errors, as the server sent them.
    pub answer: Vec<Vec<u8>>,
}

#[derive(Debug, Default)]
struct State {
    /// A statement's text, and what the server is sent in its place.
    swap: Option<(String, String)>,
    heard: Vec<(String, Answer)>,
}

type Answer = Arc<Mutex<Vec<Vec<u8>>>>;

impl Tap {
    /// Listens before `server`.
    ///
    /// # Errors
    /// No port can be had.
    pub fn start(server: &Postgres) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let tap = Self {
            port: listener.local_addr()?.port(),
            state: Arc::default(),
        };
        let (state, server) = (Arc::clone(&tap.state), server.port());
        // Ends with the process: it holds nothing but its port.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Err(error) = join(client, server, &state) {
                    eprintln!("a tapped connection failed: {error}");
                }
            }
        });
        Ok(tap)
    }

    /// Where `user` reaches `database` through it.
    #[must_use]
    pub fn url(&self, user: User, database: &str) -> String {
        postgres::url(user, self.port, database)
    }

    /// From now on the server is sent `other` in the place of `statement`.
    pub fn swap(&self, statement: &str, other: &str) {
        lock(&self.state).swap = Some((statement.to_owned(), other.to_owned()));
    }

    /// What was heard since it was last asked. Statements go through as they are from now on.
    #[must_use]
    pub fn take(&self) -> Vec<Exchange> {
        let mut state = lock(&self.state);
        state.swap = None;
        let heard = std::mem::take(&mut state.heard).into_iter();
        heard
            .map(|(statement, answer)| Exchange {
                statement,
                answer: lock(&answer).clone(),
            })
            .collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Joins a client to the server by a thread for each direction.
fn join(client: TcpStream, server: u16, state: &Arc<Mutex<State>>) -> io::Result<()> {
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let current: Arc<Mutex<Option<Answer>>> = Arc::default();
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    let (asked, state) = (Arc::clone(&current), Arc::clone(state));
    thread::spawn(move || {
        pass(from, to, true, |kind, body| {
            hear(kind, body, &state, &asked)
        });
    });
    thread::spawn(move || {
        pass(server, client, false, |kind, body| {
            // A row, a command's end, an error.
            if matches!(kind, b'D' | b'C' | b'E')
                && let Some(answer) = &*lock(&current)
            {
                lock(answer).push([&[kind], body].concat());
            }
            None
        });
    });
    Ok(())
}

/// What the client says; another message in its place, if it is to be swapped.
fn hear(
    kind: u8,
    body: &[u8],
    state: &Mutex<State>,
    current: &Mutex<Option<Answer>>,
) -> Option<Vec<u8>> {
    match kind {
        // Simple queries begin and end transactions.
        b'Q' => *lock(current) = None,
        b'P' => {
            let mut parts = body.splitn(3, |byte| *byte == 0);
            let (name, text, rest) = (parts.next()?, parts.next()?, parts.next()?);
            let text = String::from_utf8_lossy(text).into_owned();
            let mut state = lock(state);
            let answer = Answer::default();
            *lock(current) = Some(Arc::clone(&answer));
            let swapped = state.swap.as_ref().filter(|(from, _)| *from == text);
            let other = swapped.map(|(_, to)| [name, &[0], to.as_bytes(), &[0], rest].concat());
            state.heard.push((text, answer));
            return other;
        }
        _ => {}
    }
    None
}

/// Passes messages on until either side ends: a kind (but for the client's first), a length
/// that counts itself, a body.
fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    is_client: bool,
    mut look: impl FnMut(u8, &[u8]) -> Option<Vec<u8>>,
) {
    let mut has_kind = !is_client;
    let mut one = || -> io::Result<()> {
        let mut head = Vec::new();
        if has_kind {
            head.resize(1, 0);
            from.read_exact(&mut head)?;
        }
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let mut body = vec![0; (u32::from_be_bytes(length) as usize).saturating_sub(4)];
        from.read_exact(&mut body)?;
        if let Some(kind) = head.first()
            && let Some(other) = look(*kind, &body)
        {
            body = other;
        }
        has_kind = true;
        let length = u32::try_from(body.len() + 4).map_err(io::Error::other)?;
        to.write_all(&[&head, &length.to_be_bytes()[..], &body].concat())
    };
    while one().is_ok() {}
    // The other direction ends with it.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
