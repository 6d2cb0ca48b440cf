//! What ipvsadm cannot do.

use super::lab::{Lab, Said, by_way_of, ipvsadm, ipvsctl, printed};
use super::load;

const BEFORE: &str = "\
-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 7
-a -t 10.0.0.1:80 -r 10.0.1.2:80 -m -w 1
-A -t 10.0.0.9:80 -s rr
";
const WANTED: &str = "\
-A -t 10.0.0.1:80 -s wlc
-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1
-a -t 10.0.0.1:80 -r 10.0.1.3:80 -m -w 1
";
const PLAN: &str = "\
-E -t 10.0.0.1:80 -s wlc
-e -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1
-a -t 10.0.0.1:80 -r 10.0.1.3:80 -m -w 1
-d -t 10.0.0.1:80 -r 10.0.1.2:80
";

#[test]
fn a_plan_changes_nothing_and_apply_does_what_it_says_once() {
    let Some(_lab) = Lab::enter() else { return };
    load(BEFORE);
    let Said { status, out, err } = ipvsctl("plan -", WANTED);
    assert_eq!((status, out.as_str()), (0, PLAN));
    assert_eq!(err, "4 changes; 1 other services are not touched\n");
    assert_eq!(ipvsadm("-Sn", "").out, BEFORE);

    let Said { status, out, err } = ipvsctl("apply -", WANTED);
    assert_eq!((status, out.as_str()), (0, PLAN));
    assert_eq!(err, "4 changes made; 1 other services were not touched\n");
    assert_eq!(ipvsadm("-Sn", "").out, format!("{WANTED}-A -t 10.0.0.9:80 -s rr\n"));
    assert_eq!(ipvsctl("plan -", WANTED).out, "");
    assert_eq!(ipvsctl("plan - --all", WANTED).out, "-D -t 10.0.0.9:80\n");
}

#[test]
fn a_plan_is_rules_that_ipvsadm_can_apply() {
    let Some(_lab) = Lab::enter() else { return };
    load(BEFORE);
    let plan = ipvsctl("plan --all --keep-weights -", WANTED).out;
    load(&plan);
    assert_eq!(ipvsadm("-Sn", "").out, WANTED.replace("10.0.1.1:80 -m -w 1", "10.0.1.1:80 -m -w 7"));
    assert_eq!(ipvsctl("plan --all --keep-weights -", WANTED).out, "");
}

#[test]
fn what_the_kernel_refuses_is_told_and_the_rest_is_done() {
    let Some(_lab) = Lab::enter() else { return };
    let wanted = "-A -t 10.0.0.1:80 -s nosuch\n-A -t 10.0.0.2:80 -s rr\n";
    let Said { status, out, err } = ipvsctl("apply -", wanted);
    assert_eq!((status, out.as_str()), (1, "-A -t 10.0.0.2:80 -s rr\n"));
    assert!(err.contains("scheduler nosuch is not loaded") && err.contains("modprobe ip_vs_nosuch"), "{err}");
    assert!(err.contains("1 of 2 changes were refused"), "{err}");
}

#[test]
fn whoever_may_not_is_told_which_right_is_missing() {
    let Some(_lab) = Lab::enter() else { return };
    for (way, told) in [
        ("setpriv --bounding-set -net_admin --inh-caps -net_admin --", "this process has no CAP_NET_ADMIN"),
        ("unshare --user --map-root-user --net --", "has its rights in a user namespace only"),
    ] {
        for line in ["list", "-A -t 192.0.2.1:80"] {
            let Said { status, err, .. } = by_way_of(way, line);
            assert!(
                status != 0 && err.contains("not permitted") && err.contains(told),
                "{way} {line}: {err}"
            );
        }
    }
}

#[test]
fn a_file_that_says_something_else_than_a_table_is_refused_as_a_whole() {
    let Some(_lab) = Lab::enter() else { return };
    let Said { status, err, .. } = ipvsctl("apply -", "-A -t 10.0.0.1:80 -s rr\n-C\n");
    assert_eq!(status, 1);
    assert!(err.contains("line 2: "), "{err}");
    assert_eq!(ipvsadm("-Sn", "").out, "");
    assert_eq!(ipvsctl("plan /nosuch", "").status, 1);
    assert_eq!(ipvsctl("plan", "").status, 64);
}

#[test]
fn json_has_what_the_listing_has() {
    let Some(_lab) = Lab::enter() else { return };
    load(
        "-A -u 192.0.2.4:5061 -s sh -p 60 -M 255.255.0.0 --pe sip -o -b sh-fallback,flag-3\n\
         -a -u 192.0.2.4:5061 -r 10.0.0.1:5060 -m -w 3 -x 9 -y 5\n-A -f 4294967295 -6 -s rr -p 9 -M 64\n\
         -a -f 4294967295 -6 -r 10.0.0.2 -i --tun-type gue --tun-port 6080 --tun-remcsum\n",
    );
    let listing: serde_json::Value = serde_json::from_str(&printed("list --json", "")).expect("JSON");
    assert_eq!(listing["version"], "1.2.1");
    let mark = &listing["services"][0];
    assert_eq!((&mark["firewall_mark"], &mark["family"]), (&4_294_967_295_u32.into(), &"ipv6".into()));
    assert_eq!(mark["persistence"]["prefix_length"], 64);
    let server = &mark["destinations"][0];
    assert_eq!(server["forward"], "tunnel");
    assert_eq!(server["tunnel"], serde_json::json!({ "type": "gue", "port": 6080, "checksum": "remote" }));
    let sip = &listing["services"][1];
    assert_eq!(
        (&sip["protocol"], &sip["address"], &sip["port"]),
        (&"udp".into(), &"192.0.2.4".into(), &5061.into())
    );
    assert_eq!(sip["scheduler_flags"], serde_json::json!(["sh-fallback", "flag-3"]));
    assert_eq!(sip["persistence"], serde_json::json!({ "timeout_s": 60, "mask": "255.255.0.0" }));
    assert_eq!((&sip["engine"], &sip["one_packet"]), (&"sip".into(), &true.into()));
    assert_eq!(sip["destinations"][0]["upper_threshold"], 9);

    let rows: serde_json::Value = serde_json::from_str(&printed("stats --json", "")).expect("JSON");
    assert_eq!(rows.as_array().map(Vec::len), Some(4));
    assert_eq!(rows[3]["destination"], "10.0.0.1:5060");
    assert_eq!(rows[3]["service"]["port"], 5061);
}
