//! Everything here goes through the same layers as the program: a file, then an environment.

use super::channels::MailTls;
use super::store::{DatabaseKind, WrappedKeys};
use super::*;
use config::Map;
use secrecy::ExposeSecret;
use std::io::Write;

fn layers(file: &str, environment: &[(&str, &str)]) -> Result<layers::Layers, Problems> {
    let mut path = tempfile::NamedTempFile::new().unwrap();
    path.write_all(file.as_bytes()).unwrap();
    let environment: Map<String, String> =
        environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    layers::collect(Some(path.path()), environment)
}

fn read(file: &str, environment: &[(&str, &str)]) -> Result<Config, Problems> {
    Config::read(layers(file, environment)?).1
}

/// The problems without where they were set, one a line.
fn wrong(file: &str, environment: &[(&str, &str)]) -> String {
    let problems = read(file, environment).expect_err("something is wrong");
    problems.0.iter().map(|problem| format!("{}: {}\n", problem.key, problem.what)).collect()
}

#[test]
fn the_default_file_has_exactly_the_known_keys_and_is_right() {
    let (known, config) = Config::read(layers("", &[]).unwrap());
    assert_eq!(known, layers("", &[]).unwrap().defaults.into_keys().collect());
    let config = config.unwrap();
    assert!(config.keeps_everything_here());
    assert_eq!(config.store.database.url.expose_secret(), "sqlite://data/reconnect.db");
    assert_eq!(config.store.keys.master_key_file, Path::new("data/master.key"));
    assert_eq!(config.server.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.defaults.zone, chrono_tz::Tz::Europe__Oslo);
}

#[test]
fn the_environment_goes_before_the_file_and_the_file_before_the_defaults() {
    let file = "[worker]\nbatch = 7\nconcurrency = 9\n";
    let config = read(file, &[("RECONNECT__WORKER__BATCH", "8"), ("RECONNECT_TEST_POSTGRES", "not ours")]).unwrap();
    assert_eq!((config.worker.batch, config.worker.concurrency, config.worker.poll.as_secs()), (8, 9, 5));
}

#[test]
fn one_data_directory_moves_everything_that_is_not_named() {
    let config = read("[data]\ndir = \"/var/lib/reconnect 100%?\"", &[]).unwrap();
    assert_eq!(config.store.database.url.expose_secret(), "sqlite:///var/lib/reconnect 100%25%3F/reconnect.db");
    let file = config.store.database.sqlite_file().unwrap();
    assert_eq!(file, Path::new("/var/lib/reconnect 100%?/reconnect.db"));
    assert_eq!(config.store.keys.master_key_file, Path::new("/var/lib/reconnect 100%?/master.key"));
    assert_eq!(config.store.data_dir, Path::new("/var/lib/reconnect 100%?"));
    assert!(config.keeps_everything_here());
}

#[test]
fn all_wrong_values_are_named_at_once_with_what_would_be_right() {
    let file = r#"
        [server]
        listen = "localhost"
        body_limit = 12
        trusted_proxies = ["10.0.0.0/8", "the proxy"]
        [mail]
        port = "abc"
        from = "nobody"
        [defaults]
        zone = "Oslo"
        language = "no"
        holiday_calendar = "Norge"
        [telemetry]
        log = "inof"
        [worker]
        lease_seconds = -1
        batch = [1, 2]
    "#;
    assert_eq!(
        wrong(file, &[]),
        "\
defaults.holiday_calendar: \"Norge\" is not a country; give its two capital letters, such as NO
defaults.language: \"no\" is not one of the choices; give one of nb, nn, en
defaults.zone: \"Oslo\" is not an IANA time zone; give a name such as Europe/Oslo
mail.from: \"nobody\" is not an e-mail address; give an address such as Reconnect <no-reply@example.org>
mail.port: \"abc\" is not a port; give a number from 1 to 65535
server.body_limit: \"12\" is not a number of bytes; give a number from 131072 to 16777216
server.listen: \"localhost\" is not an address to listen on; give an address and a port, such as 127.0.0.1:8080
server.trusted_proxies: \"the proxy\" is not a network; give networks such as 10.0.0.0/8
telemetry.log: \"inof\" is not a log filter; give error, warn, info, debug or trace, or several such as info,worker=debug
worker.batch: is a list; give one value
worker.lease_seconds: \"-1\" is not a number of seconds; give a number from 10 to 3600
"
    );
}

