//! Random edits of random files and of files from the wild: their effect, and nothing else.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what is not there is a failed test")]

use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU8;
use core::time::Duration;

use kconf_parser::edit::{BlockPath, Edit, EditError, NewCheck, NewRealServer};
use kconf_parser::model::{Config, InitialState, VirtualServerKey};
use kconf_parser::{Change, ChangeKind, ExpandOptions, NoFiles, Subject, diff, expand, parse};
use proptest::prelude::*;

use crate::common::expanded;

/// What to change, by the number of the instance or virtual server.
#[derive(Clone, Debug)]
enum Wish {
    Priority(usize, u8),
    Advert(usize, u8),
    AddAddress(usize, u8),
    RemoveAddress(usize, usize),
    AddPeer(usize, u8),
    Track(usize),
    Untrack(usize),
    Rename(usize),
    AddServer(usize, u8),
    RemoveServer(usize, usize),
    Weight(usize, usize, u8),
}

fn wish() -> impl Strategy<Value = Wish> {
    let (at, which, octet) = (0..3_usize, 0..3_usize, 1..=250_u8);
    prop_oneof![
        (at.clone(), octet.clone()).prop_map(|(at, value)| Wish::Priority(at, value)),
        (at.clone(), octet.clone()).prop_map(|(at, value)| Wish::Advert(at, value)),
        (at.clone(), octet.clone()).prop_map(|(at, value)| Wish::AddAddress(at, value)),
        (at.clone(), which.clone()).prop_map(|(at, which)| Wish::RemoveAddress(at, which)),
        (at.clone(), octet.clone()).prop_map(|(at, value)| Wish::AddPeer(at, value)),
        at.clone().prop_map(Wish::Track),
        at.clone().prop_map(Wish::Untrack),
        at.clone().prop_map(Wish::Rename),
        (at.clone(), octet.clone()).prop_map(|(at, value)| Wish::AddServer(at, value)),
        (at.clone(), which.clone()).prop_map(|(at, which)| Wish::RemoveServer(at, which)),
        (at, which, octet).prop_map(|(at, which, value)| Wish::Weight(at, which, value)),
    ]
}

/// How a file is laid out.
#[derive(Clone, Debug)]
struct Layout {
    line_end: &'static str,
    indent: &'static str,
    open: &'static str,
    comment: &'static str,
    blank: bool,
    one_line: bool,
}

fn layout() -> impl Strategy<Value = Layout> {
    (
        prop::sample::select(vec!["\n", "\r\n"]),
        prop::sample::select(vec!["    ", "\t", " ", ""]),
        prop::sample::select(vec![" {", "{", "\n{", " { # begins"]),
        prop::sample::select(vec!["", " # why", "\t! because {"]),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(line_end, indent, open, comment, blank, one_line)| Layout {
            line_end,
            indent,
            open,
            comment,
            blank,
            one_line,
        })
}

impl Layout {
    fn list(&self, out: &mut Vec<String>, name: &str, entries: &[String]) {
        if self.one_line && entries.len() == 1 {
            out.push(format!("{}{name} {{ {} }}", self.indent, entries[0]));
            return;
        }
        out.push(format!("{}{name}{}", self.indent, self.open));
        out.extend(
            entries.iter().map(|entry| format!("{}{}{entry}{}", self.indent, self.indent, self.comment)),
        );
        out.push(format!("{}}}", self.indent));
    }
}

fn file() -> impl Strategy<Value = String> {
    (layout(), prop::collection::vec((any::<[bool; 5]>(), 1..4_usize), 1..4)).prop_map(|(layout, blocks)| {
        let Layout { open, indent, comment, .. } = &layout;
        let mut out = vec![
            "# head".to_owned(),
            format!("vrrp_script chk{open}"),
            "script /bin/true".to_owned(),
            "}".to_owned(),
        ];
        for (at, (has, count)) in blocks.iter().enumerate() {
            out.push(format!("vrrp_instance VI_{at}{open}"));
            out.push(format!("{indent}interface eth{at}{comment}"));
            out.push(format!("{indent}virtual_router_id   {}", at + 1));
            if has[0] {
                out.push(format!("{indent}priority  \"99\"{comment}"));
            }
            let addresses: Vec<_> = (0..*count).map(|host| format!("192.0.{at}.{host}/24")).collect();
            layout.list(&mut out, "virtual_ipaddress", &addresses);
            if has[1] {
                out.push(format!("{indent}advert_int 3"));
            }
            if has[2] {
                layout.list(&mut out, "track_script", &["chk".to_owned()]);
            }
            out.push("}".to_owned());
            if layout.blank {
                out.push(String::new());
            }
            if has[3] {
                out.push(format!("virtual_server 192.0.2.{at} 80{open}"));
                out.push(format!("{indent}protocol TCP"));
                for host in 0..*count {
                    let weight = if has[4] {
                        vec!["weight 2".to_owned()]
                    } else {
                        vec!["TCP_CHECK { retry 2 }".to_owned()]
                    };
                    layout.list(&mut out, &format!("real_server 10.0.{at}.{host} 80"), &weight);
                }
                out.push("}".to_owned());
            }
        }
        out.join("\n").replace('\n', layout.line_end) + layout.line_end
    })
}

