use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `https://host/path?query`.
    pub url: String,
    /// The form or the JSON, of a protocol that has one.
    pub body: String,
    /// The access key id that it is signed with.
    pub caller: String,
    /// The region that it is signed for.
    pub region: String,
    /// The service that it is signed for.
    pub service: String,
    /// The header by which a JSON protocol names its operation: `TrentService.ListKeys`.
    pub target: String,
}

impl Asked {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let body = request.body().bytes().unwrap_or_default();
        let header = |name| request.headers().get(name).unwrap_or_default();
        let scope = header("authorization").split("Credential=").nth(1).unwrap_or_default();
        let part = |index| scope.split('/').nth(index).unwrap_or_default().to_owned();
        Self {
            url: request.uri().to_owned(),
            body: String::from_utf8_lossy(body).into_owned(),
            caller: part(0),
            region: part(2),
            service: part(3),
            target: header("x-amz-target").to_owned(),
        }
    }

    /// A field of a form, as it is encoded there.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut pairs = self.body.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(one, _)| *one == name).map(|(_, value)| value)
    }

    /// The operation that it calls: of a protocol with forms, or of a JSON protocol that names it in a header.
    #[must_use]
    pub fn operation(&self) -> &str {
        let named = self.target.rsplit('.').next().filter(|name| !name.is_empty());
        named.or_else(|| self.field("Action")).unwrap_or_default()
    }

    /// Whether it calls this operation.
    #[must_use]
    pub fn is(&self, operation: &str) -> bool {
        self.operation() == operation
    }
}
