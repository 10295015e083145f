//! Accounts: who may sign in, and by what.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::field::FieldError;

/// Longest e-mail address, in characters (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const EMAIL_MAX: usize = 254;
/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 8;
/// Longest password, in characters.
pub const PASSWORD_MAX: usize = 1_000;

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Studies.
    Student,
    /// Looks after the server, too.
    Operator,
}

impl Role {
    /// Its name, as stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Operator => "operator",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Student, Self::Operator]
            .into_iter()
            .find(|role| role.as_str() == name)
    }
}

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct User {
    /// Owner of all their rows.
    pub id: String,
    /// E-mail address, as [`email`] gives it, by which they sign in; as the issuer tells it, and
    /// perhaps none, of somebody whom an issuer knows.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AuthSession {
    /// Id.
    pub id: Uuid,
    /// When it was signed in.
    pub created_at: DateTime<Utc>,
    /// When it last asked, to some minutes.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends unless it asks again.
    pub expires_at: DateTime<Utc>,
    /// What the browser said it is.
    pub user_agent: Option<String>,
    /// Where it signed in from.
    pub address: Option<String>,
}

/// A personal API token, without the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ApiToken {
    /// Id.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to some minutes.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it ends; none if it does not by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// To make the first operator's account.
    FirstOperator,
    /// To choose a new password.
    PasswordReset,
    /// To make an account where nobody can sign up by themselves.
    Invitation,
}

impl LinkPurpose {
    /// Its name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstOperator => "first_operator",
            Self::PasswordReset => "password_reset",
            Self::Invitation => "invitation",
        }
    }
}

/// The user whom an outside issuer calls by this subject. Two issuers may call different people
/// the same, so both make the id; hashed, whatever stands in them, it is one that every database,
/// log and address can hold.
#[must_use]
pub fn outside_id(issuer: &str, subject: &str) -> String {
    let mut hash = Sha256::new();
    // The length parts them: no other pair is the same text.
    hash.update(format!("{}:{issuer}", issuer.len()));
    hash.update(subject);
    hex::encode(hash.finalize())
}

/// An e-mail address in the form that accounts are told apart by: compatibility forms and
/// capitals make no difference (Unicode's NFKC and default case folding). Letters of other
/// scripts that only look alike stay different.
///
/// # Errors
/// It cannot be an address: the field `email` with the reason.
pub fn email(text: &str) -> Result<String, FieldError> {
    let refuse = |reason: &str| Err(FieldError::new("email", reason));
    // Before the work: folding makes a text longer by a bounded factor only.
    if text.trim().chars().count() > EMAIL_MAX {
        return refuse("must be at most 254 characters");
    }
    let normal: String = text.trim().nfkc().collect();
    // Folding can leave a form that is not normal (Unicode, 3.13, D146).
    let folded: String = caseless::default_case_fold_str(&normal).nfkc().collect();
    if folded.chars().count() > EMAIL_MAX {
        return refuse("must be at most 254 characters");
    }
    let is_blank = |c: char| c.is_whitespace() || c.is_control();
    match folded.rsplit_once('@') {
        Some((name, domain))
            if !name.is_empty()
                && !domain.is_empty()
                && !name.contains('@')
                && !folded.chars().any(is_blank) =>
        {
            Ok(folded)
        }
        _ => refuse("must be an e-mail address"),
    }
}

/// Whether a text may be a new password. Nothing but its length is asked for (NIST SP
/// 800-63B, 5.1.1.2).
///
/// # Errors
/// The field `password` with the reason; it never holds the password.
pub fn check_password(text: &str) -> Result<(), FieldError> {
    // Counts no further than it must.
    let length = text.chars().take(PASSWORD_MAX + 1).count();
    if (PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return Ok(());
    }
    Err(FieldError::new(
        "password",
        format!("must have {PASSWORD_MIN} to {PASSWORD_MAX} characters"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_forms_of_print_make_no_other_account() {
        for same in [
            "ada@example.org",
            " Ada@Example.ORG ",
            "ＡＤＡ@example.org",
            "ada＠example.org",
        ] {
            assert_eq!(email(same), Ok("ada@example.org".into()), "{same}");
        }
        assert_eq!(email("STRASSE@x.de"), email("straße@x.de"));
        assert_eq!(email("ΣΑΣ@x.gr"), email("σας@x.gr"));
        assert_eq!(email("e\u{301}@x.fr"), email("É@x.fr"));
    }

    #[test]
    fn a_subject_is_somebody_of_their_issuer_alone() {
        let ada = outside_id("https://a.example", "ada");
        assert_eq!(ada, outside_id("https://a.example", "ada"));
        assert!(ada.len() == 64 && ada.bytes().all(|byte| byte.is_ascii_hexdigit()));
        for (issuer, subject) in [
            ("https://b.example", "ada"),
            ("https://a.example", "Ada"),
            ("https://a.example", "ada\0"),
            ("https://a.exampl", "eada"),
            ("", "17:https://a.exampleada"),
        ] {
            assert_ne!(outside_id(issuer, subject), ada, "{issuer} {subject}");
        }
    }

    /// Kept apart, so that nobody takes another's account by a letter that looks like theirs.
    #[test]
    fn letters_that_look_alike_are_different_accounts() {
        let latin = email("ada@example.org");
        for other in ["аda@example.org", "adа@example.org", "ada@exаmple.org"] {
            assert!(email(other).is_ok_and(|it| Ok(it) != latin), "{other}");
        }
        assert_ne!(email("mike@x.org"), email("mıke@x.org"), "a dotless i");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@x.org", "a".repeat(EMAIL_MAX));
        // A single character that becomes eighteen.
        let growing = format!("{}@x.org", "\u{FDFA}".repeat(200));
        for bad in [
            "",
            "ada",
            "@x.org",
            "ada@",
            "a b@x.org",
            "a\0b@x.org",
            "a@b@c",
            "a\n@x.org",
            &long,
            &growing,
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_measured_in_characters() {
        assert!(check_password("1234567").is_err());
        assert!(check_password("пароль12").is_ok());
        assert!(check_password(&"ü".repeat(PASSWORD_MAX)).is_ok());
        let refused = check_password(&"x".repeat(PASSWORD_MAX + 1));
        assert!(refused.is_err_and(|error| !error.reason.contains("xx")));
    }
}