#[test]
fn unknown_keys_are_named_with_the_nearest_known_one() {
    let environment = [("RECONNECT__SERVER__LISTN", "127.0.0.1:1"), ("RECONNECT__PUSH", "live")];
    assert_eq!(
        wrong("[zebra]\nstripes = 7\n[data.dir]\npath = \"x\"", &environment),
        "\
data.dir.path: data.dir is a value, not a section; give data.dir itself
push: is a section and has no value of its own; give the keys in it
server.listn: there is no such key; the nearest is server.listen
zebra.stripes: there is no such key; reconnect.default.toml has them all
"
    );
}

#[test]
fn a_problem_says_where_the_value_was_set() {
    let problems = read("", &[("RECONNECT__MAIL__PORT", "0")]).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "one setting is wrong:\n  mail.port: \"0\" is not a port; give a number from 1 to 65535 (set in the environment)"
    );
}

#[test]
fn live_transports_name_each_thing_they_lack() {
    assert_eq!(
        wrong("[push]\ntransport = \"live\"\n[mail]\ntransport = \"smtp\"", &[]),
        "\
mail.from: is not an address that mail can come from; give the sender's own
mail.host: is not set; mail.transport is smtp, so give the mail server's name
push.apns.key_file: is not set; live pushes need Apple's token key (.p8)
push.apns.key_id: is not set; live pushes need the id of Apple's token key
push.apns.team_id: is not set; live pushes need the id of the team at Apple
push.apns.topic: is not set; live pushes need the app's bundle id
push.fcm.service_account_file: is not set; live pushes need the service account's key from Firebase (JSON)
"
    );
}

#[test]
fn mail_goes_in_the_clear_only_to_this_machine() {
    let smtp = |host: &str| {
        read(
            &format!("[mail]\ntransport = \"smtp\"\nfrom = \"a@b.no\"\ntls = \"none\"\nport = 25\nhost = \"{host}\""),
            &[],
        )
    };
    for host in ["localhost", "127.0.0.1", "::1"] {
        let mail = smtp(host).unwrap().mail;
        let MailTransport::Smtp(smtp) = mail.transport else { panic!("smtp") };
        assert_eq!(smtp.tls, MailTls::None);
    }
    for host in ["smtp.example.org", "10.0.0.1", "localhost.example.org"] {
        let problems = smtp(host).unwrap_err();
        assert!(problems.to_string().contains("mail.tls: \"none\" would send mail in the clear"), "{problems}");
    }
}

#[test]
fn an_open_server_needs_a_public_address_that_is_safe() {
    assert_eq!(
        wrong("[server]\nlisten = \"0.0.0.0:8080\"", &[]),
        "server.public_url: is not set; server.listen is open to other machines, so give the https:// address they use\n"
    );
    let plain = wrong("[server]\npublic_url = \"http://reconnect.example.org\"", &[]);
    assert!(plain.starts_with("server.public_url: \"http://reconnect.example.org\" is not a web address"), "{plain}");
    let served = read("[server]\nlisten = \"[::]:443\"\npublic_url = \"https://reconnect.example.org/\"", &[]).unwrap();
    assert_eq!(served.server.public_url, "https://reconnect.example.org");
}

#[test]
fn postgresql_needs_a_place_for_keys_that_is_not_itself() {
    let url = ("RECONNECT__DATABASE__URL", "postgres://u:hush@db/reconnect");
    assert!(wrong("", &[url]).starts_with("keys.wrapped_keys: is not set; with PostgreSQL"));
    let same = [url, ("RECONNECT__KEYS__WRAPPED_KEYS", "postgres://u:hush@db/reconnect")];
    assert!(wrong("", &same).starts_with("keys.wrapped_keys: is the database itself"));
    let config = read("", &[url, ("RECONNECT__KEYS__WRAPPED_KEYS", "postgres://u:hush@db/keys")]).unwrap();
    assert_eq!(config.store.database.kind, DatabaseKind::Postgres);
    assert!(matches!(config.store.keys.wrapped_keys, WrappedKeys::Postgres(_)));
}

