//! A public key as an issuer publishes it (RFC 7517).

use jsonwebtoken::{
    Algorithm, DecodingKey, Header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use serde_json::Value;

/// A key, and what may be signed by it.
#[derive(Clone)]
pub(super) struct Key {
    /// Verifies.
    pub(super) decoding: DecodingKey,
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    /// As it was published.
    pub(super) jwk: Jwk,
}

/// The key a token's header names. Without a name there must be no choice.
pub(super) fn named(set: &[Key], header: &Header) -> Option<Key> {
    let mut fitting = set
        .iter()
        .filter(|key| key.algorithms.contains(&header.alg))
        .filter(|key| header.kid.is_none() || header.kid == key.id);
    let first = fitting.next()?;
    (header.kid.is_some() || fitting.next().is_none()).then(|| first.clone())
}

/// A key that signatures can be verified by; others are left out (RFC 7517, 5).
pub(super) fn read(jwk: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(jwk).ok()?;
    let common = &jwk.common;
    if !matches!(common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let operations = common.key_operations.as_deref();
    if operations.is_some_and(|all| !all.contains(&KeyOperations::Verify)) {
        return None;
    }
    let mut algorithms = algorithms(&jwk.algorithm);
    if let Some(only) = common.key_algorithm {
        algorithms.retain(|one| KeyAlgorithm::from(*one) == only);
    }
    let decoding = DecodingKey::from_jwk(&jwk).ok()?;
    let id = common.key_id.clone();
    (!algorithms.is_empty()).then_some(Key {
        decoding,
        id,
        algorithms,
        jwk,
    })
}

/// What may be signed by a key of this type. A secret is no public key, whoever publishes it.
fn algorithms(key: &AlgorithmParameters) -> Vec<Algorithm> {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    match key {
        AlgorithmParameters::RSA(_) => vec![RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => vec![ES256],
            EllipticCurve::P384 => vec![ES384],
            _ => Vec::new(),
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            vec![EdDSA]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(keys: &Value) -> Vec<Key> {
        let keys = keys.as_array().into_iter().flatten();
        keys.cloned().filter_map(read).collect()
    }

    /// RFC 8037, A.2.
    fn ed25519(kid: &str) -> Value {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid})
    }

    fn header(alg: Algorithm, kid: Option<&str>) -> Header {
        let kid = kid.map(str::to_owned);
        Header {
            kid,
            ..Header::new(alg)
        }
    }

    #[test]
    fn a_key_verifies_only_what_its_type_and_its_issuer_say() {
        let mut for_secrets = ed25519("enc");
        for_secrets["use"] = json!("enc");
        let mut for_signing = ed25519("sign");
        for_signing["key_ops"] = json!(["sign"]);
        let mut other_algorithm = ed25519("other");
        other_algorithm["alg"] = json!("RS256");
        let secret = json!({"kty": "oct", "k": "c2VjcmV0", "kid": "secret", "alg": "HS256"});
        let unknown = json!({"kty": "AKP", "kid": "unknown", "pub": "AA"});
        let refused = [
            for_secrets,
            for_signing,
            other_algorithm,
            secret,
            unknown,
            json!(7),
        ];
        let keys = set(&json!([refused.to_vec(), vec![ed25519("good")]].concat()));
        let ids: Vec<_> = keys.iter().map(|key| key.id.as_deref()).collect();
        assert_eq!(ids, [Some("good")]);
        for alg in [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256] {
            assert!(
                named(&keys, &header(alg, Some("good"))).is_none(),
                "{alg:?}"
            );
        }
        assert!(named(&keys, &header(Algorithm::EdDSA, Some("good"))).is_some());
    }

    #[test]
    fn a_token_that_names_no_key_leaves_no_choice() {
        let nameless = header(Algorithm::EdDSA, None);
        assert!(named(&set(&json!([ed25519("a")])), &nameless).is_some());
        assert!(named(&set(&json!([ed25519("a"), ed25519("b")])), &nameless).is_none());
        assert!(named(&set(&json!([])), &nameless).is_none());
    }
}
