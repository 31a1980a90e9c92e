//! The whole of the policy, written out: every standing and role, every action, every state. A
//! change of any cell shows in `tests/golden/policy.txt`, where it can be read and judged.
//! `scripts/test --bless` writes the file anew.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, ItemId, OrganisationId, RelationshipId};
use domain::joint_sessions::{JointSight, JointState};
use domain::ownership::{Actor, Grant, Relationship, Sharing};
use domain::policy::{
    self, Card, Comment, Decision, InRelationship, JointSession, LibraryEntry, Message, OnAbsence, OnAccount,
    OnComment, OnJointSession, OnLibrary, OnLibraryEntry, OnMessage, OnOrganisation, OnOwn, OnProposal, OnTarget,
    OnTemplate, Proposal, Sight,
};
use domain::proposals::Target;
use domain::toolbox::{ItemKind, Placed};
use domain::words::{GrantEffect, GrantLevel, Module, PlanSection, RelationshipState, Role, SubjectKind};
use std::fmt::Write as _;
use uuid::Uuid;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/policy.txt");

const OWNER: u128 = 1;
const RESPONSIBLE: u128 = 2;
const MEMBER: u128 = 3;
const SUBSTITUTE: u128 = 4;
const NOBODY: u128 = 5;
const HERE: u128 = 10;
const ELSEWHERE: u128 = 11;

fn account(id: u128) -> AccountId {
    AccountId(Uuid::from_u128(id))
}

fn organisation(id: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(id))
}

fn actor(id: u128, role: Role) -> Actor {
    Actor { account: account(id), role, organisation: organisation(HERE) }
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// Everybody who may stand somewhere towards a relationship. The last three hold the owner's own id
/// in another role: one person's other account is a stranger here.
fn people() -> Vec<(&'static str, Actor)> {
    vec![
        ("owner", actor(OWNER, Role::ServiceUser)),
        ("responsible", actor(RESPONSIBLE, Role::Provider)),
        ("member", actor(MEMBER, Role::Provider)),
        ("substitute", actor(SUBSTITUTE, Role::Provider)),
        ("other provider", actor(NOBODY, Role::Provider)),
        ("other owner", actor(NOBODY, Role::ServiceUser)),
        ("consultant", actor(OWNER, Role::Consultant)),
        ("admin", actor(RESPONSIBLE, Role::Admin)),
        ("duty", actor(MEMBER, Role::Duty)),
    ]
}

fn relationship(state: RelationshipState, invited_by: u128) -> Relationship {
    Relationship {
        id: RelationshipId(Uuid::from_u128(100)),
        owner: account(OWNER),
        responsible: account(RESPONSIBLE),
        members: vec![account(RESPONSIBLE), account(MEMBER)],
        substitutes: vec![account(SUBSTITUTE)],
        state,
        invited_by: account(invited_by),
    }
}

/// The states, and for an invitation both ways it can go.
fn states() -> Vec<(&'static str, Relationship)> {
    use RelationshipState as S;
    vec![
        ("invited_by_owner", relationship(S::Invited, OWNER)),
        ("invited_by_provider", relationship(S::Invited, RESPONSIBLE)),
        ("active", relationship(S::Active, OWNER)),
        ("paused", relationship(S::Paused, OWNER)),
        ("ended", relationship(S::Ended, OWNER)),
    ]
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Permit(_) => "permit",
        Decision::Hidden => "hidden",
        Decision::Denied => "DENIED",
    }
}

/// One table: a line per row, a column per heading.
fn table(out: &mut String, title: &str, headings: &[&str], rows: Vec<(String, Vec<Decision>)>) {
    let worded = |(name, decisions): (String, Vec<Decision>)| (name, decisions.into_iter().map(word).collect());
    lines(out, title, headings, &rows.into_iter().map(worded).collect::<Vec<_>>());
}

