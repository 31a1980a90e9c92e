//! What others say and propose beside what an owner keeps.

use super::model::{Comment, Proposal};
use super::{Life, content, field_of, hidden};
use backend::app::toolbox::shared;
use backend::app::{Refusal, comments, proposals};
use domain::ids::{CommentId, ItemId, ProposalId};
use domain::words::{GrantLevel, Module};
use mobile_contract::problem::ProblemCode;
use mobile_contract::proposals::{CommentIn, CommentOut, ProposalAcceptIn, ProposalDeclineIn, ProposalIn};
use poem_openapi::types::ToJSON;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

fn refused<T>(answer: Result<T, Refusal>, code: ProblemCode) {
    match answer {
        Ok(_) => panic!("{code:?} was due"),
        Err(refusal) => assert_eq!(refusal.code, code),
    }
}

impl Life<'_> {
    fn anything(&mut self) -> Option<Uuid> {
        let all: Vec<Uuid> = self.model.items.keys().copied().collect();
        (!all.is_empty()).then(|| self.dice.of(&all))
    }

    /// A provider proposes other words for something, whether she may or not.
    pub async fn propose(&mut self) {
        let Some(id) = self.anything() else { return };
        let (app, owner) = (&self.fixture.app, self.owner.actor.account);
        let reader = self.readers[self.dice.below(2)].0;
        let author = reader.actor.account;
        let item = self.model.items[&id].clone();
        // The kinds that can be proposed about lie in these parts, and others are not even looked for.
        let looked_for = matches!(item.module, Module::Goals | Module::LifeDomains);
        let level = self.model.sees(author, id, app.now()).filter(|_| looked_for);
        let words = self.words();
        let mut json = json!({ item.kind: { field_of(item.kind): words } });
        let mut version = 1;
        if let Some(found) = hidden(shared::get(&self.fixture.app, reader, owner, ItemId(id)).await) {
            json = found.content.to_json().expect("JSON");
            json[item.kind][field_of(item.kind)] = json!(words);
            version = found.version;
        } else if !["goal", "step"].contains(&item.kind) {
            return;
        } else if item.kind == "goal" {
            json["goal"]["state"] = json!("active");
        } else {
            json["step"]["kind"] = json!("activity");
            json["step"]["who"] = json!("me");
        }
        let body = ProposalIn {
            id: None,
            item_id: Some(id),
            section: None,
            base_version: version,
            content: Some(content(json)),
            text: None,
            reason: None,
        };
        let made = proposals::make(&self.fixture.app, reader, owner, body).await;
        let waits = self.model.proposals.values().any(|it| it.author == author && it.item == id && it.open);
        match level {
            None => refused(made, ProblemCode::NotFound),
            Some(level) if level < GrantLevel::Propose => refused(made, ProblemCode::NotAllowed),
            Some(_) if !["goal", "step"].contains(&item.kind) => refused(made, ProblemCode::Invalid),
            Some(_) if waits => refused(made, ProblemCode::Conflict),
            Some(_) => {
                let new = Proposal { author, item: id, words, open: true, withdrawn: false };
                self.model.proposals.insert(made.expect("made").id, new);
            }
        }
    }

    /// The owner takes a proposal in or declines it, or its author takes it back, where she finds it.
    pub async fn answer(&mut self) {
        let open: Vec<Uuid> = self.model.proposals.iter().filter(|(_, it)| it.open).map(|(id, _)| *id).collect();
        if open.is_empty() {
            return;
        }
        let id = self.dice.of(&open);
        let app = &self.fixture.app;
        let now = app.now();
        let proposal = self.model.proposals[&id].clone();
        match self.dice.below(5) {
            0 => {
                let (author, _) = self.readers.iter().find(|(it, _)| it.actor.account == proposal.author).expect("one");
                let taken_back = proposals::withdraw(app, *author, ProposalId(id)).await;
                if self.model.sees(proposal.author, proposal.item, now).is_none() {
                    return refused(taken_back, ProblemCode::NotFound);
                }
                taken_back.expect("taken back");
                self.model.proposals.get_mut(&id).expect("known").withdrawn = true;
            }
            1 | 2 => {
                let no = ProposalDeclineIn { words: None };
                proposals::decline(app, self.owner, ProposalId(id), no).await.expect("declined");
            }
            _ => {
                let as_it_is = ProposalAcceptIn { content: None, text: None };
                proposals::accept(app, self.owner, ProposalId(id), as_it_is, Some("*")).await.expect("accepted");
                let item = self.model.items.get_mut(&proposal.item).expect("known");
                (item.words, item.changed) = (proposal.words, now);
            }
        }
        self.model.proposals.get_mut(&id).expect("known").open = false;
    }

    /// Somebody says something beside an item, whether she may or not.
    pub async fn say(&mut self) {
        let Some(id) = self.anything() else { return };
        let (app, owner) = (&self.fixture.app, self.owner.actor.account);
        let who = self.dice.below(3);
        let (caller, level) = match self.readers.get(who) {
            Some((reader, _)) => (*reader, self.model.sees(reader.actor.account, id, app.now())),
            None => (self.owner, (!self.model.items[&id].gone).then_some(GrantLevel::Propose)),
        };
        let words = self.words();
        let body = CommentIn { id: None, item_id: Some(id), section: None, words: words.clone() };
        let said = comments::make(&self.fixture.app, caller, owner, body).await;
        match level {
            None => refused(said, ProblemCode::NotFound),
            Some(level) if level < GrantLevel::Comment => refused(said, ProblemCode::NotAllowed),
            Some(_) => {
                self.model.comments.insert(said.expect("said").id, Comment { item: id, words, hidden: false });
            }
        }
    }

    pub async fn hide_or_show(&mut self) {
        let all: Vec<Uuid> = self.model.comments.keys().copied().collect();
        if all.is_empty() {
            return;
        }
        let id = self.dice.of(&all);
        let comment = self.model.comments.get_mut(&id).expect("known");
        comment.hidden = !comment.hidden;
        comments::hide(&self.fixture.app, self.owner, CommentId(id), comment.hidden).await.expect("hers");
    }

    /// Comments stand where their items are found, and proposals too, for their authors.
    pub async fn what_stands_beside_agrees(&mut self, reader: usize) {
        let (caller, owner) = (self.readers[reader].0, self.owner.actor.account);
        let (app, account) = (&self.fixture.app, caller.actor.account);
        let apart = self.model.apart.contains(&account);
        let finds = |item: Uuid| self.model.sees(account, item, app.now()).is_some();
        let said = self.model.comments.iter().filter(|(_, it)| !it.hidden && finds(it.item));
        let said: BTreeSet<(Uuid, String)> = said.map(|(id, it)| (*id, it.words.clone())).collect();
        let asked = comments::Asked { limit: Some(100), ..comments::Asked::default() };
        let list = hidden(comments::list(app, caller, owner, asked).await);
        assert_eq!(list.is_none(), apart);
        let borrowed = comments::as_seen_by(app, self.owner, account, asked).await.expect("her own question");
        let words = |page: Vec<CommentOut>| page.into_iter().map(|it| (it.id, it.words)).collect::<BTreeSet<_>>();
        assert_eq!(words(list.map(|page| page.items).unwrap_or_default()), said);
        assert_eq!(words(borrowed.items), said);

        let mine = self.model.proposals.iter().filter(|(_, it)| it.author == account && finds(it.item));
        let mine: BTreeSet<Uuid> = mine.map(|(id, _)| *id).collect();
        let asked = proposals::Asked { limit: Some(100), ..proposals::Asked::default() };
        let list = hidden(proposals::list(app, caller, owner, asked).await);
        assert_eq!(list.is_none(), apart);
        let borrowed = proposals::as_seen_by(app, self.owner, account, asked).await.expect("her own question");
        let found = list.map(|page| page.items).unwrap_or_default();
        assert_eq!(found.to_json(), borrowed.items.to_json(), "what she is told that the provider finds");
        assert_eq!(found.iter().map(|it| it.id).collect::<BTreeSet<_>>(), mine);
    }
}
