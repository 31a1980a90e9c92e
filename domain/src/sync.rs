//! What a device was told, and what it is to be told next.
//!
//! A manifest names everything a reader sees with a stamp of how she sees it. The next answer is the difference
//! between the manifest of now and the one of what her device has: there is no feed of changes that could miss one, so
//! that it does not matter why something came, changed or went, nor in which order it was committed.

use crate::words;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use uuid::Uuid;

words! {
    /// What is kept alike on a device, in the order in which a first load brings it.
    SyncKind {
        Me = "me",
        HelpNow = "help_now",
        CrisisPlan = "crisis_plan",
        NotificationSettings = "notification_settings",
        QuietHours = "quiet_hours",
        Pause = "pause",
        Hospital = "hospital",
        ReviewPrompts = "review_prompts",
        WorkingHours = "working_hours",
        Relationship = "relationship",
        Agreement = "agreement",
        Grant = "grant",
        Consent = "consent",
        Absence = "absence",
        PairAbsences = "pair_absences",
        Consultation = "consultation",
        ReplyClock = "reply_clock",
        CheckInSeries = "check_in_series",
        Prompt = "prompt",
        Draft = "draft",
        Message = "message",
        CheckIn = "check_in",
        SharedPlan = "shared_plan",
        Item = "item",
        SharedItem = "shared_item",
        Proposal = "proposal",
        Comment = "comment",
        JointNote = "joint_note",
    }
}

impl SyncKind {
    /// Whether something of this kind can look as it looked before, after it looked otherwise: what a version counts
    /// cannot.
    pub const fn may_return(self) -> bool {
        !matches!(self, Self::CrisisPlan | Self::Draft | Self::Item | Self::JointNote)
    }
}

/// One thing on a device.
pub type Named = (SyncKind, Uuid);

/// How something looks to one reader. Two that are alike may stand for the same only; 64 bits of SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp([u8; 8]);

impl Stamp {
    /// Of what was shown while it changed: told once more, however it looks then.
    pub const UNSURE: Self = Self([u8::MAX; 8]);

    /// Of everything that its reader is shown of it, or of what that is made of.
    pub fn of(what: &impl Hash) -> Self {
        let mut into = Into(Sha256::new());
        what.hash(&mut into);
        into.stamp()
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// [`Hash`] is what rows and words know; the standard library's own hashers promise nothing from one release to the next.
struct Into(Sha256);

impl Into {
    fn stamp(&self) -> Stamp {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0.clone().finalize()[..8]);
        Stamp(bytes)
    }
}

impl Hasher for Into {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    fn finish(&self) -> u64 {
        u64::from_be_bytes(self.stamp().0)
    }
}

/// Everything a reader sees, or was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(BTreeMap<Named, Entry>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    stamp: Stamp,
    /// Its reader may see it, and yet nothing of it was left to show: she has not heard of it.
    withheld: bool,
}

/// What a device lacks, and what it has too much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// New to it, or otherwise than it has it.
    pub changed: Vec<Named>,
    /// No longer to be seen, for whatever reason.
    pub removed: Vec<Named>,
}

/// Of the encoding. An unknown one is read as no manifest, which costs a full load.
const FORM: u8 = 1;
/// Before the word of a kind of which nothing was shown.
const WITHHELD: &str = "-";

impl Manifest {
    pub fn get(&self, name: Named) -> Option<Stamp> {
        self.0.get(&name).map(|entry| entry.stamp)
    }

    /// Whether its reader has heard of it.
    pub fn tells_of(&self, name: Named) -> bool {
        self.0.get(&name).is_some_and(|entry| !entry.withheld)
    }

    /// It was shown as `stamp` has it.
    pub fn insert(&mut self, name: Named, stamp: Stamp) {
        self.0.insert(name, Entry { stamp, withheld: false });
    }

    /// As `stamp` has it, there was nothing to show. Tells whether its reader has it from before.
    pub fn withhold(&mut self, name: Named, stamp: Stamp) -> bool {
        let heard_of = self.tells_of(name);
        self.0.insert(name, Entry { stamp, withheld: true });
        heard_of
    }