/// The same of other words.
fn lines(out: &mut String, title: &str, headings: &[&str], rows: &[(String, Vec<&str>)]) {
    let widths: Vec<usize> = headings.iter().map(|heading| heading.len().max(6)).collect();
    let first = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut line = |name: &str, cells: &[&str]| {
        let mut text = format!("{name:first$}");
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(text, "  {cell:width$}");
        }
        let _ = writeln!(out, "{}", text.trim_end());
    };
    line(title, &[]);
    line("", headings);
    for (name, cells) in rows {
        line(name, cells);
    }
    out.push('\n');
}

fn in_relationships(out: &mut String) {
    let states = states();
    let headings: Vec<&str> = states.iter().map(|(name, _)| *name).collect();
    for (name, actor) in people() {
        let rows = InRelationship::ALL
            .iter()
            .map(|action| {
                let decide = |(_, view): &(&str, Relationship)| policy::in_relationship(actor, *action, view);
                (action.to_string(), states.iter().map(decide).collect())
            })
            .collect();
        table(out, &format!("# in a relationship: {name}"), &headings, rows);
    }
}

fn messages(out: &mut String) {
    let base = Message {
        author: account(OWNER),
        from_owner: true,
        visible_at: now(),
        recalled: false,
        opened_by_actor: false,
        clock_open: false,
    };
    let hers = [
        ("hers", base),
        ("hers, being undone", Message { visible_at: now() + TimeDelta::seconds(1), ..base }),
        ("hers, recalled", Message { recalled: true, ..base }),
        ("hers, opened", Message { opened_by_actor: true, ..base }),
        ("hers, clock open", Message { clock_open: true, ..base }),
    ];
    let theirs =
        hers.map(|(name, message)| (name, Message { author: account(RESPONSIBLE), from_owner: false, ..message }));
    let states = states();
    let headings: Vec<&str> = states.iter().map(|(name, _)| *name).collect();
    for (name, actor) in people() {
        let mut rows = Vec::new();
        for (from, messages) in [("owner", hers), ("provider", theirs)] {
            for (kind, message) in messages {
                for action in OnMessage::ALL {
                    let decide =
                        |(_, view): &(&str, Relationship)| policy::to_message(actor, *action, view, &message, now());
                    let kind = kind.strip_prefix("hers").unwrap_or(kind);
                    rows.push((format!("from {from}{kind}: {action}"), states.iter().map(decide).collect()));
                }
            }
        }
        table(out, &format!("# a message: {name}"), &headings, rows);
    }
}

fn cards(out: &mut String) {
    let cards = [
        ("sent", Card { answered: false, clock_open: false }),
        ("answered", Card { answered: true, clock_open: false }),
        ("answered, clock open", Card { answered: true, clock_open: true }),
    ];
    let states = states();
    let headings: Vec<&str> = states.iter().map(|(name, _)| *name).collect();
    let mut rows = Vec::new();
    for (name, actor) in people() {
        for (kind, card) in cards {
            let decide = |(_, view): &(&str, Relationship)| policy::on_card(actor, view, card);
            rows.push((format!("{name}: {kind}"), states.iter().map(decide).collect()));
        }
    }
    table(out, "# a check-in", &headings, rows);
}

