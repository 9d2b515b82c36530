//! The log. It is alone in its process: what is logged at all is decided once for a whole process.

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use api::{Onboarding, Open, Settings, Template, Verify, router};
    use async_trait::async_trait;
    use axum::{Router, body::Body, http::Request};
    use domain::{Proof, ProofOutcome, RegisteredAccount};
    use serde_json::Value;
    use store::Store;
    use tower::ServiceExt;

    /// What was logged, kept.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    struct Silence;

    #[async_trait]
    impl Verify for Silence {
        async fn verify(&self, account: &RegisteredAccount) -> Proof {
            tracing::debug!(?account, "nobody answers");
            let reason = Some("no answer".into());
            Proof { tried_at: account.created_at, outcome: ProofOutcome::Unproven, reason }
        }
    }

    async fn send(routes: &Router, method: &str, uri: &str, body: &str) -> (u16, String) {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("content-type", "application/json")
            .header("authorization", "Bearer hush-hush-hush-hush")
            .header("idempotency-key", "hush")
            .header("x-request-id", "from-the-caller-1")
            .body(Body::from(body.to_owned()));
        let answer = routes.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(answer.headers()["x-request-id"], "from-the-caller-1");
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_log_names_the_request_and_no_secret() {
        let log = Log::default();
        let kept = log.clone();
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || kept.clone())
            .init();
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        // With links, which have the `ExternalId` in them.
        let onboarding = Some(Onboarding {
            operator_account: "999988887777".into(),
            worker_role_name: "Worker".into(),
            role_name: "Role".parse().unwrap(),
            template: Some(Template {
                link: |_, _, _, parameters| format!("https://console.example/{parameters:?}"),
                region: "eu-west-1".into(),
                url: "https://templates.example/role.yaml".into(),
            }),
        });
        let settings = Settings { onboarding, ..Settings::new(Open, Silence) };
        let routes = router(store, Settings { registration: false, ..settings });
        for (body, status) in [
            (r#"{"account_id":"444455556666","external_id":"hush-hush"}"#, 202),
            (r#"{"account_id":"444455556666","external_id":"hush hush"}"#, 422),
            (r#"{"account_id":"444455556666","external_id":"hush hush}"#, 400),
        ] {
            assert_eq!(send(&routes, "POST", "/api/audit/start?token=hush", body).await.0, status);
        }
        let request = Request::get("/health").header("x-request-id", "no \"name\"");
        let answer = routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.headers()["x-request-id"].len(), 36, "a name of our own");

        // The whole life of a registered account.
        let account = r#"{"account_id":"111122223333"}"#;
        let (status, told) = send(&routes, "POST", "/api/accounts", account).await;
        assert_eq!(status, 201);
        let told: Value = serde_json::from_str(&told).unwrap();
        let secret = told["external_id"].as_str().unwrap().to_owned();
        assert!(told["quick_create_url"].as_str().unwrap().contains(&secret));
        let ours =
            format!(r#"{{"account_id":"111122223333","external_id":"{secret}","force":true}}"#);
        let theirs = r#"{"account_id":"111122223333","external_id":"hush-hush","checks":[]}"#;
        let one = "/api/accounts/111122223333";
        for (method, uri, body, status) in [
            ("POST", "/api/accounts", account, 409),
            ("POST", "/api/accounts", theirs, 422),
            ("PATCH", one, r#"{"external_id":"hush","name":"x"}"#, 422),
            ("PATCH", one, r#"{"name":"Shop"}"#, 200),
            ("POST", "/api/accounts/111122223333/verify", "", 200),
            ("GET", one, "", 200),
            ("POST", "/api/audit/start", &ours, 422),
            ("DELETE", one, "", 200),
        ] {
            let (found, text) = send(&routes, method, uri, body).await;
            assert_eq!(found, status, "{method} {uri} {body}: {text}");
        }

        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for line in [
            "from-the-caller-1",
            "/api/audit/start",
            "/api/accounts/{account_id}/verify",
            "\"status\":202",
            "\"status\":422",
            "account registered",
            "role asked",
            "nobody answers",
        ] {
            assert!(log.contains(line), "{line} is not in {log}");
        }
        assert!(!log.contains("hush") && !log.contains(&secret), "{log}");
    }
}
