//! Who somebody is, by what an issuer claims of them.

use serde_json::{Map, Value};
use ultudy_domain::account::{self, Role};

/// Somebody whom an issuer knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// Who says so.
    pub issuer: String,
    /// What the issuer calls them; never another's, never another.
    pub subject: String,
    /// Their e-mail address, if the issuer tells one and has not said that it is unverified.
    pub email: Option<String>,
    /// What they may do, if the issuer's claims decide it.
    pub role: Option<Role>,
}

/// Which claim makes an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleClaim {
    /// The claim's name, or the names on the way to it, parted by dots.
    pub claim: String,
    /// The text that it is, or that is among its texts.
    pub operator: String,
}

impl RoleClaim {
    /// What somebody with these claims may do.
    fn role(&self, claims: &Map<String, Value>) -> Role {
        let is_operator = match self.find(claims) {
            Some(Value::String(text)) => *text == self.operator,
            Some(Value::Array(texts)) => texts.iter().any(|text| *text == *self.operator),
            _ => false,
        };
        match is_operator {
            true => Role::Operator,
            false => Role::Student,
        }
    }

    /// Names of claims may hold dots: `https://example.org/roles`.
    pub(super) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        if let Some(whole) = claims.get(&self.claim) {
            return Some(whole);
        }
        let mut names = self.claim.split('.');
        let first = claims.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    }
}

impl Person {
    /// Whom these claims are about.
    pub(crate) fn of(
        issuer: &str,
        subject: &str,
        claims: &Map<String, Value>,
        roles: Option<&RoleClaim>,
    ) -> Self {
        let is_unverified = claims.get("email_verified") == Some(&Value::Bool(false));
        let email = claims.get("email").filter(|_| !is_unverified);
        Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            email: email
                .and_then(Value::as_str)
                .and_then(|email| account::email(email).ok()),
            role: roles.map(|roles| roles.role(claims)),
        }
    }

    /// The user they are here.
    pub(crate) fn id(&self) -> String {
        account::outside_id(&self.issuer, &self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    fn role(claim: &str, of: &Value) -> Option<Role> {
        let roles = RoleClaim {
            claim: claim.into(),
            operator: "operator".into(),
        };
        Person::of("i", "s", &claims(of), Some(&roles)).role
    }

    #[test]
    fn an_operator_is_who_the_named_claim_calls_so() {
        let operator = Some(Role::Operator);
        assert_eq!(role("role", &json!({"role": "operator"})), operator);
        assert_eq!(
            role("roles", &json!({"roles": ["a", "operator"]})),
            operator
        );
        let nested = json!({"realm_access": {"roles": ["operator"]}});
        assert_eq!(role("realm_access.roles", &nested), operator);
        let dotted = json!({"https://x.example/roles": ["operator"]});
        assert_eq!(role("https://x.example/roles", &dotted), operator);
        for other in [
            json!({}),
            json!({"roles": "operators"}),
            json!({"roles": ["Operator", "operator "]}),
            json!({"roles": {"operator": true}}),
            json!({"roles": [["operator"]]}),
            json!({"role": "operator"}),
            json!({"roles": true}),
        ] {
            assert_eq!(role("roles", &other), Some(Role::Student), "{other}");
        }
        let unasked = Person::of("i", "s", &claims(&json!({"role": "operator"})), None);
        assert_eq!(unasked.role, None);
    }

    #[test]
    fn an_address_is_believed_unless_it_is_called_unverified_or_is_none() {
        let email = |of: &Value| Person::of("i", "s", &claims(of), None).email;
        let ada = Some("ada@example.org".to_owned());
        assert_eq!(email(&json!({"email": "Ada@Example.org"})), ada);
        assert_eq!(
            email(&json!({"email": "ada@example.org", "email_verified": true})),
            ada
        );
        for none in [
            json!({"email": "ada@example.org", "email_verified": false}),
            json!({"email": "ada"}),
            json!({"email": ["ada@example.org"]}),
            json!({"email": "a".repeat(10_000) + "@example.org"}),
        ] {
            assert_eq!(email(&none), None);
        }
    }
}
