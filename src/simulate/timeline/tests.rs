use super::*;

const LINES: &[&str] = &[
    r#"{"line":"run","seed":1,"people":1,"days":4,"start":"2027-05-14","zone":"Europe/Oslo","policy_version":1}"#,
    r#"{"line":"event","at":"2027-05-14T07:30:00+02:00","kind":"kill_switch","on":true}"#,
    r#"{"line":"event","at":"2027-05-14T08:30:00+02:00","kind":"kill_switch","on":false}"#,
    r#"{"line":"decision","at":"2027-05-14T08:00:00+02:00","job":"digest","slot":"2027-05-14","provider":"Kari","recipient":"Kari","recipient_zone":"Europe/Oslo","outcome":"skipped","reason":"kill_switch","channels":[],"policy_version":1}"#,
    r#"{"line":"event","at":"2027-05-14T11:00:00+02:00","kind":"message_sent","owner":"Bente","provider":"Kari","message":"m1","from":"owner","message_kind":"reply_wanted","chars":9000,"gist":false,"preview_allowed":false}"#,
    r#"{"line":"event","at":"2027-05-17T21:10:00+02:00","kind":"message_sent","owner":"Bente","provider":"Kari","message":"m2","from":"provider","message_kind":"info","chars":1,"gist":false,"preview_allowed":false}"#,
    r#"{"line":"decision","at":"2027-05-17T21:10:00+02:00","job":"message_notice","slot":"2027-05-17","owner":"Bente","provider":"Kari","recipient":"Bente","recipient_zone":"Europe/Oslo","outcome":"held","reason":"quiet_hours","channels":[],"policy_version":1}"#,
    r#"{"line":"decision","at":"2027-05-18T08:00:00+02:00","job":"digest","slot":"2027-05-18","provider":"Kari","recipient":"Kari","recipient_zone":"Europe/Oslo","outcome":"sent","reason":"due","channels":["in_app","push","email"],"items":["m1","series-07-01/2027-05-19","message-07-011","message-07-012","message-07-013"],"long":1,"policy_version":1}"#,
    r#"{"line":"decision","at":"2027-05-18T08:00:00+02:00","job":"response_reminder","slot":"2027-05-18","owner":"Bente","provider":"Kari","recipient":"Kari","recipient_zone":"Europe/Oslo","outcome":"folded","reason":"due","channels":[],"subject":"m1","promised":"2027-05-18","policy_version":1}"#,
    r#"{"line":"decision","at":"2027-05-18T08:00:00+02:00","job":"digest","slot":"2027-05-18","provider":"Ola","recipient":"Ola","recipient_zone":"Europe/Oslo","outcome":"skipped","reason":"nothing_to_say","channels":[],"policy_version":1}"#,
    r#"{"line":"decision","at":"2027-05-18T08:00:00+02:00","job":"digest","slot":"2027-05-18","provider":"Siv","recipient":"Siv","recipient_zone":"Europe/Oslo","outcome":"skipped","reason":"nothing_to_say","channels":[],"policy_version":1}"#,
    r#"{"line":"decision","at":"2027-05-18T08:00:00+02:00","job":"digest","slot":"2027-05-18","provider":"Tor","recipient":"Tor","recipient_zone":"Europe/Oslo","outcome":"skipped","reason":"nothing_to_say","channels":[],"policy_version":1}"#,
    r#"{"line":"decision","at":"2027-05-18T09:00:00+02:00","job":"message_notice","slot":"2027-05-17","owner":"Bente","provider":"Kari","recipient":"Bente","recipient_zone":"Europe/Oslo","outcome":"sent","reason":"due","channels":["in_app","push"],"items":["m2"],"policy_version":1}"#,
    r#"{"line":"decision","at":"2027-05-18T11:17:00+02:00","job":"check_in","slot":"2027-05-18","owner":"Bente","provider":"Kari","recipient":"Bente","recipient_zone":"Europe/Oslo","outcome":"skipped","reason":"some_new_code","channels":[],"subject":"series-07-01","policy_version":1,"agreement_version":2}"#,
];

fn lines() -> Vec<Line> {
    let mut faults = Vec::new();
    let lines = LINES.iter().enumerate().filter_map(|(n, text)| Line::read(n + 1, text, &mut faults)).collect();
    assert_eq!(faults, Vec::new());
    lines
}

fn norway() -> &'static HolidayCalendar {
    HolidayCalendar::named("NO").expect("Norway's calendar")
}

#[test]
fn a_few_days_read_well() {
    insta::assert_snapshot!(render(&lines(), norway()), @r###"
        1 service user, 4 days from Friday 14 May 2027, Europe/Oslo, seed 1

        Friday 14 May 2027 ─────────────────────────────────────────────────────────────────────────────────
          everybody
            07:30 everything is stopped
            08:30 everything goes on
          Bente
            11:00 writes m1 to Kari, asks for a reply, 9000 characters
          Kari
            08:00 digest             skipped   everything is stopped

        Monday 17 May 2027 · constitution day · whit monday ────────────────────────────────────────────────
          Bente
            21:10 message notice     held      it is her quiet time · Kari
          Kari
            21:10 writes m2 to Bente, for information, 1 character

        Tuesday 18 May 2027 ────────────────────────────────────────────────────────────────────────────────
          Bente
            09:00 message notice     sent      in the app, push · Kari · m2
            11:17 check-in           skipped   some new code · Kari · series-07-01
          Kari
            08:00 digest             sent      in the app, push, e-mail · m1, series-07-01/2027-05-19,
                    message-07-011 and 2 more · 1 long read
            08:00 response reminder  folded    with the digest · Bente · m1 · promised for Tue 18 May
          no digest, there is nothing to say: Ola and Siv and Tor

        All in all               sent    folded      held   skipped cancelled    failed
          check-in                  0         0         0         1         0         0
          plan prompt               0         0         0         0         0         0
          agreement round           0         0         0         0         0         0
          overdue notice            0         0         0         0         0         0
          message notice            1         0         1         0         0         0
          response reminder         0         1         0         0         0         0
          digest                    1         0         0         4         0         0

        Not sent, or not at once, because
          check-in
                1 some new code
          message notice
                1 it is her quiet time
          digest
                3 there is nothing to say
                1 everything is stopped
        "###);
}

#[test]
fn nothing_is_wider_than_the_page() {
    let wide = render(&lines(), norway()).lines().map(|line| line.chars().count()).max();
    assert!(wide.is_some_and(|wide| wide <= WIDTH), "{wide:?}");
    let long = wrapped(&"word ".repeat(60));
    assert!(long.lines().skip(1).all(|line| line.starts_with("            word") && line.chars().count() <= WIDTH));
}
