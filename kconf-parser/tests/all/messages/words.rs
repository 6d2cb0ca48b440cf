//! Keywords: misspelt, in the wrong place, gone, newer.

use super::{instance, page, server, snapshot};

#[test]
fn misspelt_and_misplaced_keywords() {
    let typo = instance("priorty 150");
    let case = instance("Priority 150");
    let colon = instance("priority: 150");
    let equals = instance("priority=150");
    let semicolon = instance("nopreempt;");
    let slashes = instance("// the main node\npriority 150");
    let script_in_instance = instance("script \"/bin/true\"");
    let vrid_in_globals =
        format!("global_defs {{\n    virtual_router_id 51\n}}\n{}", instance("priority 100"));
    let globals_in_instance = format!(
        "global_defs {{\n    router_id lb1\n}}\n{}",
        instance("vrrp_garp_master_delay 1\nenable_script_security")
    );
    let auth_outside = instance("auth_pass secret");
    let unknown_block = instance("virtual_address {\n    192.0.2.9\n}\npriority 100");
    let misspelt_block = instance("track_scripts {\n    check\n}\npriority 100");
    let check = server("    TCP_CHEKC {\n        connect_timeout 3\n    }");
    let connect_port = server("    TCP_CHECK {\n        connetc_port 80\n    }");
    let nat_mask = "virtual_server 192.0.2.1 80 {\n    lb_algo rr\n    lb_kind NAT\n    nat_mask 255.255.255.0\n    protocol TCP\n    real_server 10.0.0.1 80 {\n    }\n}\n";
    let retry =
        server("    HTTP_GET {\n        url {\n            path /\n        }\n        nb_get_retry 3\n    }");
    snapshot(
        "words",
        &page(&[
            ("a misspelt keyword", &typo),
            ("a keyword in the wrong case", &case),
            ("a colon behind a keyword", &colon),
            ("an equals sign", &equals),
            ("a semicolon behind a keyword", &semicolon),
            ("a comment of another language", &slashes),
            ("a keyword of another block", &script_in_instance),
            ("a keyword of an instance in global_defs", &vrid_in_globals),
            ("keywords of global_defs in an instance", &globals_in_instance),
            ("auth_pass without its block", &auth_outside),
            ("an unknown block in an instance", &unknown_block),
            ("a misspelt block in an instance", &misspelt_block),
            ("a misspelt block at the top level", "vvrp_script check {\n    script \"/bin/true\"\n}\n"),
            ("a misspelt check", &check),
            ("a misspelt keyword of a check", &connect_port),
            ("a keyword that is gone", nat_mask),
            ("a keyword with a new name", &retry),
            ("prose", "this is not a configuration\n"),
        ]),
    );
}
