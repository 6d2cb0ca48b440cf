//! Both daemons check the same servers at the same time: well, down, slow, stumbling, wrong. What the
//! kernel holds and what scripts are told must change in the same way, within one interval of the checks.
//!
//! The daemons do not probe in step, and a machine may be slow. Everything is therefore counted in
//! probes: servers behave in a new way until both daemons have probed them often enough to notice,
//! however long that takes, and a change comes after so many probes. Times are printed.

mod cases;
mod probes;
mod scripted;
mod stage;
mod track;
mod watched;

use core::time::Duration;
use std::{collections::BTreeSet, thread, time::Instant};

use cases::{BEFORE_RETRY, Case, address, quorum, real};
use probes::Probes;
use stage::Stage;
use track::{Change, Tracks, apart, in_step, words, written};
use watched::{Lab, Watched, kernel, numbered, pace};

use crate::Program;

/// Between two looks.
const PERIOD: Duration = Duration::from_millis(100);
/// How long all of it may take on the slowest machine; a third of a minute is usual.
const PATIENCE: Duration = Duration::from_secs(200);
/// And how long scripts may then take to tell of what has happened.
const LAST_WORDS: Duration = Duration::from_secs(20);

/// The whole comparison.
pub(crate) fn compare() {
    let labs = [Lab::new(), Lab::new()];
    let stages = [Stage::new(), Stage::new()];
    let parts = stages.each_ref().map(Stage::parts);
    let stories = thread::scope(|scope| {
        let servers: Vec<_> =
            labs.iter().zip(parts).map(|(lab, parts)| scope.spawn(|| lab.serve(parts))).collect();
        let stories = watch_both(&labs, stages);
        for server in servers {
            assert_eq!(server.join().unwrap(), [], "these should have stumbled more often");
        }
        stories
    });
    judge(&stories);
}

/// Lets both daemons run until the last server has done its last.
fn watch_both(labs: &[Lab; 2], [theirs, ours]: [Stage; 2]) -> [(Tracks, Probes); 2] {
    let mut both = [
        Watched::start(Program::Keepalived, &labs[0], theirs),
        Watched::start(Program::Ours, &labs[1], ours),
    ];
    let (began, mut over, mut longest) = (Instant::now(), None, Duration::ZERO);
    // Scripts may have to tell something yet when nothing new happens any more.
    let told = |both: &[Watched; 2], over: Option<Instant>| {
        over.is_some_and(|over| {
            over.elapsed() > LAST_WORDS || tell_the_same(&both[0].tracks, &both[1].tracks)
        })
    };
    while !told(&both, over) {
        let look = Instant::now();
        both.iter_mut().for_each(Watched::look);
        for (number, _) in numbered() {
            if both.iter().all(|watched| watched.is_ready && watched.has_probed(number)) {
                both.iter_mut().for_each(|watched| watched.advance(number));
            }
        }
        let mut waited_for =
            numbered().filter(|(number, _)| !both.iter().all(|watched| watched.is_over(*number)));
        match waited_for.next() {
            None => over = over.or(Some(look)),
            Some((_, case)) => {
                assert!(began.elapsed() < PATIENCE, "{}: not over within {PATIENCE:?}", case.name)
            }
        }
        thread::sleep(PERIOD);
        longest = longest.max(look.elapsed());
    }
    println!(
        "{} cases in {:.1} s, {:.2} s between two looks at most",
        numbered().count(),
        began.elapsed().as_secs_f64(),
        longest.as_secs_f64()
    );
    both.map(Watched::stop)
}

/// What is told of a case, with its titles: destinations, then scripts.
fn subjects(number: usize, case: &Case) -> Vec<(String, String)> {
    let places = 0..case.weights.len();
    let weight = |place| (kernel(number, place), format!("weight of {}", address(number, place).ip()));
    let scripts = |place| (real(number, place), format!("scripts of {}", address(number, place).ip()));
    let last = (kernel(number, case.weights.len()), "weight of the last resort".to_owned());
    let quorum = (quorum(number), "scripts of the quorum".to_owned());
    places.clone().map(weight).chain([last]).chain(places.map(scripts)).chain([quorum]).collect()
}

fn tell_the_same(theirs: &Tracks, ours: &Tracks) -> bool {
    numbered().all(|(number, case)| {
        subjects(number, case).into_iter().all(|(subject, _)| {
            let (theirs, ours) = (theirs.of(&subject), ours.of(&subject));
            same(case, &subject, theirs, ours) && theirs.len() <= ours.len()
        })
    })
}

/// Whether the same happened in both, whenever it was.
fn same(case: &Case, subject: &str, theirs: &[Change], ours: &[Change]) -> bool {
    let (theirs, mut ours) = (words(theirs), words(ours));
    if subject.starts_with("kernel") {
        return ours == theirs;
    }
    if case.forgotten && subject.starts_with("real") {
        if ours.first() != Some(&"down") {
            return false;
        }
        ours.remove(0);
    }
    // Ours does not tell what is over before its script could be started.
    let mut told = theirs.iter();
    ours.last() == theirs.last()
        && ours.windows(2).all(|pair| pair[0] != pair[1])
        && ours.iter().all(|word| told.any(|one| one == word))
}

/// Prints both side by side and fails if they differ.
fn judge([(theirs, their_probes), (ours, our_probes)]: &[(Tracks, Probes); 2]) {
    println!("The step, what, how long after its beginning, and after which probe. Last: how far apart.");
    println!("{:<28} {:<62} {}", "", Program::Keepalived.name(), Program::Ours.name());
    let mut wrong = BTreeSet::new();
    for (number, case) in numbered() {
        println!("{}", case.name);
        let mut changes = 0;
        for (subject, title) in subjects(number, case) {
            let (theirs, ours) = (theirs.of(&subject), ours.of(&subject));
            let of_kernel = subject.starts_with("kernel");
            changes += if of_kernel { theirs.len() } else { 0 };
            // How long it takes to start a script is nobody's merit.
            let in_step = !of_kernel || in_step(theirs, ours, usize::try_from(case.probes).unwrap());
            let well = in_step && same(case, &subject, theirs, ours);
            let apart = match well {
                true if theirs.len() < ours.len() => "forgotten".to_owned(),
                true if theirs.len() > ours.len() => "overtaken".to_owned(),
                true => format!("{:.1} s", apart(theirs, ours).as_secs_f64()),
                false => "DIFFERENT".to_owned(),
            };
            if !(theirs.is_empty() && ours.is_empty()) {
                println!("  {title:<26} {:<62} {:<62} {apart}", written(theirs), written(ours));
            }
            if !well {
                wrong.insert(case.name);
            }
        }
        if case.steady != (changes == 0) {
            wrong.insert(case.name);
        }
        let [theirs, ours] = [their_probes, our_probes].map(|probes| probes.to(address(number, 0).ip()));
        if !ours.is_empty() {
            println!("  {:<26} {:<62} {}", "probes of the first", rhythm(theirs), rhythm(ours));
        }
        // A busy machine makes probes late. Early is only one that comes after a late one.
        if case.is_paced() && pace(ours).is_some_and(|(mean, _)| mean < BEFORE_RETRY) {
            wrong.insert(case.name);
        }
    }
    assert!(wrong.is_empty(), "not as keepalived does, or nothing happened: {wrong:?}");
}

fn rhythm(probes: &[Duration]) -> String {
    pace(probes).map_or_else(String::new, |(mean, shortest)| {
        let [mean, shortest] = [mean, shortest].map(|gap| gap.as_secs_f64());
        format!("{}, {mean:.2} s apart, {shortest:.2} s at least", probes.len())
    })
}