#[test]
fn secrets_are_never_shown() {
    let environment = [
        ("RECONNECT__DATABASE__URL", "mysql://u:hush@db/reconnect"),
        ("RECONNECT__KEYS__WRAPPED_KEYS", "redis://u:hush@db"),
        ("RECONNECT__MAIL__PASSWORD", "hush"),
    ];
    let problems = read("", &environment).unwrap_err();
    assert_eq!(problems.0.len(), 2, "{problems}");
    assert!(!format!("{problems} {problems:?}").contains("hush"));
    let broken = wrong("[mail]\npassword = \"hush\n", &[]);
    assert!(broken.contains("line 2 is not TOML") && !broken.contains("hush"), "{broken}");
    let right = [
        ("RECONNECT__DATABASE__URL", "postgres://u:hush@db/reconnect"),
        ("RECONNECT__KEYS__WRAPPED_KEYS", "keys.db"),
        ("RECONNECT__MAIL__USER", "u"),
        ("RECONNECT__MAIL__PASSWORD", "hush"),
    ];
    assert!(!format!("{:?}", read("", &right).unwrap()).contains("hush"));
}

#[test]
fn a_secret_can_stand_in_a_file_of_its_own_but_not_twice() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "sqlite:///srv/reconnect.db").unwrap();
    let name = file.path().display().to_string();
    let config = read(&format!("[database]\nurl_file = \"{name}\""), &[]).unwrap();
    assert_eq!(config.store.database.url.expose_secret(), "sqlite:///srv/reconnect.db");
    let twice = wrong(&format!("[database]\nurl_file = \"{name}\"\nurl = \"sqlite://x\""), &[]);
    assert_eq!(twice, "database.url_file: database.url is given too; give one of the two\n");
    let gone = wrong("[mail]\npassword_file = \"/nowhere/at/all\"\nuser = \"u\"", &[]);
    assert!(gone.starts_with("mail.password_file: \"/nowhere/at/all\" cannot be read"), "{gone}");
}

#[test]
fn half_a_pair_is_named() {
    let dkim = wrong("[mail.dkim]\ndomain = \"example.org\"", &[]);
    assert!(dkim.contains("mail.dkim.key_file: is not set") && dkim.contains("mail.dkim.selector: is not set"));
    assert!(wrong("[mail]\nuser = \"u\"", &[]).starts_with("mail.password: is not set"));
    assert!(wrong("[server]\nmin_app_version = \"2.1\"", &[]).starts_with("server.store_url: is not set"));
    let app = "[server]\nmin_app_version = \"2.1\"\nstore_url = \"https://example.org/app\"";
    assert_eq!(read(app, &[]).unwrap().server.oldest_app.unwrap().version, [2, 1, 0]);
}

#[test]
fn a_named_file_must_be_there() {
    let problems = Config::load(Some(Path::new("/nowhere/reconnect.toml"))).unwrap_err();
    assert!(problems.to_string().contains("/nowhere/reconnect.toml: cannot be read"), "{problems}");
}

#[test]
fn lists_have_commas_in_the_environment() {
    let config = read("", &[("RECONNECT__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, ::1")]).unwrap();
    assert_eq!(config.server.trusted_proxies.len(), 2);
}

#[test]
fn a_variable_with_an_underscore_too_few_is_named_with_what_it_should_be_called() {
    let said = |names: &[&str]| layers::well_named(names.iter().copied()).expect_err("misnamed").to_string();
    assert!(said(&["RECONNECT_SERVER_LISTEN"]).contains("RECONNECT__SERVER__LISTEN"));
    assert!(said(&["PATH", "RECONNECT_DATABASE_URL_FILE"]).contains("RECONNECT__DATABASE__URL_FILE"));
    let others = ["RECONNECT__SERVER__LISTEN", "RECONNECT_CONFIG", "RECONNECT_SERVER_PORT", "RECONNECT_TEST_PYTHON"];
    assert!(layers::well_named(others).is_ok());
}
