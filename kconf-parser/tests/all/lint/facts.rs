//! What a host answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kconf_parser::model::ScriptCommand;
use kconf_parser::{AssumePresent, Facts, FactsTable, ScriptStatus};

use super::host;

#[test]
fn what_nobody_wrote_down_is_unknown_and_taken_to_exist() {
    let table = FactsTable::default();
    let command = ScriptCommand { args: vec!["/bin/x".into()], user: None };
    assert!(table.interface_exists("x") && table.user_exists("x") && table.group_exists("x"));
    assert_eq!(table.script(&command, None), ScriptStatus::Ok);
    assert_eq!((table.addresses(), table.holds([192, 0, 2, 1].into())), (None, None));
    assert_eq!(AssumePresent.holds([192, 0, 2, 1].into()), None);
}

#[test]
fn what_is_written_down_is_all_there_is() {
    let names = |name: &str| Some([name.to_owned()].into());
    let mut scripts = BTreeMap::new();
    scripts.insert(PathBuf::from("/usr/bin/pidof"), ScriptStatus::Ok);
    scripts.insert(PathBuf::from("/tmp/check"), ScriptStatus::Insecure);
    let table = FactsTable {
        interfaces: names("eth0"),
        users: names("root"),
        groups: names("root"),
        scripts: Some(scripts),
        ..host(&[("eth0", "192.0.2.1/24")])
    };
    assert!(table.interface_exists("eth0") && !table.interface_exists("eth1"));
    assert!(table.user_exists("root") && !table.user_exists("nobody") && !table.group_exists("nobody"));
    assert_eq!(table.holds([192, 0, 2, 1].into()), Some(true));
    assert_eq!(table.holds([192, 0, 2, 2].into()), Some(false));
    #[rustfmt::skip]
    let cases: &[(&str, ScriptStatus)] = &[
        ("/usr/bin/pidof", ScriptStatus::Ok),
        ("pidof",          ScriptStatus::Ok),
        ("/tmp/check",     ScriptStatus::Insecure),
        ("check",          ScriptStatus::NotFound),
        ("/bin/pidof",     ScriptStatus::NotFound),
    ];
    for (program, want) in cases {
        let command = ScriptCommand { args: vec![(*program).into()], user: None };
        assert_eq!(table.script(&command, None), *want, "{program}");
    }
}
