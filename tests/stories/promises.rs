//! Promised dates.

use super::World;
use crate::harness::on_both_databases;
use serde_json::{Value, json};

on_both_databases! {
    /// A three-day window over a holiday Monday: the promised date skips it. The 17th of May 2027 is a Monday, and
    /// Whit Monday too.
    async fn a_holiday_is_not_counted(database) {
        let world = World::at("2027-05-14 11:00", database).await;
        let pair = world.pair_reading("nb", "nn").await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        world.agree(bente, kari, &pair.id).await;
        let before = bente.read(&format!("/v1/relationships/{}/promise", pair.id)).await;
        assert_eq!(before["reply_by"], "2027-05-20");
        let text = before["text"].as_str().expect("text");
        assert!(text.ends_with("svarer Kari innen torsdag 20. mai."), "{text}");
        let asked = world.write(bente, &pair.id, "reply_wanted", "Permisjonen nermar seg, skal eg reise aleine?").await;
        assert_eq!(asked["receipt"], "Lagret. Kari svarer innen torsdag 20. mai.");
        world.set("2027-05-14 17:30").await;
        let late = world.write(bente, &pair.id, "reply_wanted", "Eller skal nokon kjøre meg?").await;
        assert_eq!(late["receipt"], "Lagret. Kari svarer innen fredag 21. mai.", "after closing time it is Tuesday's");

        world.set("2027-05-17 08:00").await;
        world.set("2027-05-17 16:00").await;
        assert_eq!(world.sent_out(), json!({ "apns": 0, "fcm": 0, "mail": 0 }));
        world.set("2027-05-18 08:00").await;
        assert_eq!(world.wakes(&kari.push_token), ["Dagens samling er klar."]);
        world.set("2027-05-19 08:00").await;
        assert_eq!(world.letters().len(), 1, "on Wednesday there is nothing new");
        world.set("2027-05-20 08:00").await;
        let [tuesday, thursday] = world.letters().try_into().expect("two digests");
        for letter in [&tuesday, &thursday] {
            assert_eq!((letter.to.as_str(), letter.subject.as_str()), (kari.login.as_str(), "Dagens samling"));
        }
        assert!(tuesday.text.contains("2 nye meldingar\r\n") && !tuesday.text.contains("frist"), "{}", tuesday.text);
        assert!(thursday.text.contains("1 melding ventar på svar frå deg\r\n- 1 har frist i dag"), "{}", thursday.text);

        world.set("2027-05-20 10:00").await;
        let reply = json!({ "kind": "info", "body": "Berre reis.", "in_reply_to": asked["id"] });
        world.write_with(kari, &pair.id, reply).await;
        world.pass(1).await;
        assert_eq!(world.wakes(&bente.push_token), ["Du har noe nytt."]);
        let clocks = bente.items("/v1/reply_clocks").await;
        let open: Vec<&Value> = clocks.iter().map(|clock| &clock["promised_on"]).collect();
        assert_eq!(open, ["2027-05-21"], "the other is open still");
        let [reminder] = bente.ledger("response_reminder").await.try_into().expect("one reminder");
        assert_eq!((&reminder["slot_on"], &reminder["promised_on"]), (&json!("2027-05-20"), &json!("2027-05-20")));
        world.end().await;
    }
}