fn config(octets: &[u8]) -> Config {
    expanded(octets, "").1
}

fn server(at: usize, host: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, u8::try_from(at).unwrap(), host], 80))
}

fn key(at: usize) -> VirtualServerKey {
    VirtualServerKey::Address(SocketAddr::from(([192, 0, 2, u8::try_from(at).unwrap()], 80)))
}

fn address(at: usize, host: u8) -> IpAddr {
    [192, 0, u8::try_from(at).unwrap(), host].into()
}

fn make(edit: &mut Edit<'_>, wish: &Wish) -> Result<(), EditError> {
    let name = |at: &usize| format!("VI_{at}");
    let made = match wish {
        Wish::Priority(at, value) => edit.set_priority(&name(at), NonZeroU8::new(*value).unwrap()),
        Wish::Advert(at, value) => edit.set_advert_interval(&name(at), Duration::from_secs((*value).into())),
        Wish::AddAddress(at, host) => edit.add_virtual_address(&name(at), address(*at, *host), 24, None),
        Wish::RemoveAddress(at, host) => {
            edit.remove_virtual_address(&name(at), address(*at, u8::try_from(*host).unwrap()))
        }
        Wish::AddPeer(at, host) => edit.add_unicast_peer(&name(at), [10, 9, 9, *host].into()),
        Wish::Track(at) => edit.track_script(&name(at), "chk", Some(-7)),
        Wish::Untrack(at) => edit.untrack_script(&name(at), "chk"),
        Wish::Rename(at) => edit.rename_instance(&name(at), "NEW"),
        Wish::AddServer(at, host) => {
            let checks = vec![NewCheck::Misc { command: "/bin/check it".to_owned() }];
            let server = NewRealServer { weight: Some(4), checks, ..NewRealServer::new(server(*at, *host)) };
            edit.add_real_server(&key(*at), &server)
        }
        Wish::RemoveServer(at, host) => {
            edit.remove_real_server(&key(*at), server(*at, u8::try_from(*host).unwrap()))
        }
        Wish::Weight(at, host, weight) => {
            edit.set_weight(&key(*at), server(*at, u8::try_from(*host).unwrap()), (*weight).into())
        }
    };
    made.map(drop)
}

