//! Edits change what they are asked to change, and no other octet.

#![expect(clippy::unwrap_used, reason = "what is not there is a failed test")]

use core::num::NonZeroU8;

use kconf_parser::edit::{
    BlockPath, Context, Edit, EditError, Edited, MadeBy, Named, NewBlock, NewCheck, NewRealServer,
};
use kconf_parser::model::{InitialState, VirtualServerKey};
use kconf_parser::{ExpandOptions, NoFiles, expand, parse};

const TEXT: &str = "\
# our pair
vrrp_script chk {
    script /bin/true
}

vrrp_instance VI_1 {
    state   MASTER      # wish
    priority \"150\"
    interface eth0;
    virtual_ipaddress {
        192.0.2.1/24 # web
        2001:db8::1
    }

    track_script { chk }
}

vrrp_sync_group G {
    group {
        VI_1 VI_2
    }
}

virtual_server 192.0.2.1 80 {
    protocol TCP
    real_server 10.0.0.1 80 {
        weight 1
    }

    real_server 10.0.0.2 80 {
        weight 1
    }
}
";

type Change = fn(&mut Edit<'_>) -> Result<(), EditError>;

fn edit(text: &str, change: Change) -> Result<Edited, EditError> {
    let tree = parse("f", text.as_bytes()).tree;
    let mut edit = Edit::of(&tree);
    change(&mut edit)?;
    Ok(edit.finish())
}

/// The new text, with the promise kept that nothing else changed.
fn edited(text: &str, change: Change) -> String {
    let edited = edit(text, change).unwrap();
    assert_eq!(crate::common::rebuilt(text.as_bytes(), &edited), edited.octets);
    String::from_utf8(edited.octets).unwrap()
}

fn priority(value: u8) -> NonZeroU8 {
    NonZeroU8::new(value).unwrap()
}

fn web() -> VirtualServerKey {
    VirtualServerKey::Address("192.0.2.1:80".parse().unwrap())
}

#[test]
fn each_change_touches_its_own_place() {
    #[rustfmt::skip]
    let cases: &[(&str, Change, &str, &str)] = &[
        ("a quoted word stays quoted", |e| e.set_priority("VI_1", priority(90)).map(drop), "\"150\"", "\"90\""),
        ("spacing and comment stay", |e| e.set_state("VI_1", InitialState::Backup).map(drop), "MASTER      # wish", "BACKUP      # wish"),
        ("a missing line comes behind the settings", |e| e.set("VI_1".instance(), "advert_int", "0.5").map(drop), "eth0;\n", "eth0;\n    advert_int 0.5\n"),
        ("a flag has no argument", |e| e.set("VI_1".instance(), "nopreempt", "").map(drop), "eth0;\n", "eth0;\n    nopreempt\n"),
        ("a line goes with its comment", |e| e.remove("VI_1".instance(), "state").map(drop), "    state   MASTER      # wish\n", ""),
        ("an entry comes behind the others", |e| e.add_virtual_address("VI_1", [192, 0, 2, 9].into(), 24, Some("eth1")).map(drop), "2001:db8::1\n", "2001:db8::1\n        192.0.2.9/24 dev eth1\n"),
        ("an address is an address", |e| e.remove_virtual_address("VI_1", "2001:db8:0::1".parse().unwrap()).map(drop), "        2001:db8::1\n", ""),
        ("an entry on the line of its brace", |e| e.track_script("VI_1", "other", Some(-5)).map(drop), "{ chk }", "{ chk\n        other weight -5\n     }"),
        ("an entry out of such a line", |e| e.untrack_script("VI_1", "chk").map(drop), "{ chk }", "{  }"),
        ("a missing list", |e| e.add_unicast_peer("VI_1", [10, 9, 9, 9].into()).map(drop), "{ chk }\n", "{ chk }\n    unicast_peer {\n        10.9.9.9\n    }\n"),
        ("two entries of a missing list", |e| {
            e.add_unicast_peer("VI_1", [10, 9, 9, 9].into())?;
            e.add_unicast_peer("VI_1", [10, 9, 9, 8].into()).map(drop)
        }, "{ chk }\n", "{ chk }\n    unicast_peer {\n        10.9.9.9\n        10.9.9.8\n    }\n"),
        ("a weight", |e| e.set_weight(&web(), "10.0.0.2:80".parse().unwrap(), 3).map(drop), "        weight 1\n    }\n}\n", "        weight 3\n    }\n}\n"),
        ("a block and one of its blank lines", |e| e.remove_real_server(&web(), "10.0.0.1:80".parse().unwrap()).map(drop), "    real_server 10.0.0.1 80 {\n        weight 1\n    }\n", ""),
        ("a new real server", |e| {
            let mut server = NewRealServer::new("10.0.0.3:8080".parse().unwrap());
            server.checks = vec![
                NewCheck::Tcp { connect_timeout: Some(core::time::Duration::from_secs(3)) },
                NewCheck::Http { tls: true, path: "/up".to_owned(), status_code: Some(204) },
            ];
            e.add_real_server(&web(), &server).map(drop)
        }, "        weight 1\n    }\n}\n", "        weight 1\n    }\n    real_server 10.0.0.3 8080 {\n        TCP_CHECK {\n            connect_timeout 3\n        }\n        SSL_GET {\n            url {\n                path /up\n                status_code 204\n            }\n        }\n    }\n}\n"),
        ("a new block in the file", |e| e.add_block(BlockPath::file(), &NewBlock::new("vrrp_script x").line("script /x")).map(drop), "weight 1\n    }\n}\n", "weight 1\n    }\n}\n\nvrrp_script x {\n    script /x\n}\n"),
        ("a whole block", |e| e.remove_block(BlockPath::file().named("vrrp_script", "chk")).map(drop), "vrrp_script chk {\n    script /bin/true\n}\n", ""),
    ];
    for (name, change, from, to) in cases {
        assert!(TEXT.contains(from), "{name}");
        let at = TEXT.rfind(from).unwrap();
        let want = format!("{}{to}{}", &TEXT[..at], &TEXT[at + from.len()..]);
        assert_eq!(edited(TEXT, *change), want, "{name}");
    }
}

trait Instance {
    fn instance(self) -> BlockPath;
}

impl Instance for &str {
    fn instance(self) -> BlockPath {
        BlockPath::instance(self)
    }
}

#[test]
fn a_new_name_reaches_every_use() {
    let renamed = edited(TEXT, |e| e.rename_instance("VI_1", "WEB").map(drop));
    assert_eq!(renamed, TEXT.replace("VI_1", "WEB"));
    let renamed = edited(TEXT, |e| e.rename(Named::Script, "chk", "up").map(drop));
    assert_eq!(renamed, TEXT.replace("chk", "up"));
    let text =
        "virtual_server_group g { fwmark 1 }\nvirtual_server group g { }\nvrrp_script g { script g }\n";
    let renamed = edited(text, |e| e.rename(Named::ServerGroup, "g", "h").map(drop));
    assert_eq!(renamed, text.replacen("group g", "group h", 2));
    let taken = edit("vrrp_script a { }\nvrrp_script b { }", |e| e.rename(Named::Script, "a", "b").map(drop));
    assert_eq!(taken, Err(EditError::AlreadyThere { what: "b".to_owned(), line: 2 }));
}

#[test]
fn tabs_line_ends_and_a_missing_last_one_are_taken_over() {
    #[rustfmt::skip]
    let cases: &[(&str, Change, &str)] = &[
        ("a {\r\n\tb {\r\n\t\tc\r\n\t}\r\n}\r\n", |e| e.set(BlockPath::file().block("a", "").block("b", ""), "d", "1").map(drop), "a {\r\n\tb {\r\n\t\tc\r\n\t\td 1\r\n\t}\r\n}\r\n"),
        ("a {\n  b\n}\nx {\n}", |e| e.add_block(BlockPath::file().block("x", ""), &NewBlock::new("y").line("z")).map(drop), "a {\n  b\n}\nx {\n  y {\n    z\n  }\n}"),
        ("a 1", |e| e.set(BlockPath::file(), "b", "2").map(drop), "a 1\nb 2"),
        ("", |e| e.add_block(BlockPath::file(), &NewBlock::new("a")).map(drop), "a {\n}\n"),
        ("a\n{\n}\n", |e| e.set(BlockPath::file().block("a", ""), "b", "2").map(drop), "a\n{\n    b 2\n}\n"),
        ("a { b }", |e| e.remove_block(BlockPath::file().block("a", "")).map(drop), ""),
        ("a {\n b\n # last\n}\n", |e| e.add_block(BlockPath::file().block("a", ""), &NewBlock::new("c")).map(drop), "a {\n b\n # last\n c {\n }\n}\n"),
    ];
    for (text, change, want) in cases {
        assert_eq!(edited(text, *change), *want, "{text:?}");
    }
}

#[test]
fn what_this_file_does_not_simply_say_is_refused_with_its_place() {
    let not_plain = |line, made_by| EditError::NotPlain { file: "f".to_owned(), line, made_by };
    #[rustfmt::skip]
    let cases: &[(&str, EditError)] = &[
        ("$P=1\nvrrp_instance V {\n priority $P\n}", not_plain(3, MadeBy::Definition)),
        ("vrrp_instance V {\n @x priority 1\n}", not_plain(2, MadeBy::Condition)),
        ("@x vrrp_instance V {\n}", not_plain(1, MadeBy::Condition)),
        ("$I= \\\n vrrp_instance V { \\\n }\n$I\n", not_plain(4, MadeBy::Definition)),
        ("~SEQ(A,2) vrrp_instance V {\n}", not_plain(1, MadeBy::Sequence)),
        ("$P=priority 5\nvrrp_instance V {\n $P\n}", not_plain(3, MadeBy::Definition)),
        ("vrrp_instance V {\n priority \"1\n}", not_plain(2, MadeBy::BrokenLine)),
        ("vrrp_instance V {\n", EditError::Unbalanced { line: 1 }),
        ("vrrp_instance V {\n}\nvrrp_instance V {\n}", EditError::Ambiguous { block: "vrrp_instance V".to_owned(), lines: vec![1, 3] }),
        ("vrrp_instance W {\n}", EditError::NoBlock { block: "vrrp_instance V".to_owned() }),
    ];
    for (text, want) in cases {
        let tree = parse("f", text.as_bytes()).tree;
        let options = ExpandOptions { config_id: "x".to_owned(), ..ExpandOptions::default() };
        let expanded = expand("f", text.as_bytes(), &NoFiles, &options).tree;
        let mut edit = Edit::of(&tree).with_expansion(&expanded);
        assert_eq!(edit.set_priority("V", priority(9)).map(drop), Err(want.clone()), "{text}");
    }
}

#[test]
fn text_that_is_more_than_an_argument_is_refused() {
    for argument in ["1 }", "1\nstate MASTER", "1 # x", "\"open", "$P", "1\0", "{"] {
        let tree = parse("f", TEXT.as_bytes()).tree;
        let result = Edit::of(&tree).set("VI_1".instance(), "priority", argument).map(drop);
        assert_eq!(result, Err(EditError::Unwritable), "{argument:?}");
    }
}

#[test]
fn two_changes_of_one_place_are_refused() {
    let twice = edit(TEXT, |e| {
        e.set_priority("VI_1", priority(1))?;
        e.set_priority("VI_1", priority(2)).map(drop)
    });
    assert_eq!(twice, Err(EditError::Conflict));
}

#[test]
fn a_change_that_is_a_mistake_is_refused_with_the_finding() {
    let options = ExpandOptions::default();
    let tree = parse("f", TEXT.as_bytes()).tree;
    let mut wrong = Edit::of(&tree);
    wrong.set("VI_1".instance(), "priority", "300").unwrap();
    let Err(EditError::NewFinding { finding, rendered }) = wrong.finish_checked(&Context::anywhere(&options))
    else {
        panic!("taken");
    };
    assert_eq!(finding.code(), "invalid-number");
    assert!(rendered.starts_with("f:8:14: warning[invalid-number]"), "{rendered}");

    let mut right = Edit::of(&tree);
    right.set_priority("VI_1", priority(30)).unwrap();
    // Old mistakes, such as the missing virtual_router_id, do not matter.
    assert!(right.finish_checked(&Context::anywhere(&options)).is_ok());
}
