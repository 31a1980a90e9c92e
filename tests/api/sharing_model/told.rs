//! What goes out by itself, and what the owner takes away.

use super::model::News;
use super::{Life, field_of};
use backend::app::export;
use chrono_tz::Europe::Oslo;
use domain::digest::{Digest, DigestCounts};
use domain::ids::AccountId;
use domain::organisation_policy::Rules;
use futures::TryStreamExt;
use mobile_contract::export::{ExportFormat, ExportSection};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Life<'_> {
    async fn digest(&self, reader: AccountId) -> Digest {
        let now = self.fixture.app.now();
        let today = now.with_timezone(&Oslo).date_naive();
        let rules = Rules { digest_lines: 1_000, ..Rules::default() };
        let composed = worker::digests::compose(self.fixture.app.store.read(), reader, today, &rules, now).await;
        composed.expect("a digest").digest
    }

    /// What a digest of this moment would say, and the numbers of it that a push and a mail are made of. An empty one is
    /// neither pushed nor mailed.
    pub async fn the_digest_agrees(&mut self, reader: usize) {
        let account = self.readers[reader].0.actor.account;
        let digest = self.digest(account).await;
        let mut found = News::default();
        for line in &digest.lines {
            assert_eq!(line.owner, self.owner.actor.account, "somebody else's");
            assert!(line.message.is_none() && line.slot.is_none() && line.series.is_none() && line.clock.is_none());
            if let Some(module) = line.module {
                let items = line.item_changes.keys().map(|id| id.0).collect();
                assert_eq!(found.items.insert(module, items), None, "one line for each part");
            }
            found.sections.extend(line.plan_changes.keys());
            found.answered.extend(line.proposal.map(|id| id.0));
        }
        let expected = self.model.news(account, self.fixture.app.now());
        assert_eq!(found, expected, "{:?}", self.model.settings);

        let lines = expected.items.len() + usize::from(!expected.sections.is_empty()) + expected.answered.len();
        let shared_changes = u32::try_from(lines).expect("few");
        let nothing_else = DigestCounts { minutes: DigestCounts::of(&digest).minutes, ..DigestCounts::default() };
        assert_eq!(DigestCounts::of(&digest), DigestCounts { shared_changes, ..nothing_else });
    }

    /// Everything she keeps, as it says now, and not a word of what she took away.
    pub async fn the_export_has_what_is_hers(&self) {
        let app = &self.fixture.app;
        let summary = export::summary(app, self.owner).await.expect("hers");
        let living: BTreeMap<Uuid, String> = self
            .model
            .items
            .iter()
            .filter(|(_, item)| !item.gone)
            .map(|(id, item)| (*id, item.words.clone()))
            .collect();
        let counted = summary.sections.iter().find(|it| it.section == ExportSection::Items).expect("items");
        assert_eq!(counted.records, u64::try_from(living.len()).expect("few"));
        let stream = export::begin(app, self.owner, ExportFormat::Json).await.expect("hers").stream;
        let bytes = stream.try_fold(Vec::new(), async |mut all, part| {
            all.extend_from_slice(&part);
            Ok(all)
        });
        let text = String::from_utf8(bytes.await.expect("whole")).expect("UTF-8");
        let whole: Value = serde_json::from_str(&text).expect("JSON");
        let items = whole["items"].as_array().expect("items");
        let words = |item: &Value| {
            let kind = item["kind"].as_str().expect("a kind");
            let words = item["content"][kind][field_of(kind)].as_str().expect("words");
            (item["id"].as_str().expect("an id").parse().expect("an id"), words.to_owned())
        };
        assert_eq!(items.iter().map(words).collect::<BTreeMap<Uuid, String>>(), living);
        let ids = |list: &str| -> BTreeSet<Uuid> {
            let all = whole[list].as_array().expect("a list").iter();
            all.map(|it| it["id"].as_str().expect("an id").parse().expect("an id")).collect()
        };
        assert_eq!(ids("comments"), self.model.comments.keys().copied().collect());
        assert_eq!(ids("proposals"), self.model.proposals.keys().copied().collect());
        for (_, gone) in self.model.items.iter().filter(|(_, item)| item.gone) {
            assert!(!text.contains(&format!("\"{}\"", gone.words)), "{} was taken away", gone.words);
        }
        let mine = format!(" of {}\"", self.owner.actor.account);
        let others = text.split("\"words ").skip(1).filter(|rest| !rest[..64.min(rest.len())].contains(&mine)).count();
        assert_eq!(others, 0, "words of somebody else");
    }
}
