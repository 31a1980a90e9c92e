//! Sharing as it is written down, in a model that is small enough to be seen to be right.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::AccountId;
use domain::words::{GrantLevel, Module, PlanSection, SubjectKind};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// An item, as the model knows it.
#[derive(Clone, Debug)]
pub struct Item {
    pub kind: &'static str,
    pub module: Module,
    pub parent: Option<Uuid>,
    /// The people of a tie.
    pub between: Vec<Uuid>,
    /// The life domain of a goal.
    pub names: Option<Uuid>,
    pub words: String,
    pub draft: bool,
    pub gone: bool,
    /// Of its latest version.
    pub changed: DateTime<Utc>,
}

/// What a provider proposed about an item.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub author: AccountId,
    pub item: Uuid,
    pub words: String,
    pub open: bool,
    pub withdrawn: bool,
}

/// What was said beside an item.
#[derive(Clone, Debug)]
pub struct Comment {
    pub item: Uuid,
    pub words: String,
    pub hidden: bool,
}

/// What a digest says of one owner: items by the part of the toolbox they lie in, sections, and proposals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    pub items: BTreeMap<Module, BTreeSet<Uuid>>,
    pub sections: BTreeSet<PlanSection>,
    pub answered: BTreeSet<Uuid>,
}

#[derive(Clone, Debug)]
pub struct Setting {
    pub reader: AccountId,
    pub kind: SubjectKind,
    pub subject: String,
    pub allow: bool,
    pub level: GrantLevel,
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
    pub revoked: Option<DateTime<Utc>>,
}

/// One owner's life, as it should be.
#[derive(Default)]
pub struct Model {
    pub items: BTreeMap<Uuid, Item>,
    pub settings: BTreeMap<Uuid, Setting>,
    /// What it says, and since when.
    pub plan: BTreeMap<PlanSection, (String, DateTime<Utc>)>,
    pub proposals: BTreeMap<Uuid, Proposal>,
    pub comments: BTreeMap<Uuid, Comment>,
    /// Readers whose relationship is not active.
    pub apart: BTreeSet<AccountId>,
    /// Since when they work together.
    pub since: DateTime<Utc>,
}

impl Model {
    /// What the settings about one subject say: nothing, no, or yes up to a level.
    pub fn said(
        &self,
        reader: AccountId,
        kind: SubjectKind,
        subject: &str,
        now: DateTime<Utc>,
    ) -> Option<Option<GrantLevel>> {
        let holding: Vec<&Setting> = self
            .settings
            .values()
            .filter(|it| it.reader == reader && it.kind == kind && it.subject == subject)
            .filter(|it| it.from <= now && it.to.is_none_or(|to| now < to) && it.revoked.is_none_or(|at| now < at))
            .collect();
        if holding.is_empty() {
            None
        } else if holding.iter().any(|it| !it.allow) {
            Some(None)
        } else {
            Some(holding.iter().map(|it| it.level).max())
        }
    }

    pub fn sees(&self, reader: AccountId, id: Uuid, now: DateTime<Utc>) -> Option<GrantLevel> {
        let item = self.items.get(&id).filter(|item| !item.gone && !item.draft)?;
        if self.apart.contains(&reader) {
            return None;
        }
        for below in item.between.iter().chain(&item.parent) {
            self.sees(reader, *below, now)?;
        }
        let mut nearest = Some(id);
        while let Some(at) = nearest {
            if let Some(answer) = self.said(reader, SubjectKind::Item, &at.to_string(), now) {
                return answer;
            }
            nearest = self.items[&at].parent;
        }
        match item.module {
            Module::Diary | Module::Medication => None,
            module => self.said(reader, SubjectKind::Module, module.as_str(), now).flatten(),
        }
    }

    pub fn section(&self, reader: AccountId, section: PlanSection, now: DateTime<Utc>) -> Option<GrantLevel> {
        if self.apart.contains(&reader) {
            return None;
        }
        self.said(reader, SubjectKind::Section, section.as_str(), now)
            .or_else(|| self.said(reader, SubjectKind::Module, Module::CrisisPlan.as_str(), now))
            .flatten()
    }

    /// News is what changed while it was seen: from before the change on, without a break, until now.
    pub fn is_news(&self, changed: DateTime<Utc>, now: DateTime<Utc>, seen: impl Fn(DateTime<Utc>) -> bool) -> bool {
        let turns = self.settings.values().flat_map(|it| [Some(it.from), it.to, it.revoked]).flatten();
        let mut moments: Vec<DateTime<Utc>> = turns.filter(|turn| changed < *turn && *turn <= now).collect();
        moments.extend([changed - TimeDelta::microseconds(1), changed, now]);
        self.since < changed && moments.into_iter().all(seen)
    }

    pub fn news(&self, reader: AccountId, now: DateTime<Utc>) -> News {
        let mut news = News::default();
        if self.apart.contains(&reader) {
            return news;
        }
        for (id, item) in &self.items {
            if self.is_news(item.changed, now, |at| self.sees(reader, *id, at).is_some()) {
                news.items.entry(item.module).or_default().insert(*id);
            }
        }
        for (section, (_, changed)) in &self.plan {
            if self.is_news(*changed, now, |at| self.section(reader, *section, at).is_some()) {
                news.sections.insert(*section);
            }
        }
        let answered = self.proposals.iter().filter(|(_, it)| it.author == reader && !it.open && !it.withdrawn);
        let found = answered.filter(|(_, it)| self.sees(reader, it.item, now).is_some());
        news.answered.extend(found.map(|(id, _)| *id));
        news
    }

    pub fn living(&self, kind: &str) -> Vec<Uuid> {
        self.items.iter().filter(|(_, item)| item.kind == kind && !item.gone).map(|(id, _)| *id).collect()
    }

    pub fn settings_left(&self) -> Vec<Uuid> {
        self.settings.iter().filter(|(_, it)| it.revoked.is_none()).map(|(id, _)| *id).collect()
    }
}