/// Whether this change is what was wished.
fn explains(wish: &Wish, change: &Change, after: &Config) -> bool {
    let about = |at: &usize| change.subject == Subject::Instance(format!("VI_{at}"));
    let paths: Vec<&str> = match &change.kind {
        ChangeKind::Changed(settings) => settings.iter().map(|setting| setting.path.as_str()).collect(),
        ChangeKind::Added | ChangeKind::Removed => Vec::new(),
    };
    let only = |path: &str| !paths.is_empty() && paths.iter().all(|found| *found == path);
    let instance = |at: &usize| after.instance(&format!("VI_{at}")).unwrap();
    match wish {
        Wish::Priority(at, value) => about(at) && only("priority") && instance(at).priority == *value,
        Wish::Advert(at, value) => {
            about(at) && only("advert_int") && instance(at).advert_interval.as_secs() == u64::from(*value)
        }
        Wish::AddAddress(at, _) | Wish::RemoveAddress(at, _) => about(at) && only("virtual_ipaddress"),
        // Peers make an instance a unicast one.
        Wish::AddPeer(at, _) => about(at) && paths.contains(&"unicast_peer"),
        Wish::Track(at) | Wish::Untrack(at) => about(at) && only("track_script"),
        Wish::Rename(at) => match &change.kind {
            ChangeKind::Added => change.subject == Subject::Instance("NEW".to_owned()),
            ChangeKind::Removed => about(at),
            ChangeKind::Changed(_) => false,
        },
        Wish::AddServer(..) => {
            matches!(change.subject, Subject::RealServer { .. }) && change.kind == ChangeKind::Added
        }
        Wish::RemoveServer(..) => change.kind == ChangeKind::Removed,
        Wish::Weight(..) => matches!(change.subject, Subject::RealServer { .. }) && only("weight"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_does_what_it_says_and_nothing_else(text in file(), wish in wish()) {
        let tree = parse("f", text.as_bytes()).tree;
        let before = config(text.as_bytes());
        let mut edit = Edit::of(&tree);
        if make(&mut edit, &wish).is_err() {
            return Ok(());
        }
        let edited = edit.finish();
        prop_assert_eq!(crate::common::rebuilt(text.as_bytes(), &edited), edited.octets.clone());
        let after = config(&edited.octets);
        let changes = diff(&before, &after);
        let shown = String::from_utf8_lossy(&edited.octets);
        for change in &changes {
            prop_assert!(explains(&wish, change, &after), "{:?}: {}\n{}", wish, change, shown);
        }
        let same = matches!(wish, Wish::Priority(_, 99) | Wish::Advert(_, 3) | Wish::Weight(_, _, 1 | 2));
        prop_assert!(!changes.is_empty() || same || matches!(wish, Wish::Priority(_, 100) | Wish::Advert(_, 1)), "{:?}\n{}", wish, shown);
    }

    #[test]
    fn several_edits_are_made_together_or_refused(text in file(), wishes in prop::collection::vec(wish(), 2..5)) {
        let tree = parse("f", text.as_bytes()).tree;
        let mut edit = Edit::of(&tree);
        let wishes: Vec<Wish> = wishes.into_iter().filter(|wish| !matches!(wish, Wish::Rename(_))).collect();
        // A refused change leaves the others as they are.
        let wishes: Vec<Wish> = wishes.into_iter().filter(|wish| make(&mut edit, wish).is_ok()).collect();
        let edited = edit.finish();
        prop_assert_eq!(crate::common::rebuilt(text.as_bytes(), &edited), edited.octets.clone());
        // One after the other comes to the same.
        let mut text = text.into_bytes();
        for wish in &wishes {
            let tree = parse("f", &text).tree;
            let mut edit = Edit::of(&tree);
            if let Err(error) = make(&mut edit, wish) {
                // Together they were two lines of one meaning.
                prop_assert!(matches!(error, EditError::AlreadyThere { .. } | EditError::NoLine { .. }), "{}", error);
                return Ok(());
            }
            text = edit.finish().octets;
        }
        let shown = String::from_utf8_lossy(&edited.octets);
        prop_assert_eq!(diff(&config(&text), &config(&edited.octets)), [], "{}", shown);
    }
}

type Attempt<'a> = &'a dyn Fn(&mut Edit<'_>) -> Result<(), EditError>;

/// A change of a file from the wild: it is made, or refused by name.
fn try_on(
    octets: &[u8],
    before: &Config,
    change: impl Fn(&mut Edit<'_>) -> Result<(), EditError>,
) -> Option<(Vec<Change>, Config)> {
    let tree = parse("f", octets).tree;
    let expanded = expand("f", octets, &NoFiles, &ExpandOptions::default()).tree;
    let mut edit = Edit::of(&tree).with_expansion(&expanded);
    change(&mut edit).ok()?;
    let edited = edit.finish();
    assert_eq!(crate::common::rebuilt(octets, &edited), edited.octets);
    let after = config(&edited.octets);
    Some((diff(before, &after), after))
}

#[test]
fn files_from_the_wild_are_edited_in_one_place() {
    let files = crate::common::corpus::corpus();
    let (mut asked, mut made) = (0, 0);
    for (path, octets) in &files {
        let before = config(octets);
        // Some files have a thousand of them.
        for name in before.instances.iter().map(|instance| &instance.name).take(3) {
            let value = NonZeroU8::new(77).unwrap();
            let wishes: [Attempt<'_>; 3] = [
                &|edit| edit.set_priority(name, value).map(drop),
                &|edit| edit.set_state(name, InitialState::Backup).map(drop),
                &|edit| edit.add_virtual_address(name, [203, 0, 113, 77].into(), 32, None).map(drop),
            ];
            for (number, wish) in wishes.iter().enumerate() {
                asked += 1;
                let Some((changes, after)) = try_on(octets, &before, wish) else { continue };
                made += 1;
                let about = Subject::Instance(name.clone());
                assert!(
                    changes.iter().all(|change| change.subject == about),
                    "{}: {changes:?}",
                    path.display()
                );
                if number == 0 {
                    assert_eq!(after.instance(name).unwrap().priority, 77, "{}", path.display());
                }
            }
        }
        for server in before.virtual_servers.iter().take(2) {
            for real in server.real_servers.iter().take(2) {
                asked += 1;
                let path_of = BlockPath::virtual_server(&server.key);
                let wish = |edit: &mut Edit<'_>| edit.set_weight(path_of.clone(), real.address, 77).map(drop);
                let Some((changes, _)) = try_on(octets, &before, wish) else { continue };
                made += 1;
                // A quorum is no more than all weights together.
                let quorum = |kind: &ChangeKind| match kind {
                    ChangeKind::Changed(settings) => settings.iter().all(|setting| setting.path == "quorum"),
                    ChangeKind::Added | ChangeKind::Removed => false,
                };
                let right = |change: &Change| {
                    matches!(change.subject, Subject::RealServer { .. }) || quorum(&change.kind)
                };
                assert!(changes.iter().all(right), "{}: {changes:?}", path.display());
            }
        }
    }
    println!("{made} of {asked} changes could be made");
    assert!(files.is_empty() || made * 10 > asked * 8, "{made} of {asked}");
}
