//! The log. It is alone in its process: what is logged at all is decided once for a whole process.

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use api::{Open, Settings, router};
    use axum::{body::Body, http::Request};
    use store::SqliteStore;
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
        let store = Arc::new(SqliteStore::open(directory.path()).unwrap());
        let routes = router(store, Settings::new(Open));
        for (body, status) in [
            (r#"{"account_id":"111122223333","external_id":"hush-hush"}"#, 202),
            (r#"{"account_id":"111122223333","external_id":"hush hush"}"#, 422),
            (r#"{"account_id":"111122223333","external_id":"hush hush}"#, 400),
        ] {
            let request = Request::post("/api/audit/start?token=hush")
                .header("content-type", "application/json")
                .header("authorization", "Bearer hush-hush-hush-hush")
                .header("x-request-id", "from-the-caller-1")
                .body(Body::from(body));
            let answer = routes.clone().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers()["x-request-id"], "from-the-caller-1");
        }
        let request = Request::get("/health").header("x-request-id", "no \"name\"");
        let answer = routes.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.headers()["x-request-id"].len(), 36, "a name of our own");

        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for line in ["from-the-caller-1", "/api/audit/start", "\"status\":202", "\"status\":422"] {
            assert!(log.contains(line), "{line} is not in {log}");
        }
        assert!(!log.contains("hush"), "{log}");
    }
}