/// A joint session of the owner and the responsible provider.
fn joint_sessions(out: &mut String) {
    let people = people();
    let headings: Vec<&str> = people.iter().map(|(name, _)| *name).collect();
    let session = |state: JointState, joined: bool, proposed_by: u128| JointSession {
        provider: account(RESPONSIBLE),
        proposed_by: account(proposed_by),
        state,
        joined,
        revealed_at: Some(now()),
    };
    use RelationshipState::{Active, Ended, Invited, Paused};
    let cases = [
        ("proposed by the owner", Active, session(JointState::Proposed, false, OWNER)),
        ("proposed by the provider", Active, session(JointState::Proposed, false, RESPONSIBLE)),
        ("open", Active, session(JointState::Open, true, OWNER)),
        ("over", Active, session(JointState::Ended, true, OWNER)),
        ("over before it was joined", Active, session(JointState::Ended, false, OWNER)),
        ("open, paused", Paused, session(JointState::Open, true, OWNER)),
        ("open, ended", Ended, session(JointState::Open, true, OWNER)),
        ("open, only invited", Invited, session(JointState::Open, true, OWNER)),
    ];
    for (name, state, session) in &cases {
        let view = relationship(*state, OWNER);
        let row = |action: &OnJointSession| {
            let decide = |(_, actor): &(&str, Actor)| policy::on_joint_session(*actor, *action, &view, session);
            (action.to_string(), people.iter().map(decide).collect())
        };
        table(out, &format!("# a joint session: {name}"), &headings, OnJointSession::ALL.iter().map(row).collect());
    }
    opened(out, &cases[0].2, &cases[2].2, &cases[3].2);
}

/// What is found of an item, of one that lies under it and of a section, which the owner revealed to the responsible
/// provider a minute ago.
fn opened(out: &mut String, proposed: &JointSession, open: &JointSession, over: &JointSession) {
    let [goal, step] = [200, 201].map(|id| ItemId(Uuid::from_u128(id)));
    let section = PlanSection::WhatIDo;
    let ago = |seconds| now() - TimeDelta::seconds(seconds);
    let grant = |kind: SubjectKind, subject: String, effect: GrantEffect, from: i64, revoked: Option<i64>| Grant {
        reader: account(RESPONSIBLE),
        kind,
        subject,
        effect,
        level: GrantLevel::Comment,
        from: ago(from),
        to: None,
        revoked_at: revoked.map(ago),
    };
    let on = |effect, from, revoked| {
        vec![
            grant(SubjectKind::Item, goal.to_string(), effect, from, revoked),
            grant(SubjectKind::Section, section.to_string(), effect, from, revoked),
        ]
    };
    let whole = |effect, from, revoked| {
        [Module::Goals, Module::CrisisPlan]
            .map(|module| grant(SubjectKind::Module, module.to_string(), effect, from, revoked))
            .to_vec()
    };
    use GrantEffect::{Allow, Deny};
    let revealed = |session: &JointSession| JointSession { revealed_at: Some(ago(60)), ..session.clone() };
    let kept = JointSession { revealed_at: None, ..open.clone() };
    let cases: Vec<(&str, JointSession, bool, bool, Vec<Grant>)> = vec![
        ("nothing shared, not revealed", kept.clone(), true, false, vec![]),
        ("shared, not revealed", kept, true, false, on(Allow, 90, None)),
        ("revealed", revealed(open), true, false, vec![]),
        ("revealed, not joined", revealed(proposed), true, false, vec![]),
        ("revealed, over", revealed(over), true, false, vec![]),
        ("revealed, not related", revealed(open), false, false, vec![]),
        ("revealed, a draft", revealed(open), true, true, vec![]),
        ("revealed, denied before", revealed(open), true, false, on(Deny, 90, None)),
        ("revealed, denied since", revealed(open), true, false, on(Deny, 30, None)),
        ("revealed, denied since for a while", revealed(open), true, false, on(Deny, 30, Some(10))),
        ("revealed, the whole denied", revealed(open), true, false, whole(Deny, 90, None)),
        ("revealed, taken back before", revealed(open), true, false, on(Allow, 90, Some(70))),
        ("revealed, taken back since", revealed(open), true, false, on(Allow, 90, Some(30))),
        ("revealed, the whole taken back since", revealed(open), true, false, whole(Allow, 90, Some(30))),
    ];
    let people = people();
    let headings: Vec<&str> = people.iter().map(|(name, _)| *name).collect();
    let view = relationship(RelationshipState::Active, OWNER);
    let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
    for (name, session, related, draft, grants) in &cases {
        let sharing = Sharing { grants: grants.clone(), related: *related };
        let items = [
            Placed { id: goal, kind: ItemKind::Goal, parent: None, other: None, draft: *draft },
            Placed { id: step, kind: ItemKind::Step, parent: Some(goal), other: None, draft: *draft },
        ];
        let sight = |found: Option<(JointSight, GrantLevel, policy::Permit)>| match found {
            Some((sight, ..)) => sight.as_str(),
            None => "hidden",
        };
        for (what, id) in [("the goal", goal), ("the step", step)] {
            let find = |actor| policy::on_opened_item(actor, &view, session, &sharing, &items, id, now());
            rows.push((format!("{name}: {what}"), people.iter().map(|(_, actor)| sight(find(*actor))).collect()));
        }
        let find = |actor| policy::on_opened_section(actor, &view, session, &sharing, section, now());
        rows.push((format!("{name}: the section"), people.iter().map(|(_, actor)| sight(find(*actor))).collect()));
    }
    lines(out, "# what is open in a joint session", &headings, &rows);
}

