use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::{Json, Router, http::Request, routing::get};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

/// An identity provider on this machine.
struct Provider {
    issuer: String,
    asked: Arc<AtomicUsize>,
    ec: EncodingKey,
    rsa: EncodingKey,
}

fn ec_key() -> EncodingKey {
    let document = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    EncodingKey::from_ec_der(document.to_pkcs8v1().unwrap().as_ref())
}

fn rsa_key() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8 = pair.as_der().unwrap();
    // The bare key follows the 26 bytes that say what it is (RFC 5208, at this size).
    EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..])
}

fn public(key: &EncodingKey, alg: Algorithm, kid: &str) -> Jwk {
    let mut key = Jwk::from_encoding_key(key, alg).unwrap();
    key.common.key_id = Some(kid.into());
    key
}

impl Provider {
    async fn start() -> Self {
        let (ec, rsa) = (ec_key(), rsa_key());
        let keys = vec![public(&ec, Algorithm::ES256, "ec"), public(&rsa, Algorithm::RS256, "rsa")];
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let metadata = json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys")});
        let (keys, count) = (json!({ "keys": keys }), Arc::clone(&asked));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(async || Json(metadata)))
            .route(
                "/keys",
                get(async move || {
                    count.fetch_add(1, Ordering::SeqCst);
                    Json(keys)
                }),
            );
        tokio::spawn(async { axum::serve(listener, routes).await });
        Self { issuer, asked, ec, rsa }
    }

    fn jwt(&self) -> Jwt {
        Jwt::new(self.issuer.clone(), "infraaudit".into(), "tenant".into(), None).unwrap()
    }

    fn claims(&self) -> Value {
        let now = jiff::Timestamp::now().as_second();
        json!({
            "iss": self.issuer, "aud": "infraaudit", "exp": now + 600, "nbf": now - 10,
            "sub": "alice", "tenant": "acme",
        })
    }

    /// A token with one claim changed; null leaves it out.
    fn token(&self, claim: &str, value: Value) -> String {
        let mut claims = self.claims();
        match value {
            Value::Null => _ = claims.as_object_mut().unwrap().remove(claim),
            value => claims[claim] = value,
        }
        self.signed(&claims)
    }

    fn signed(&self, claims: &Value) -> String {
        encode(&header(Algorithm::ES256, "ec"), claims, &self.ec).unwrap()
    }
}

fn header(alg: Algorithm, kid: &str) -> Header {
    Header { kid: Some(kid.into()), ..Header::new(alg) }
}

async fn tenant(jwt: &Jwt, token: &str) -> Result<Tenant, Refused> {
    let request = Request::builder().header("authorization", format!("Bearer {token}"));
    let (parts, ()) = request.body(()).unwrap().into_parts();
    jwt.tenant(&parts, Access::Read).await
}

fn acme() -> Tenant {
    Tenant::try_from("acme".to_owned()).unwrap()
}

#[tokio::test]
async fn the_issuers_tokens_are_let_in() {
    let provider = Provider::start().await;
    let jwt = provider.jwt();
    let rsa = encode(&header(Algorithm::RS256, "rsa"), &provider.claims(), &provider.rsa).unwrap();
    for token in [
        provider.signed(&provider.claims()),
        rsa,
        provider.token("aud", json!(["x", "infraaudit"])),
    ] {
        assert_eq!(tenant(&jwt, &token).await, Ok(acme()));
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1, "keys are kept");
}

