//! The embedded default: files in place of gateways.
use super::*;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use worker::transport::Transports;
use worker::transport::settings::TransportSettings;

fn files() -> (TempDir, Transports) {
    let dir = TempDir::new().expect("directory");
    let transports = Transports::files(dir.path(), clock().1).expect("settings");
    (dir, transports)
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .expect("directory")
        .map(|entry| entry.expect("entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_push_is_written_as_it_would_have_gone_out_with_a_digest_for_the_token() {
    let (dir, transports) = files();
    assert!(!transports.is_live());
    for (n, platform) in [(1, Platform::Apns), (2, Platform::Fcm)] {
        let order = push(platform, n);
        let receipt = format!("push/{}.json", order.delivery_id);
        assert_eq!(transports.push(&order).await, Outcome::Sent { receipt: Some(receipt.clone()) });
        let text = fs::read_to_string(dir.path().join(receipt)).expect("file");
        assert!(!text.contains(TOKEN));
        let file: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(file["token"], "sha256:95a5915c32e104a1");
        assert_eq!(file["platform"], platform.as_str());
        match platform {
            Platform::Apns => {
                assert_eq!(file["headers"]["apns-collapse-id"], order.collapse_id);
                assert_eq!(file["body"]["id"], json!(order.opaque_id));
            }
            _ => assert_eq!(file["body"]["message"]["data"]["id"], json!(order.opaque_id)),
        }
    }
    assert_eq!(names(&dir.path().join("push")).len(), 2, "no unfinished file stays");
}

#[tokio::test]
async fn a_mail_is_written_as_a_file_any_program_opens() {
    let (dir, transports) = files();
    let order = mail(1);
    for _ in 0..2 {
        assert!(is_sent(&transports.mail(&order).await));
    }
    let name = format!("{}.eml", order.delivery_id);
    assert_eq!(names(&dir.path().join("mail")), [name.as_str()], "the same order is the same file");
    let path = dir.path().join("mail").join(name);
    let content = fs::read(&path).expect("file");
    let parsed = MessageParser::default().parse(&content).expect("mail");
    assert_eq!(parsed.subject(), Some("Dagens samling på ett sted"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o600);
    }
}

/// `/dev/full` refuses every write with "no space left on device".
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_a_retry_and_leaves_nothing_half_written() {
    let (dir, transports) = files();
    let order = push(Platform::Apns, 1);
    let folder = dir.path().join("push");
    fs::create_dir(&folder).expect("folder");
    let unfinished = folder.join(format!(".{}.json.unfinished", order.delivery_id));
    std::os::unix::fs::symlink("/dev/full", unfinished).expect("link");
    assert_eq!(transports.push(&order).await, retry(Reason::DiskFull));
    assert!(names(&folder).is_empty());
    assert!(is_sent(&transports.push(&order).await));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_a_retry() {
    let (dir, transports) = files();
    fs::write(dir.path().join("mail"), "in the way").expect("file");
    assert_eq!(transports.mail(&mail(1)).await, retry(Reason::WriteFailed));
}

#[tokio::test]
async fn what_a_gateway_would_refuse_is_refused_here_too() {
    let (dir, transports) = files();
    for (order, reason) in [
        (PushOrder { collapse_id: "c".repeat(65), ..push(Platform::Apns, 1) }, Reason::InvalidOrder),
        (PushOrder { expires_at: noon(), ..push(Platform::Fcm, 1) }, Reason::Expired),
        (push(Platform::None, 1), Reason::InvalidAddress),
    ] {
        assert_eq!(transports.push(&order).await, Outcome::GiveUp { reason });
    }
    let order = MailOrder { subject: "a\r\nb".to_owned(), ..mail(1) };
    assert_eq!(transports.mail(&order).await, Outcome::GiveUp { reason: Reason::UnsafeHeader });
    assert!(names(dir.path()).is_empty());
}

#[tokio::test]
async fn a_channel_without_settings_and_files_says_so() {
    let transports = Transports::live(&TransportSettings::default(), clock().1).expect("settings");
    let not_configured = Outcome::Misconfigured { reason: Reason::NotConfigured };
    assert_eq!(transports.push(&push(Platform::Fcm, 1)).await, not_configured);
    assert_eq!(transports.mail(&mail(1)).await, not_configured);
    assert!(transports.check().await.is_empty());
}