/// One column per role, the actor being asked about her own or another's.
fn roles(out: &mut String) {
    let headings: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    let everyone = |decide: &dyn Fn(Actor) -> Decision| -> Vec<Decision> {
        Role::ALL.iter().map(|role| decide(actor(OWNER, *role))).collect()
    };
    for (title, whose) in [("# what is one's own", OWNER), ("# what is another's", NOBODY)] {
        let line =
            |action: &OnOwn| (action.to_string(), everyone(&|actor| policy::on_own(actor, *action, account(whose))));
        table(out, title, &headings, OnOwn::ALL.iter().map(line).collect());
    }
    for (title, id) in [("# the actor's organisation", HERE), ("# another organisation", ELSEWHERE)] {
        let of = organisation(id);
        let mut rows: Vec<(String, Vec<Decision>)> = Vec::new();
        for action in OnOrganisation::ALL {
            rows.push((action.to_string(), everyone(&|actor| policy::on_organisation(actor, *action, of))));
        }
        for role in Role::ALL {
            rows.push((format!("invite a {role}"), everyone(&|actor| policy::on_invitation(actor, of, *role))));
        }
        for (whose, id) in [("own", OWNER), ("other", NOBODY)] {
            for action in OnAccount::ALL {
                let decide = |actor: Actor| policy::on_account(actor, *action, of, account(id));
                rows.push((format!("{action} an account: {whose}"), everyone(&decide)));
            }
            for action in OnTemplate::ALL {
                let decide = |actor: Actor| policy::on_template(actor, *action, of, account(id));
                rows.push((format!("{action} a wording: {whose}"), everyone(&decide)));
            }
        }
        table(out, title, &headings, rows);
    }
    let mut rows = Vec::new();
    for (whose, provider, substitute) in
        [("own", OWNER, Some(NOBODY)), ("asked to stand in", NOBODY, Some(OWNER)), ("another's", NOBODY, None)]
    {
        for action in OnAbsence::ALL {
            let decide = |actor: Actor| policy::on_absence(actor, *action, account(provider), substitute.map(account));
            rows.push((format!("{whose}: {action}"), everyone(&decide)));
        }
    }
    table(out, "# an absence", &headings, rows);
    library(out, &headings, &everyone);
}

/// Asks one question about every role.
type Everyone<'a> = &'a dyn Fn(&dyn Fn(Actor) -> Decision) -> Vec<Decision>;