#[tokio::test]
async fn everything_about_a_token_is_checked() {
    let provider = Provider::start().await;
    let jwt = provider.jwt();
    let now = jiff::Timestamp::now().as_second();
    for (claim, value, why) in [
        ("exp", json!(now - 60), "expired"),
        ("exp", json!(null), "lacks"),
        ("nbf", json!(now + 60), "not valid yet"),
        ("iss", json!("https://evil.example"), "another issuer"),
        ("iss", json!(null), "lacks"),
        ("aud", json!("other"), "another audience"),
        ("aud", json!(["other"]), "another audience"),
        ("aud", json!(7), "another audience"),
        ("aud", json!(null), "lacks"),
    ] {
        let refused = tenant(&jwt, &provider.token(claim, value)).await.unwrap_err();
        let Refused::Invalid(told) = &refused else { panic!("{claim}: {refused:?}") };
        assert!(told.contains(why), "{claim}: {told}");
    }
    for value in [json!(null), json!(7), json!(["a"]), json!("a\nb"), json!("")] {
        let refused = tenant(&jwt, &provider.token("tenant", value)).await.unwrap_err();
        assert!(matches!(refused, Refused::Forbidden(_)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_client_id_is_the_audience_where_there_is_no_other() {
    let provider = Provider::start().await;
    let jwt = provider.jwt();
    for (aud, client_id, is_let_in) in [
        (json!(null), json!("infraaudit"), true),
        (json!(null), json!("other"), false),
        (json!("other"), json!("infraaudit"), false),
        (json!("infraaudit"), json!("other"), true),
    ] {
        let mut claims = provider.claims();
        claims["client_id"] = client_id;
        claims["aud"] = aud.clone();
        if aud.is_null() {
            claims.as_object_mut().unwrap().remove("aud");
        }
        let token = provider.signed(&claims);
        assert_eq!(tenant(&jwt, &token).await.is_ok(), is_let_in, "{claims}");
    }
}

#[tokio::test]
async fn a_token_may_do_what_its_scope_says() {
    let provider = Provider::start().await;
    let scopes = ["read", "write", "admin"].map(|name| Some(name.to_owned()));
    let scopes = Scopes::of(scopes).unwrap();
    let jwt = Jwt::new(provider.issuer.clone(), "infraaudit".into(), "tenant".into(), scopes);
    let jwt = jwt.unwrap();
    let with = async |token: &str, access: Access| {
        let request = Request::builder().header("authorization", format!("Bearer {token}"));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        jwt.tenant(&parts, access).await
    };
    for (claim, value, most) in [
        ("scope", json!(null), None),
        ("scope", json!("openid read"), Some(Access::Read)),
        ("scp", json!(["read", "write"]), Some(Access::Write)),
        ("scp", json!("admin"), Some(Access::Admin)),
        ("scope", json!(7), None),
    ] {
        let token = provider.token(claim, value);
        for access in [Access::Read, Access::Write, Access::Admin] {
            let may = most.is_some_and(|most| most >= access);
            let answer = with(&token, access).await;
            assert_eq!(answer.is_ok(), may, "{claim} {access:?}: {answer:?}");
        }
    }
    let mut claims = provider.claims();
    claims["scope"] = "admin".into();
    for (typ, may) in [("at+jwt", true), ("JWT", true), ("logout+jwt", false)] {
        let header = Header { typ: Some(typ.into()), ..header(Algorithm::ES256, "ec") };
        let token = encode(&header, &claims, &provider.ec).unwrap();
        assert_eq!(with(&token, Access::Admin).await.is_ok(), may, "{typ}");
    }
    claims["token_use"] = "id".into();
    let id = with(&provider.signed(&claims), Access::Read).await.unwrap_err();
    assert!(matches!(id, Refused::Forbidden(_)), "{id:?}");
}

#[tokio::test]
async fn only_the_issuers_signature_counts() {
    let provider = Provider::start().await;
    let jwt = provider.jwt();
    let claims = provider.claims();
    let forged = encode(&header(Algorithm::ES256, "ec"), &claims, &ec_key()).unwrap();
    let confused = encode(&header(Algorithm::RS256, "ec"), &claims, &provider.rsa).unwrap();
    let symmetric =
        encode(&header(Algorithm::HS256, "rsa"), &claims, &EncodingKey::from_secret(b"x")).unwrap();
    let nameless = encode(&Header::new(Algorithm::ES256), &claims, &provider.ec).unwrap();
    let right = provider.signed(&claims);
    let unsigned = right.rsplit_once('.').unwrap().0.to_owned() + ".";
    for token in
        [&*forged, &confused, &symmetric, &nameless, &unsigned, "", "x", "a.b.c", &right[1..]]
    {
        let refused = tenant(&jwt, token).await.unwrap_err();
        assert!(matches!(refused, Refused::Invalid(_)), "{token}: {refused:?}");
    }
}

#[tokio::test]
async fn a_stranger_cannot_make_us_ask_again_and_again() {
    let provider = Provider::start().await;
    let jwt = provider.jwt();
    for number in 0..5 {
        let header = header(Algorithm::ES256, &format!("unknown-{number}"));
        let token = encode(&header, &provider.claims(), &provider.ec).unwrap();
        assert!(matches!(tenant(&jwt, &token).await, Err(Refused::Invalid(_))));
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_is_an_outage() {
    let provider = Provider::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let jwt =
        Jwt::new(format!("http://{closed}"), "infraaudit".into(), "tenant".into(), None).unwrap();
    let token = provider.signed(&provider.claims());
    assert_eq!(tenant(&jwt, &token).await, Err(Refused::Unavailable));

    // Metadata that is about someone else is no answer either.
    let elsewhere = format!("{}/", provider.issuer);
    let jwt = Jwt::new(elsewhere, "infraaudit".into(), "tenant".into(), None).unwrap();
    assert_eq!(tenant(&jwt, &token).await, Err(Refused::Unavailable));
}

#[test]
fn keys_come_over_https() {
    for right in
        ["https://id.example.com", "http://127.0.0.1:9", "http://[::1]:9", "http://localhost"]
    {
        assert_eq!(secure(right), Ok(()), "{right}");
    }
    for wrong in
        ["http://id.example.com", "ftp://x", "id.example.com", "", "http://127.0.0.1.evil.example"]
    {
        assert!(secure(wrong).is_err(), "{wrong}");
    }
}
