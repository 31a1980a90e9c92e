//! Help now: labels beside the numbers. The numbers themselves are data, per country.

use super::text::texts;

texts! {
    /// Labels of Help now. Not overridable: they must say the same wherever one is.
    HelpNow, overridable: false {
        /// Title of the screen.
        Title = "help_now.title";
        /// Under the title: this system is not watched.
        NotWatched = "help_now.not_watched";
        /// Beside 113 (NO).
        LifeInDanger = "help_now.life_in_danger";
        /// Beside 116 117 (NO).
        Urgent = "help_now.urgent";
        /// Beside 116 123, Mental Helse (NO).
        SomeoneToTalkTo = "help_now.someone_to_talk_to";
        /// Opens her own plan.
        OwnPlan = "help_now.own_plan";
    }
}
