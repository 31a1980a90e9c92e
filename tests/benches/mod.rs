//! Every bench once, as small as it goes, in this build: that each still runs, and that what it measures was done.
//! Nothing is held against how fast it was. `scripts/bench` measures.

#[expect(dead_code, reason = "it is begun from here and not from its `main`")]
#[path = "../../benches/api.rs"]
mod api;
#[expect(dead_code, reason = "it is begun from here and not from its `main`")]
#[path = "../../benches/delivery.rs"]
mod delivery;
#[expect(dead_code, reason = "it is begun from here and not from its `main`")]
#[path = "../../benches/mail.rs"]
mod mail;
#[expect(dead_code, reason = "it is begun from here and not from its `main`")]
#[path = "../../benches/panel.rs"]
mod panel;
#[expect(dead_code, reason = "it is begun from here and not from its `main`")]
#[path = "../../benches/planning.rs"]
mod planning;
#[expect(dead_code, reason = "it is begun from here and not from its `main`")]
#[path = "../../benches/queue.rs"]
mod queue;

use clap::Parser as _;

/// Makes a test of each bench, with the words that `scripts/bench` would give it.
macro_rules! run_small {
    ($($bench:ident: $words:literal;)+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $bench() {
            let words = concat!(stringify!($bench), " ", $words).split_whitespace();
            let options = super::$bench::Options::try_parse_from(words).expect("options");
            super::$bench::run(&options).await.expect("all of it was done");
        }
    )+};
}

mod runs {
    use super::*;

    run_small! {
        api: "--seconds 0.3 --rounds 1 --connections 8 --starts 1";
        delivery: "--pushes 100";
        mail: "--providers 10";
        panel: "--goals 5 --steps 20 --rounds 5";
        planning: "--owners 10000 --due 200";
        queue: "--notices 100 --backlogs 200,400 --finished 1000 --seconds 1 --commits 5";
    }
}
