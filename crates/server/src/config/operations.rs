//! How the server is run: what it logs, how much it takes on at once, and how it ends.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::arguments::OperationsSettings;
use super::resolve::{Problem, problem};
use crate::secret::Secret;

/// What was set of it, checked.
#[derive(Debug)]
pub struct Operations {
    /// How lines of the log are written.
    pub log_format: LogFormat,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections at once.
    pub connections: usize,
    /// Of them, those of one address.
    pub connections_of_one: usize,
    /// What a caller of `/metrics` has to show.
    pub metrics_token: Option<Secret>,
    /// Requests of one user in a minute; `None` for as many as they like.
    pub requests: Option<u32>,
    /// Requests of one address without a sign-in in a minute.
    pub anonymous_requests: Option<u32>,
    /// How long `/readyz` says no before connections are refused, after SIGTERM.
    pub drain_delay: Duration,
}

/// How lines of the log are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Each takes one file descriptor, of which files and databases need some too: most systems give 1,024.
const CONNECTIONS: usize = 768;
/// What part of them one address may take: an office behind one address has room, and four are needed to keep out others.
const SHARE_OF_ONE: usize = 4;
const REQUESTS: u32 = 6_000;
const ANONYMOUS_REQUESTS: u32 = 1_200;
const DRAIN_DELAY_MAX: Duration = Duration::from_mins(5);

/// Reads them, or says all that is wrong.
pub(super) fn read(settings: &OperationsSettings) -> Result<Operations, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut noted = |found: Problem| problems.push(found);
    let log_format =
        read_log_format(settings.log_format.as_deref()).map_err(&mut noted).unwrap_or(LogFormat::Pretty);
    let trusted_proxies = read_networks(settings.trusted_proxies.as_deref(), &mut noted);
    let connections =
        read_number("--connections", settings.connections.as_deref(), CONNECTIONS, 8..=1_000_000);
    let connections = connections.map_err(&mut noted).unwrap_or(CONNECTIONS);
    let connections_of_one = read_number(
        "--connections-per-address",
        settings.connections_per_address.as_deref(),
        connections / SHARE_OF_ONE,
        1..=1_000_000,
    );
    let connections_of_one = connections_of_one.map_err(&mut noted).unwrap_or(connections);
    let requests = read_rate("--requests-per-minute", settings.requests_per_minute.as_deref(), REQUESTS);
    let requests = requests.map_err(&mut noted).unwrap_or_default();
    let given = settings.anonymous_requests_per_minute.as_deref();
    let anonymous_requests = read_rate("--anonymous-requests-per-minute", given, ANONYMOUS_REQUESTS);
    let anonymous_requests = anonymous_requests.map_err(&mut noted).unwrap_or_default();
    let drain_delay =
        read_drain_delay(settings.drain_delay.as_deref()).map_err(&mut noted).unwrap_or_default();
    let metrics_token = settings.metrics_token.as_ref().map(|token| Secret::new(token.expose().trim()));
    if metrics_token.as_ref().is_some_and(|token| token.expose().len() < 16) {
        noted(problem("NOTESPOT_METRICS_TOKEN is too short to be a secret: 16 characters are the least."));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Operations {
        log_format,
        trusted_proxies,
        connections,
        connections_of_one,
        metrics_token,
        requests,
        anonymous_requests,
        drain_delay,
    })
}

fn read_log_format(text: Option<&str>) -> Result<LogFormat, Problem> {
    match text {
        None | Some("pretty") => Ok(LogFormat::Pretty),
        Some("json") => Ok(LogFormat::Json),
        Some(other) => Err(problem(format!("--log-format {other}: pretty or json is expected."))),
    }
}

/// An address alone is a network of one.
fn read_networks(given: Option<&[String]>, noted: &mut impl FnMut(Problem)) -> Vec<IpNet> {
    let read = |text: &String| {
        let text = text.trim();
        text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).or_else(|| {
            noted(problem(format!(
                "--trusted-proxies {text}: an address or a network is expected, such as 10.0.0.0/8."
            )));
            None
        })
    };
    given.unwrap_or_default().iter().filter_map(read).collect()
}

fn read_number(
    flag: &str,
    text: Option<&str>,
    usual: usize,
    within: std::ops::RangeInclusive<usize>,
) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(usual) };
    text.trim().parse().ok().filter(|number| within.contains(number)).ok_or_else(|| {
        problem(format!("{flag} {text}: a number from {} to {} is expected.", within.start(), within.end()))
    })
}

fn read_rate(flag: &str, text: Option<&str>, usual: u32) -> Result<Option<u32>, Problem> {
    match text.map(str::trim) {
        None => Ok(Some(usual)),
        Some("off") => Ok(None),
        Some(text) => {
            text.parse().ok().filter(|rate| *rate > 0).map(Some).ok_or_else(|| {
                problem(format!("{flag} {text}: a number such as {usual}, or off, is expected."))
            })
        }
    }
}

fn read_drain_delay(text: Option<&str>) -> Result<Duration, Problem> {
    let Some(text) = text else { return Ok(Duration::ZERO) };
    let seconds =
        text.trim().strip_suffix('s').and_then(|number| number.parse().ok()).map(Duration::from_secs);
    seconds.filter(|delay| *delay <= DRAIN_DELAY_MAX).ok_or_else(|| {
        problem(format!("--drain-delay {text}: seconds are expected, such as 10s; 300s at the most."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(rate: &str, proxies: &[&str]) -> OperationsSettings {
        OperationsSettings {
            requests_per_minute: Some(rate.into()),
            trusted_proxies: Some(proxies.iter().map(|&proxy| proxy.into()).collect()),
            ..OperationsSettings::default()
        }
    }

    #[test]
    fn an_address_is_a_network_of_one_and_off_is_no_limit() {
        let read = read(&settings("off", &["10.1.0.0/16", " 2001:db8::7"])).unwrap();
        assert_eq!((read.requests, read.anonymous_requests), (None, Some(ANONYMOUS_REQUESTS)));
        assert!(read.trusted_proxies[0].contains(&"10.1.2.3".parse::<std::net::IpAddr>().unwrap()));
        assert_eq!(read.trusted_proxies[1].prefix_len(), 128);
    }

    #[test]
    fn one_address_has_a_quarter_of_the_connections_there_are() {
        let read = |connections: Option<&str>, of_one: Option<&str>| {
            let settings = OperationsSettings {
                connections: connections.map(Into::into),
                connections_per_address: of_one.map(Into::into),
                ..OperationsSettings::default()
            };
            read(&settings).unwrap().connections_of_one
        };
        assert_eq!((read(None, None), read(Some("8"), None), read(Some("8"), Some("8"))), (192, 2, 8));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let wrong = OperationsSettings {
            log_format: Some("xml".into()),
            connections: Some("4".into()),
            connections_per_address: Some("0".into()),
            drain_delay: Some("6m".into()),
            metrics_token: Some(Secret::new("short")),
            ..settings("0", &["10.1.0.0/33", "proxy.example"])
        };
        assert_eq!(read(&wrong).unwrap_err().len(), 8);
    }
}
