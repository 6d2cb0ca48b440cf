//! What is no command of IPVS, or is refused whatever it is.

use ipvs_netlink::FakeKernel;
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

use crate::cases::{self, EBUSY, EEXIST, EOPNOTSUPP, EPERM, OK};
use crate::request::{Ask, Level, cmd};
use crate::wire::{Kernel, Outcome, Real};
use crate::{both, reset};

/// The controller's answer, and what generic netlink itself refuses.
pub(crate) fn messages_that_are_no_commands() {
    let (mut fake, mut real) = both(true, true);
    let asks: [(&str, u16, u16, &[u8], i32); 12] = [
        ("no such family", 0x3ff, 5, &[15, 1, 0, 0], cases::ENOENT),
        ("too short", 0, 5, &[15, 1], cases::EINVAL),
        ("any version", 0, 5, &[15, 9, 0, 0], OK),
        ("no request", 0, 4, &[15, 1, 0, 0], OK),
        ("netlink's own", 1, 5, &[], OK),
        ("half a dump is none", 0, 0x105, &[15, 1, 0, 0], OK),
        ("an attribute without an end", 0, 5, &[15, 1, 0, 0, 9, 0, 4, 0], OK),
        ("one octet too many", 0, 5, &[15, 1, 0, 0, 9], OK),
        ("one too many, refused", 0, 5, &[1, 1, 0, 0, 9], cases::EINVAL),
        ("one too many in a dump", 0, 0x305, &[8, 1, 0, 0, 9], OK),
        ("one too many in a dump of services", 0, 0x305, &[4, 1, 0, 0, 9], OK),
        ("an attribute shorter than its header", 0, 5, &[12, 1, 0, 0, 3, 0, 4, 0], OK),
    ];
    for (what, kind, flags, payload, errno) in asks {
        let ask = |kernel: &mut Kernel| {
            let kind = if kind == 0 { kernel.family } else { kind };
            kernel.raw(kind, flags, payload)
        };
        let ours = ask(&mut fake);
        assert_eq!(ours.errno, errno, "{what}");
        if let Some(real) = &mut real {
            // The header of the request comes back with its family's number.
            assert_eq!(ours, ask(real), "{what}");
        }
    }
    if let Some(real) = &mut real {
        let number = |mut outcome: Outcome| {
            let (_, reply) = &mut outcome.replies[0];
            let at = reply.windows(4).position(|header| header == [6, 0, 1, 0]).expect("a number");
            reply[at + 4..at + 6].fill(0);
            outcome
        };
        assert_eq!(number(fake.look_up()), number(real.look_up()));
    }
}

pub(crate) fn a_socket_has_one_dump_at_a_time() {
    let (mut fake, mut real) = both(true, true);
    let key = cases::address(6, "192.0.2.1", 80);
    let dump = |command| Ask::dump(command, Level::default());
    let ask = |kernel: &mut Kernel| {
        reset(kernel);
        let empty = kernel.ask_all(&[dump(cmd::GET_SERVICE), dump(cmd::GET_SERVICE)]);
        let new = cases::on_service(cmd::NEW_SERVICE, &cases::full(key.clone(), "rr"));
        kernel.ask(&new);
        let info = Ask::new(cmd::GET_INFO, Level::default());
        let full = kernel.ask_all(&[dump(cmd::GET_SERVICE), dump(cmd::GET_DAEMON), info, new]);
        let after = kernel.ask_all(&[dump(cmd::GET_SERVICE)]);
        reset(kernel);
        let errnos = |outcomes: &[Outcome]| outcomes.iter().map(|outcome| outcome.errno).collect::<Vec<_>>();
        assert_eq!(errnos(&empty), [OK, OK], "an empty dump is over at once");
        assert_eq!(errnos(&full), [OK, EBUSY, OK, EEXIST], "commands go on meanwhile");
        [empty, full, after]
    };
    let ours = ask(&mut fake);
    if let Some(real) = &mut real {
        assert_eq!(ours, ask(real));
    }
}

pub(crate) fn success_is_silent_unless_asked_for() {
    let (mut fake, mut real) = both(true, true);
    let new = cases::on_service(cmd::NEW_SERVICE, &cases::full(cases::address(6, "192.0.2.1", 80), "rr"));
    let info = Ask::new(cmd::GET_INFO, Level::default());
    let dump = Ask::dump(cmd::GET_SERVICE, Level::default());
    let flush = Ask::new(cmd::FLUSH, Level::default());
    let ask = |kernel: &mut Kernel| {
        reset(kernel);
        let family = kernel.family;
        let mut request = Vec::new();
        for (sequence, ask) in (101..).zip([&new, &new, &info, &dump]) {
            ask.encode_with(family, 0, sequence, &mut request);
        }
        info.encode(family, 105, &mut request);
        let heard = kernel.heard(&request, 105);
        // What waits of the dump comes with the next answer. What follows a length that cannot
        // be is not read: neither 107 nor 108 is answered.
        request.clear();
        flush.encode(family, 106, &mut request);
        let end = request.len();
        info.encode(family, 107, &mut request);
        request[end] = 15;
        info.encode(family, 108, &mut request);
        let cut = kernel.heard(&request, 106);
        request.clear();
        info.encode(family, 109, &mut request);
        [heard, cut, kernel.heard(&request, 109)]
    };
    let ours = ask(&mut fake);
    let replies = [(2, 0x100, 102, Some(EEXIST)), (0, 0, 103, None), (0, 2, 104, None)];
    let acknowledged = [(0, 0, 105, None), (2, 0x100, 105, Some(OK))];
    assert_eq!(ours[0], [&replies[..], &acknowledged].concat());
    assert_eq!(ours[1], [(3, 2, 104, None), (2, 0x100, 106, Some(OK))]);
    assert_eq!(ours[2], [(0, 0, 109, None), (2, 0x100, 109, Some(OK))]);
    if let Some(real) = &mut real {
        assert_eq!(ours, ask(real));
    }
}

/// In a thread of its own, as capabilities belong to threads.
pub(crate) fn without_the_right_only_the_family_is_told() {
    let run = |mut kernel: Kernel| {
        let all: Vec<_> = (0..=20_u8).map(|command| Ask::new(command, Level::default())).collect();
        let outcomes = kernel.ask_all(&all);
        for (ask, outcome) in all.iter().zip(&outcomes) {
            let want = if matches!(ask.command, 1..=13 | 15..=17) { EPERM } else { EOPNOTSUPP };
            assert_eq!(outcome.errno, want, "{ask:?}");
        }
        let dumps = [cmd::GET_SERVICE, cmd::GET_DEST, cmd::GET_DAEMON, cmd::NEW_SERVICE];
        let dumps = kernel.ask_all(&dumps.map(|command| Ask::dump(command, Level::default())));
        assert!(dumps.iter().all(|outcome| outcome.errno == EPERM), "{dumps:?}");
        (outcomes, dumps)
    };
    let (_, real) = both(true, true);
    let mut fake = FakeKernel::new();
    fake.set_permitted(false);
    let ours = run(Kernel::new(Box::new(fake)).expect("everybody may look it up"));
    if real.is_none() {
        return;
    }
    let theirs = std::thread::spawn(move || {
        let mut rights = capabilities(None).expect("readable");
        rights.effective.remove(CapabilitySet::NET_ADMIN);
        set_capabilities(None, rights).expect("rights can be given up");
        let wire = Real::open(true, true).expect("anybody may open a socket");
        run(Kernel::new(Box::new(wire)).expect("everybody may look it up"))
    });
    assert_eq!(ours, theirs.join().expect("no panic"));
}