fn library(out: &mut String, headings: &[&str], everyone: Everyone<'_>) {
    let mut rows: Vec<(String, Vec<Decision>)> = OnLibrary::ALL
        .iter()
        .map(|action| (action.to_string(), everyone(&|actor| policy::on_library(actor, *action))))
        .collect();
    let entry = |organisation, readable, edited_by: u128| LibraryEntry {
        organisation,
        readable,
        edited_by: Some(account(edited_by)),
        submitted_by: Some(account(NOBODY)),
    };
    let (here, elsewhere) = (Some(organisation(HERE)), Some(organisation(ELSEWHERE)));
    for (name, entry) in [
        ("shipped", LibraryEntry { edited_by: None, submitted_by: None, ..entry(None, true, NOBODY) }),
        ("ours, published", entry(here, true, NOBODY)),
        ("ours, unpublished", entry(here, false, NOBODY)),
        ("ours, last changed by the actor", entry(here, false, OWNER)),
        (
            "ours, submitted by the actor",
            LibraryEntry { submitted_by: Some(account(OWNER)), ..entry(here, false, NOBODY) },
        ),
        ("another organisation's", entry(elsewhere, true, NOBODY)),
    ] {
        for action in OnLibraryEntry::ALL {
            let decide = |actor: Actor| policy::on_library_entry(actor, *action, &entry);
            rows.push((format!("{name}: {action}"), everyone(&decide)));
        }
    }
    table(out, "# the library", headings, rows);
}

fn sections(out: &mut String) {
    let section = PlanSection::WhatIDo;
    let grant = |kind: SubjectKind, effect: GrantEffect, level: GrantLevel| Grant {
        reader: account(RESPONSIBLE),
        kind,
        subject: match kind {
            SubjectKind::Module => Module::CrisisPlan.to_string(),
            _ => section.to_string(),
        },
        effect,
        level,
        from: now(),
        to: None,
        revoked_at: None,
    };
    use GrantEffect::{Allow, Deny};
    use SubjectKind::{Module as Whole, Section};
    let see = GrantLevel::See;
    let settings: Vec<(&str, bool, Vec<Grant>)> = vec![
        ("nothing", true, vec![]),
        ("the whole: allow", true, vec![grant(Whole, Allow, see)]),
        ("the section: allow", true, vec![grant(Section, Allow, see)]),
        ("the section: propose", true, vec![grant(Section, Allow, GrantLevel::Propose)]),
        ("the section: allow and deny", true, vec![grant(Section, Allow, see), grant(Section, Deny, see)]),
        ("the whole: allow, the section: deny", true, vec![grant(Whole, Allow, see), grant(Section, Deny, see)]),
        ("the whole: deny, the section: allow", true, vec![grant(Whole, Deny, see), grant(Section, Allow, see)]),
        ("the section: taken back", true, vec![Grant { revoked_at: Some(now()), ..grant(Section, Allow, see) }]),
        ("the section: over", true, vec![Grant { to: Some(now()), ..grant(Section, Allow, see) }]),
        (
            "the section: from later",
            true,
            vec![Grant { from: now() + TimeDelta::seconds(1), ..grant(Section, Allow, see) }],
        ),
        ("the section: allow, not related", false, vec![grant(Section, Allow, see)]),
    ];
    let people = people();
    let headings: Vec<&str> = people.iter().map(|(name, _)| *name).collect();
    let mut rows = Vec::new();
    for (name, related, grants) in settings {
        let sharing = Sharing { grants, related };
        for needed in GrantLevel::ALL {
            let decide = |(_, actor): &(&str, Actor)| {
                policy::on_section(*actor, account(OWNER), &sharing, section, *needed, now())
            };
            rows.push((format!("{name}: {needed}"), people.iter().map(decide).collect()));
        }
    }
    table(out, "# a section of the plan, shared with the responsible provider", &headings, rows);
}

