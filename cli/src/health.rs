use std::{env, net::SocketAddr, process::ExitCode, time::Duration};

use reqwest::Url;

use crate::{Failure, runtime};

/// How long a healthy service may take to answer.
const PATIENCE: Duration = Duration::from_secs(4);

/// Checks whether a running `serve` answers: the health check of a container without a shell.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The URL of the service [default: the port of `INFRAAUDIT_LISTEN` on this machine, or
    /// `http://127.0.0.1:8000`].
    #[arg(long)]
    url: Option<Url>,
}

/// Exit code 0 if it answers as it should, 2 if it does not.
pub(crate) fn run(args: Args) -> Result<ExitCode, Failure> {
    let url = match args.url {
        Some(url) => url,
        None => here(env::var("INFRAAUDIT_LISTEN").ok().as_deref())?,
    };
    let url = url.join("/health").map_err(|error| Failure::usage(format!("`{url}`: {error}")))?;
    runtime::on_one_thread()?.block_on(async {
        let unwell = |error: reqwest::Error| {
            let error = domain::with_causes(&error.without_url());
            Failure::audit(format!("`{url}` does not answer: {error}"))
        };
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build();
        let answer = client.map_err(unwell)?.get(url.clone()).send().await.map_err(unwell)?;
        if answer.status().is_success() {
            Ok(ExitCode::SUCCESS)
        } else {
            Err(Failure::audit(format!("`{url}` answers {}", answer.status())))
        }
    })
}

/// The service of this machine, by the address it was told to listen on.
fn here(listen: Option<&str>) -> Result<Url, Failure> {
    let listen = listen.filter(|listen| !listen.is_empty()).unwrap_or("127.0.0.1:8000");
    let wrong = || Failure::usage(format!("`INFRAAUDIT_LISTEN` is `{listen}`, not ADDRESS:PORT"));
    let mut address: SocketAddr = listen.parse().map_err(|_| wrong())?;
    if address.ip().is_unspecified() {
        // Every address is listened on, so the nearest one too.
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    Url::parse(&format!("http://{address}")).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_is_listened_on_is_asked() {
        let asked = |listen| here(listen).map(String::from).map_err(|failure| failure.message);
        assert_eq!(asked(None).unwrap(), "http://127.0.0.1:8000/");
        assert_eq!(asked(Some("")).unwrap(), "http://127.0.0.1:8000/");
        assert_eq!(asked(Some("0.0.0.0:80")).unwrap(), "http://127.0.0.1/");
        assert_eq!(asked(Some("[::]:9000")).unwrap(), "http://[::1]:9000/");
        assert_eq!(asked(Some("10.0.0.7:9000")).unwrap(), "http://10.0.0.7:9000/");
        assert_eq!(
            asked(Some("8000")).unwrap_err(),
            "`INFRAAUDIT_LISTEN` is `8000`, not ADDRESS:PORT"
        );
    }
}
