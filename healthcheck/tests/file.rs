//! What the number in a file means, and how a watch learns of it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use healthcheck::{Contribution, FileRule, FileValue, FileValueOutOfRange, Health};
use proptest::prelude::*;

#[test]
fn numbers_are_read_as_strtol_reads_them() {
    let (zeros, ones) = (["0"; 126].concat() + "12", "1".repeat(200));
    // Printed by glibc's strtol with base 0 for the first 127 octets.
    #[rustfmt::skip]
    let cases: &[(&[u8], i64)] = &[
        (b"", 0), (b"0", 0), (b"5\n", 5), (b" \t\n\x0b\x0c\r 7", 7), (b"-3 x", -3), (b"+4", 4), (b"- 4", 0),
        (b"0x1F", 31), (b"0X10", 16), (b"0xg", 0), (b"0x", 0), (b"017", 15), (b"08", 0), (b"-0x10", -16),
        (b"12abc", 12), (b"abc", 0), (b"0b11", 0), (b"\x005", 0), (b"\xa05", 0), (b"1e3", 1), (b"--5", 0),
        (b"+-5", 0), (b"0x-5", 0), (b"2147483647", 2_147_483_647), (b"-2147483648", -2_147_483_648),
        (b"2147483648", 2_147_483_648), (zeros.as_bytes(), 1),
    ];
    for (content, want) in cases {
        assert_eq!(FileValue::parse(content).map(FileValue::get), Ok(*want), "{content:?}");
    }
    // keepalived takes 2³¹ and nothing beyond.
    let too_far: [&[u8]; 5] =
        [b"2147483649", b"-2147483649", b"9223372036854775808", b"-9223372036854775809", ones.as_bytes()];
    for content in too_far {
        assert_eq!(FileValue::parse(content), Err(FileValueOutOfRange), "{content:?}");
    }
}

#[test]
fn number_and_weight_make_a_contribution_or_a_fault() {
    const MAX: i32 = i32::MAX;
    #[rustfmt::skip]
    let cases = [
        // weight, reverse, number, of FILE_CHECK, of VRRP's track_file
        (1,    false, "0",           Some(0),            Some(0)),
        (1,    false, "7",           Some(7),            Some(7)),
        (-2,   false, "7",           Some(-14),          Some(-14)),
        (2,    true,  "7",           Some(-14),          Some(-14)),
        (-2,   true,  "-7",          Some(-14),          Some(-14)),
        (1,    false, "253",         Some(253),          Some(253)),
        (1,    false, "300",         Some(300),          Some(253)),
        (1,    false, "-253",        Some(-253),         Some(-253)),
        (1,    false, "-254",        Some(-254),         None),
        (254,  false, "-1",          Some(-254),         None),
        (254,  true,  "1",           Some(-254),         None),
        (MAX,  false, "-1",          Some(-2_147_483_647), None),
        (1,    false, "-2147483648", None,               None),
        (1,    true,  "2147483648",  None,               None),
        (MAX,  false, "-2",          None,               None),
        (MAX,  false, "2147483648",  Some(2_147_483_647), Some(253)),
        (0,    false, "0",           Some(0),            Some(0)),
        (0,    false, "1",           None,               None),
        (0,    false, "-1",          None,               None),
        (0,    true,  "0",           None,               None),
        (0,    true,  "1",           Some(0),            Some(0)),
    ];
    for (weight, reverse, number, server, priority) in cases {
        let (rule, value) = (FileRule { weight, reverse }, FileValue::parse(number.as_bytes()).unwrap());
        let want = match server {
            Some(change) => (Health::Up, Contribution(change)),
            None => (Health::Down, Contribution(0)),
        };
        assert_eq!(rule.judge(value), want, "{rule:?} {number}");
        assert_eq!(rule.priority_change(value), priority, "{rule:?} {number}");
    }
}

