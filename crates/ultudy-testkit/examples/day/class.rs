//! Who studies, and what there is to study.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{TimeDelta, Utc};
use http::HeaderValue;
use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Value, json};
use ultudy_testkit::issuer::{Issuer, Key};

/// Students who come.
const STUDENTS: u32 = 10_000;
/// Books, each of which every so manieth student has.
const BOOKS: u32 = 50;
/// Sections of a student's document: those that all with the book have alike, and those after them, in
/// which nobody else has the same text.
const SHARED: u32 = 16;
const OWN: u32 = 6;
/// Ids of sections from one student to the next.
const STRIDE: u32 = 64;
/// How many of the lessons asked for are on a text that a classmate has had made into one.
const KNOWN: f64 = 0.8;
/// Each so manieth student has a stream of live updates open.
const WATCHER: u32 = 10;
/// Whom tokens are for, and for how long.
const AUDIENCE: &str = "ultudy-day";
const HOURS: i64 = 12;
/// How often another student is looked for when one has no section left.
const TRIES: usize = 1_000;

/// A lesson that somebody is going to ask for.
#[derive(Clone, Copy)]
pub struct Pick {
    /// From 1.
    pub student: u32,
    /// From 0.
    pub section: u32,
    /// Whether a classmate has had its text made into a lesson.
    pub is_known: bool,
}

/// All students.
pub struct Class {
    tokens: Vec<HeaderValue>,
    /// How many of a student's own and of the shared sections are taken.
    taken: Vec<[AtomicU32; 2]>,
}

impl Class {
    /// Has a token made for each.
    pub fn of(issuer: &Issuer, key: &Key) -> Self {
        let expires = (Utc::now() + TimeDelta::hours(HOURS)).timestamp();
        let token = |student: u32| {
            let token = key.sign(&json!({
                "iss": issuer.name(),
                "aud": AUDIENCE,
                "sub": format!("student-{student}"),
                "exp": expires,
            }));
            HeaderValue::try_from(format!("Bearer {token}")).expect("a token is plain text")
        };
        Self {
            tokens: (1..=STUDENTS).map(token).collect(),
            taken: (1..=STUDENTS).map(|_| Default::default()).collect(),
        }
    }

    /// What the rows must be like, and what servers must know of the issuer.
    pub fn described(issuer: &Issuer) -> Value {
        json!({
            "issuer": issuer.name(),
            "jwks_url": issuer.jwks_url(),
            "audience": AUDIENCE,
            "rows": {
                "students": STUDENTS,
                "books": BOOKS,
                "shared": SHARED,
                "own": OWN,
                "stride": STRIDE,
            },
        })
    }

    /// Somebody at random, and the next section of theirs.
    pub fn pick(&self, chance: &mut StdRng) -> Pick {
        let is_known = chance.random_bool(KNOWN);
        let (from, count) = if is_known { (0, SHARED) } else { (SHARED, OWN) };
        for _ in 0..TRIES {
            let student = chance.random_range(1..=STUDENTS);
            let taken = &self.taken[student as usize - 1][usize::from(is_known)];
            let pick = Pick {
                student,
                section: from + taken.fetch_add(1, Ordering::Relaxed),
                is_known,
            };
            if pick.section < from + count && !pick.is_seed() {
                return pick;
            }
        }
        panic!("the students have no sections left");
    }

    /// For each shared text a section of somebody who has it.
    pub fn seeds() -> Vec<Pick> {
        let seed = |student| Pick {
            student,
            section: (student - 1) / BOOKS,
            is_known: false,
        };
        (1..=SHARED * BOOKS).map(seed).collect()
    }

    pub fn token(&self, student: u32) -> &HeaderValue {
        &self.tokens[student as usize - 1]
    }

    /// Who has a stream open.
    pub fn watchers() -> impl Iterator<Item = u32> {
        (1..=STUDENTS).filter(|student| Self::watches(*student))
    }

    pub fn watches(student: u32) -> bool {
        student.is_multiple_of(WATCHER)
    }
}

impl Pick {
    pub fn document_id(self) -> String {
        nth(2, self.student)
    }

    /// Whether it is one of [`Class::seeds`].
    fn is_seed(self) -> bool {
        self.section < SHARED && (self.student - 1) / BOOKS == self.section
    }

    pub fn section_id(self) -> String {
        nth(3, self.student * STRIDE + self.section)
    }
}

/// The id of the rows' nth of a kind.
fn nth(kind: u32, number: u32) -> String {
    format!("{kind:08x}-0000-0000-0000-{number:012x}")
}

/// A random time between two who come independently of each other, `rate` a second, in seconds.
pub fn exponential(chance: &mut StdRng, rate: f64) -> f64 {
    let uniform: f64 = chance.random();
    -(1.0 - uniform).ln() / rate
}