/// Proposals and comments about a goal and about a section, both shared with the responsible provider.
fn beside(out: &mut String) {
    let goal = ItemId(Uuid::from_u128(200));
    let placed = |draft| [Placed { id: goal, kind: ItemKind::Goal, parent: None, other: None, draft }];
    let shared = |level: GrantLevel| {
        [(SubjectKind::Item, goal.to_string()), (SubjectKind::Section, PlanSection::WhatIDo.to_string())]
            .into_iter()
            .map(|(kind, subject)| Grant {
                reader: account(RESPONSIBLE),
                kind,
                subject,
                effect: GrantEffect::Allow,
                level,
                from: now(),
                to: None,
                revoked_at: None,
            })
            .collect::<Vec<Grant>>()
    };
    let back = shared(GrantLevel::Propose).into_iter().map(|grant| Grant { revoked_at: Some(now()), ..grant });
    let settings: Vec<(&str, bool, bool, Vec<Grant>)> = vec![
        ("nothing", true, false, vec![]),
        ("see", true, false, shared(GrantLevel::See)),
        ("comment", true, false, shared(GrantLevel::Comment)),
        ("propose", true, false, shared(GrantLevel::Propose)),
        ("propose, a draft", true, true, shared(GrantLevel::Propose)),
        ("propose, taken back", true, false, back.collect()),
        ("propose, not related", false, false, shared(GrantLevel::Propose)),
    ];
    let people = people();
    let headings: Vec<&str> = people.iter().map(|(name, _)| *name).collect();
    for (title, target) in [("a goal", Target::Item(goal)), ("a section", Target::Section(PlanSection::WhatIDo))] {
        let mut rows: Vec<(String, Vec<Decision>)> = Vec::new();
        for (name, related, draft, grants) in &settings {
            let sharing = Sharing { grants: grants.clone(), related: *related };
            let everyone = |decide: &dyn Fn(&Sight) -> Decision| -> Vec<Decision> {
                let sight = |actor| Sight::of(actor, account(OWNER), &sharing, &placed(*draft), now());
                people.iter().map(|(_, actor)| decide(&sight(*actor))).collect()
            };
            for action in OnTarget::ALL {
                rows.push((format!("{name}: {action}"), everyone(&|sight| sight.on_target(*action, target))));
            }
            let proposal = Proposal { author: account(RESPONSIBLE), target };
            for action in OnProposal::ALL {
                let decided = everyone(&|sight| sight.on_proposal(*action, &proposal));
                rows.push((format!("{name}: {action} the responsible's proposal"), decided));
            }
            for (whose, author, hidden) in [
                ("the responsible's comment", RESPONSIBLE, false),
                ("the responsible's hidden comment", RESPONSIBLE, true),
                ("the owner's comment", OWNER, false),
            ] {
                let comment = Comment { author: account(author), target, hidden };
                for action in OnComment::ALL {
                    let decided = everyone(&|sight| sight.on_comment(*action, &comment));
                    rows.push((format!("{name}: {action} {whose}"), decided));
                }
            }
        }
        table(out, &format!("# beside {title}"), &headings, rows);
    }
}

#[test]
fn the_policy_is_the_written_table() {
    let mut found = String::new();
    in_relationships(&mut found);
    messages(&mut found);
    cards(&mut found);
    joint_sessions(&mut found);
    roles(&mut found);
    sections(&mut found);
    beside(&mut found);
    if std::env::var_os("RECONNECT_BLESS").is_some() {
        std::fs::write(GOLDEN, &found).expect("the golden table can be written");
    }
    let written = std::fs::read_to_string(GOLDEN).expect("the golden table");
    for (number, (found, written)) in found.lines().zip(written.lines()).enumerate() {
        assert_eq!(found, written, "line {}; scripts/test --bless writes the table anew", number + 1);
    }
    assert_eq!(found.lines().count(), written.lines().count());
}

/// What the table cannot show: a permit names the one who asked.
#[test]
fn a_permit_is_the_actors_own() {
    let view = relationship(RelationshipState::Active, OWNER);
    for (_, actor) in people() {
        for action in InRelationship::ALL {
            if let Decision::Permit(permit) = policy::in_relationship(actor, *action, &view) {
                assert_eq!(permit.actor(), actor);
            }
        }
    }
}