proptest! {
    #[test]
    fn whatever_a_file_holds_is_judged(content: Vec<u8>, weight: i32, reverse: bool) {
        let rule = FileRule { weight, reverse };
        if let Ok(value) = FileValue::parse(&content) {
            let (health, Contribution(change)) = rule.judge(value);
            prop_assert!(change > i64::from(i32::MIN) && change <= i64::from(i32::MAX));
            prop_assert!(health == Health::Up || change == 0);
            prop_assert!(rule.priority_change(value).is_none_or(|change| (-253..=253).contains(&change)));
        }
    }

    #[test]
    fn a_printed_number_is_that_number(number: i32, rest in "[^0-9]*") {
        let value = FileValue::parse(format!("{number}{rest}").as_bytes()).unwrap();
        prop_assert_eq!(value.get(), i64::from(number));
    }
}

#[cfg(feature = "file")]
mod watch {
    use core::time::Duration;
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use healthcheck::{FileNews, FileValueOutOfRange, FileWatch};

    /// Longer than any test should take.
    const LONG: Duration = Duration::from_secs(60);

    fn run<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
    }

    async fn news(watch: &mut FileWatch) -> FileNews {
        tokio::time::timeout(LONG, watch.changed()).await.unwrap().unwrap()
    }

    async fn next(watch: &mut FileWatch) -> i64 {
        match news(watch).await {
            FileNews::Value(value) => {
                assert_eq!(watch.value(), value);
                value.get()
            }
            FileNews::Ignored(problem) => panic!("{problem}"),
        }
    }

    #[test]
    fn the_number_is_that_of_the_last_writer_that_is_done() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("weight");
            let mut watch = FileWatch::new(&path).unwrap();
            assert_eq!(watch.value().get(), 0, "not there");
            fs::write(&path, "5\n").unwrap();
            assert_eq!(next(&mut watch).await, 5);
            fs::write(&path, "6").unwrap();
            assert_eq!(next(&mut watch).await, 6);
            // Nobody is told twice.
            fs::write(&path, "6 again").unwrap();
            fs::write(&path, "0x10").unwrap();
            assert_eq!(next(&mut watch).await, 16);
            fs::write(&path, "").unwrap();
            assert_eq!(next(&mut watch).await, 0);
            fs::write(&path, "7").unwrap();
            assert_eq!(next(&mut watch).await, 7);
            fs::write(&path, "many").unwrap();
            assert_eq!(next(&mut watch).await, 0);
            assert_eq!(FileWatch::new(&path).unwrap().value().get(), 0);
            fs::write(&path, "8").unwrap();
            assert_eq!(FileWatch::new(&path).unwrap().value().get(), 8);
        });
    }

    #[test]
    fn a_number_that_cannot_be_is_told_and_the_one_before_stays() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("weight");
            fs::write(&path, "99999999999").unwrap();
            let mut watch = FileWatch::new(&path).unwrap();
            assert_eq!(news(&mut watch).await, FileNews::Ignored(FileValueOutOfRange));
            assert_eq!(watch.value().get(), 0);
            fs::write(&path, "3").unwrap();
            assert_eq!(next(&mut watch).await, 3);
            fs::write(&path, "-99999999999").unwrap();
            assert_eq!(news(&mut watch).await, FileNews::Ignored(FileValueOutOfRange));
            assert_eq!(watch.value().get(), 3);
        });
    }

    #[test]
    fn half_a_number_is_never_seen() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("weight");
            let mut watch = FileWatch::new(&path).unwrap();
            let mut file = File::create(&path).unwrap();
            file.write_all(b"1").unwrap();
            // Something happens in the same directory meanwhile.
            fs::write(directory.path().join("other"), "9").unwrap();
            file.write_all(b"2").unwrap();
            drop(file);
            assert_eq!(next(&mut watch).await, 12);
            // Removed and being written anew: 0 between, not 3.
            fs::remove_file(&path).unwrap();
            let mut file = File::create(&path).unwrap();
            file.write_all(b"3").unwrap();
            assert_eq!(next(&mut watch).await, 0);
            file.write_all(b"4").unwrap();
            drop(file);
            assert_eq!(next(&mut watch).await, 34);
        });
    }

    #[test]
    fn files_that_are_moved_and_deleted_are_noticed() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let [path, new] = ["weight", "weight.new"].map(|name| directory.path().join(name));
            fs::write(&path, "1").unwrap();
            let mut watch = FileWatch::new(&path).unwrap();
            assert_eq!(watch.value().get(), 1);
            fs::write(&new, "2").unwrap();
            fs::rename(&new, &path).unwrap();
            assert_eq!(next(&mut watch).await, 2);
            fs::rename(&path, &new).unwrap();
            assert_eq!(next(&mut watch).await, 0);
            fs::rename(&new, &path).unwrap();
            assert_eq!(next(&mut watch).await, 2);
            fs::remove_file(&path).unwrap();
            assert_eq!(next(&mut watch).await, 0);
        });
    }

    #[test]
    fn a_directory_may_come_later_and_go() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let deep = directory.path().join("not/yet/there");
            let path = deep.join("weight");
            let mut watch = FileWatch::new(&path).unwrap();
            for number in 1..=3 {
                fs::create_dir_all(&deep).unwrap();
                fs::write(&path, format!("{number}")).unwrap();
                assert_eq!(next(&mut watch).await, number);
                fs::remove_dir_all(directory.path().join("not")).unwrap();
                assert_eq!(next(&mut watch).await, 0);
            }
            // In one piece, from elsewhere.
            let elsewhere = directory.path().join("elsewhere");
            fs::create_dir_all(elsewhere.join("yet/there")).unwrap();
            fs::write(elsewhere.join("yet/there/weight"), "9").unwrap();
            fs::rename(&elsewhere, directory.path().join("not")).unwrap();
            assert_eq!(next(&mut watch).await, 9);
        });
    }

    /// Points a link elsewhere without a moment without it.
    fn point(link: &Path, target: &str) {
        let new = link.with_extension("new");
        symlink(target, &new).unwrap();
        fs::rename(&new, link).unwrap();
    }

    #[test]
    fn links_are_followed_wherever_they_lead() {
        run(async {
            // As Kubernetes mounts a ConfigMap.
            let directory = tempfile::tempdir().unwrap();
            for number in ["1", "2"] {
                fs::create_dir(directory.path().join(number)).unwrap();
                fs::write(directory.path().join(number).join("weight"), number).unwrap();
            }
            let data = directory.path().join("data");
            point(&data, "1");
            point(&directory.path().join("weight"), "data/weight");
            let mut watch = FileWatch::new(directory.path().join("weight")).unwrap();
            assert_eq!(watch.value().get(), 1);
            point(&data, "2");
            assert_eq!(next(&mut watch).await, 2);
            fs::write(directory.path().join("2/weight"), "22").unwrap();
            assert_eq!(next(&mut watch).await, 22);
            fs::remove_file(&data).unwrap();
            assert_eq!(next(&mut watch).await, 0);
            symlink(directory.path().join("1"), &data).unwrap();
            assert_eq!(next(&mut watch).await, 1);
            // Round and round: nothing to read, and no endless walk.
            point(&data, "data");
            assert_eq!(next(&mut watch).await, 0);
            point(&data, "2/../1");
            assert_eq!(next(&mut watch).await, 1);
        });
    }

    #[test]
    fn news_survive_a_wait_that_was_given_up() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("weight");
            let mut watch = FileWatch::new(&path).unwrap();
            let mut last = 0;
            for number in 1..=20 {
                fs::write(&path, format!("{number}")).unwrap();
                if let Ok(news) = tokio::time::timeout(Duration::ZERO, watch.changed()).await {
                    assert!(matches!(news.unwrap(), FileNews::Value(value) if value.get() > last));
                    last = watch.value().get();
                }
            }
            while last < 20 {
                let number = next(&mut watch).await;
                assert!(number > last);
                last = number;
            }
        });
    }

    #[test]
    fn a_first_number_is_written_where_there_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("weight");
        assert!(FileWatch::init_file(&path, -3, false).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "-3\n");
        assert!(!FileWatch::init_file(&path, 4, false).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "-3\n");
        assert!(FileWatch::init_file(&path, 5, true).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "5\n");
        let error = FileWatch::init_file(directory.path(), 5, true).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