    pub fn remove(&mut self, name: Named) {
        self.0.remove(&name);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What leads from `self`, which was told, to `now`; by kind and id.
    pub fn difference(&self, now: &Self) -> Difference {
        let changed = now.0.iter().filter(|(name, entry)| self.get(**name) != Some(entry.stamp)).map(|(name, _)| *name);
        let gone = self.0.iter().filter(|(name, entry)| !entry.withheld && !now.0.contains_key(name));
        Difference { changed: changed.collect(), removed: gone.map(|(name, _)| *name).collect() }
    }

    /// Without what was withheld and cannot be seen any more: nobody has to hear that it is gone.
    pub fn forget_withheld(&mut self, now: &Self) {
        self.0.retain(|name, entry| !entry.withheld || now.0.contains_key(name));
    }

    /// 24 bytes for each thing, and the word of each kind once.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        for (kind, withheld) in SyncKind::ALL.iter().flat_map(|kind| [(kind, false), (kind, true)]) {
            let chosen = |((it, _), entry): &(&Named, &Entry)| it == kind && entry.withheld == withheld;
            let of_kind: Vec<_> = self.0.iter().filter(chosen).collect();
            let word = format!("{}{kind}", if withheld { WITHHELD } else { "" });
            // Nobody sees four thousand million things.
            let (Ok(length), Ok(count)) = (u8::try_from(word.len()), u32::try_from(of_kind.len())) else { continue };
            if count == 0 {
                continue;
            }
            out.push(length);
            out.extend_from_slice(word.as_bytes());
            out.extend_from_slice(&count.to_be_bytes());
            for ((_, id), entry) in of_kind {
                out.extend_from_slice(id.as_bytes());
                out.extend_from_slice(&entry.stamp.0);
            }
        }
        out
    }

    /// `None` for what is no manifest. Kinds that another version knows are passed over: what belongs to them is
    /// told once more by whoever knows them.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut found = Self::default();
        if bytes.split_off_first()? != &FORM {
            return None;
        }
        while let Some(length) = bytes.split_off_first() {
            let word = std::str::from_utf8(bytes.split_off(..usize::from(*length))?).ok()?;
            let (word, withheld) = word.strip_prefix(WITHHELD).map_or((word, false), |word| (word, true));
            let count = u32::from_be_bytes(bytes.split_off(..4)?.try_into().ok()?);
            for _ in 0..count {
                let id = Uuid::from_slice(bytes.split_off(..16)?).ok()?;
                let stamp = Stamp(bytes.split_off(..8)?.try_into().ok()?);
                if let Ok(kind) = word.parse() {
                    found.0.insert((kind, id), Entry { stamp, withheld });
                }
            }
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(kind: usize, id: u128) -> Named {
        (SyncKind::ALL[kind % SyncKind::ALL.len()], Uuid::from_u128(id))
    }

    fn manifest(of: &[(usize, u128, u32)]) -> Manifest {
        let mut made = Manifest::default();
        of.iter().for_each(|(kind, id, version)| made.insert(name(*kind, *id), Stamp::of(version)));
        made
    }

    fn some() -> impl Strategy<Value = Manifest> {
        prop::collection::vec((0..40_usize, 0..20_u128, 0..3_u32), 0..60).prop_map(|all| manifest(&all))
    }

    #[test]
    fn of_what_was_withheld_nobody_hears_that_it_is_gone() {
        let (now, mut told) = (manifest(&[(0, 1, 1), (0, 2, 1)]), manifest(&[(0, 1, 0)]));
        assert!(told.withhold(name(0, 1), Stamp::of(&1_u32)), "she had it");
        assert!(!told.withhold(name(0, 2), Stamp::of(&1_u32)), "she never had it");
        assert_eq!(told.difference(&now), Difference::default(), "and it is not read again as it is");
        assert_eq!(Manifest::decode(&told.encode()).as_ref(), Some(&told));
        assert_eq!(told.difference(&Manifest::default()), Difference::default());
        told.forget_withheld(&manifest(&[(0, 2, 1)]));
        assert_eq!(told.len(), 1);
        assert_eq!(told.difference(&manifest(&[(0, 2, 7)])).changed, [name(0, 2)]);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_what_was_told(told in some()) {
            prop_assert_eq!(Manifest::decode(&told.encode()), Some(told));
        }

        #[test]
        fn a_difference_leads_from_what_was_told_to_what_is(told in some(), now in some()) {
            let Difference { changed, removed } = told.difference(&now);
            let mut device = told.clone();
            removed.iter().for_each(|name| device.remove(*name));
            for name in &changed {
                prop_assert_ne!(told.get(*name), now.get(*name));
                device.insert(*name, now.get(*name).expect("there"));
            }
            prop_assert_eq!(device, now);
        }

        #[test]
        fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Manifest::decode(&bytes);
        }
    }

    #[test]
    fn a_manifest_cut_short_is_none() {
        let whole = manifest(&[(0, 1, 1), (3, 2, 1)]).encode();
        for end in [0, 1 + 2, whole.len() - 1] {
            assert_eq!(Manifest::decode(&whole[..end]), None, "{end}");
        }
        assert_eq!(Manifest::decode(&[FORM]), Some(Manifest::default()));
        assert_eq!(Manifest::decode(&[FORM + 1]), None);
    }

    #[test]
    fn the_kinds_of_another_version_are_passed_over() {
        let mut bytes = manifest(&[(0, 1, 1)]).encode();
        bytes.extend_from_slice(&[4, b'm', b'o', b'o', b'n', 0, 0, 0, 1]);
        bytes.extend_from_slice(&[7; 24]);
        assert_eq!(Manifest::decode(&bytes), Some(manifest(&[(0, 1, 1)])));
    }

    #[test]
    fn a_stamp_is_the_same_in_every_release() {
        assert_eq!(Stamp::of(&(7_i32, "words", Some(true))).to_string(), "68dc2364a6c188a5");
    }
}
