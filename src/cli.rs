//! The command line.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use clap::{Args, Parser, Subcommand};
use domain::words;
use std::path::PathBuf;
use uuid::Uuid;

/// Check-ins, reply promises, digests and review prompts between a service user and her provider.
#[derive(Debug, Parser)]
#[command(name = "reconnect", version)]
pub struct Cli {
    /// Settings; `reconnect.toml` in this directory if there is one. All of them are in reconnect.default.toml.
    #[arg(long, global = true, value_name = "FILE", env = "RECONNECT_CONFIG")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    role: Option<Role>,
}

impl Cli {
    /// What the process is to be; `up` unless said.
    pub fn role(self) -> Role {
        self.role.unwrap_or(Role::Up(Up { clock: None }))
    }
}

/// What one process does.
#[derive(Debug, Subcommand)]
pub enum Role {
    /// Everything in one process, with demo people on the first start (this is what happens without a command)
    Up(Up),
    /// The API; as many replicas as wanted
    Serve,
    /// Plans and sends what is due; as many replicas as wanted
    Work,
    /// Brings the database to this version
    Migrate,
    /// Prints the API's document
    Openapi,
    /// Checks settings, database, mail server, gateways and clock, and says what is wrong
    Doctor,
    /// Copies an installation on SQLite while it runs: the database, and then its wrapped keys
    Backup(Backup),
    /// People's accounts
    Account(Account),
    /// Deliveries that killed their process five times, and what becomes of them
    DeadLetters(DeadLetters),
    /// Sends nothing more until `resume`, and nothing of what is due by now: after a database was restored
    Hold,
    /// Sends again
    Resume,
    /// Plays many days on a virtual clock and prints what was sent, held and skipped, and why
    Simulate(Simulate),
}

#[derive(Debug, Args)]
pub struct Up {
    /// Start the clock here, as in 2026-12-24T07:59:00+01:00. Only while mail and pushes go to files
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub clock: Option<DateTime<Utc>>,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// Where reconnect.db and keys.db are put; made if missing, and nothing in it is overwritten
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Put keys.db here instead: it is best kept in another place
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Account {
    #[command(subcommand)]
    pub action: AccountAction,
}

#[derive(Debug, Subcommand)]
pub enum AccountAction {
    /// Makes an account and prints the code with which its person sets a password
    Create(AccountCreate),
}

#[derive(Debug, Args)]
pub struct DeadLetters {
    #[command(subcommand)]
    pub action: DeadLettersAction,
}

#[derive(Debug, Subcommand)]
pub enum DeadLettersAction {
    /// Shows them: ids and codes, nothing personal
    List {
        /// One line of JSON each
        #[arg(long)]
        json: bool,
    },
    /// Has them tried again; they pass every gate once more
    Retry(Which),
    /// Gives them up, and says so in the ledger
    Drop(Which),
}

/// Of the dead letters, these.
#[derive(Debug, Args)]
pub struct Which {
    /// As `list` shows them
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub ids: Vec<Uuid>,
    /// Every one
    #[arg(long)]
    pub all: bool,
    /// One line of JSON each
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct AccountCreate {
    /// service_user, provider, consultant, admin or duty
    #[arg(long)]
    pub role: words::Role,
    /// Name that the other side sees
    #[arg(long)]
    pub name: String,
    /// Where her mail goes, and what she signs in with
    #[arg(long, value_parser = email)]
    pub email: String,
    /// The organisation's name; needed for everyone but service users
    #[arg(long, required_if_eq_any = [("role", "provider"), ("role", "consultant"), ("role", "admin"), ("role", "duty")])]
    pub organisation: Option<String>,
    /// nb, nn or en; `defaults.language` unless said
    #[arg(long)]
    pub language: Option<words::Language>,
    /// IANA time zone; `defaults.zone` unless said
    #[arg(long, value_parser = zone)]
    pub zone: Option<Tz>,
    /// Read her password from standard input and open the account at once, instead of printing a code
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Debug, Args)]
pub struct Simulate {
    /// How many days to play
    #[arg(long, default_value_t = 182, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
    /// How many service users
    #[arg(long, default_value_t = 29, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub people: u32,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The first day
    #[arg(long, value_name = "DATE", default_value = "2026-10-01")]
    pub start: NaiveDate,
    /// Where the people are
    #[arg(long, value_name = "ZONE", default_value = "Europe/Oslo", value_parser = zone)]
    pub zone: Tz,
    /// Play these events (NDJSON) in place of made-up ones
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// NDJSON, as docs/simulation.schema.json describes it
    #[arg(long)]
    pub json: bool,
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let parsed = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    parsed.map_err(|_| "give a time with its offset, such as 2026-12-24T07:59:00+01:00".to_owned())
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "give an IANA time zone, such as Europe/Oslo".to_owned())
}

fn email(text: &str) -> Result<String, String> {
    let parsed = text.parse::<lettre::Address>();
    parsed.map(|address| address.to_string()).map_err(|_| "give an e-mail address, such as kari@example.org".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Role, clap::Error> {
        Cli::try_parse_from(line.split(' ')).map(Cli::role)
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_means_up() {
        assert!(matches!(parse("reconnect"), Ok(Role::Up(Up { clock: None }))));
        let Ok(Role::Up(Up { clock: Some(clock) })) = parse("reconnect up --clock 2026-12-24T07:59:00+01:00") else {
            panic!("a clock");
        };
        assert_eq!(clock.to_rfc3339(), "2026-12-24T06:59:00+00:00");
    }

    #[test]
    fn the_simulator_plays_the_pilot_unless_told_otherwise() {
        let Ok(Role::Simulate(pilot)) = parse("reconnect simulate") else { panic!("simulate") };
        assert_eq!((pilot.days, pilot.people, pilot.seed, pilot.json), (182, 29, 1, false));
        assert_eq!((pilot.start.to_string().as_str(), pilot.zone), ("2026-10-01", Tz::Europe__Oslo));
        assert!(pilot.scenario.is_none());
    }

    #[test]
    fn wrong_values_say_what_would_be_right() {
        for (line, advice) in [
            ("reconnect up --clock yesterday", "with its offset"),
            ("reconnect simulate --zone Oslo", "IANA time zone"),
            ("reconnect simulate --days 0", "1..=3660"),
            ("reconnect account create --role provider --name A --email a@b.no", "--organisation"),
            ("reconnect account create --role service_user --name A --email nobody", "e-mail address"),
        ] {
            let message = parse(line).expect_err(line).to_string();
            assert!(message.contains(advice), "{line}: {message}");
        }
        assert!(parse("reconnect account create --role service_user --name A --email a@b.no").is_ok());
    }
}
