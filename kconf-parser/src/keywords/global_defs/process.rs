//! `global_defs`: processes: names, priorities, memory, scheduling.

use crate::keywords::build::{MAX, counted, flag, number, optional, required, wanted};
use crate::keywords::{Keyword, Takes, Unit};

/// Keywords of `global_defs`.
pub(super) const KEYWORDS: &[Keyword] = &[
    wanted("bfd_cpu_affinity", Takes::Special("CPU…"), "Processors on which the BFD process may run.")
        .since(2, 0, 17),
    flag("bfd_no_swap", "Keeps the BFD process in memory.").since(2, 0, 0),
    wanted("bfd_priority", number(-20, 19), "Nice value of the BFD process; negative runs first.")
        .since(2, 0, 0),
    required("bfd_process_name", Takes::Text("NAME"), "Name of the BFD process in the process list.")
        .or("keepalived_bfd")
        .since(2, 0, 16),
    required(
        "bfd_rlimit_rtime",
        counted(1, MAX, Unit::Microseconds),
        "Former spelling of bfd_rlimit_rttime.",
    )
    .since(2, 0, 0)
    .instead("bfd_rlimit_rttime"),
    required(
        "bfd_rlimit_rttime",
        counted(1, MAX, Unit::Microseconds),
        "Processor time between two waits of the BFD process in real time; 1 counts as 2.",
    )
    .or("10000")
    .since(2, 1, 0),
    wanted("bfd_rt_priority", number(1, 99), "Runs the BFD process in real time with this priority.")
        .since(2, 0, 0),
    wanted(
        "checker_cpu_affinity",
        Takes::Special("CPU…"),
        "Processors on which the checker process may run.",
    )
    .since(2, 0, 17),
    flag("checker_no_swap", "Keeps the checker process in memory.").since(1, 2, 20),
    wanted("checker_priority", number(-20, 19), "Nice value of the checker process; negative runs first.")
        .since(1, 2, 20),
    required("checker_process_name", Takes::Text("NAME"), "Name of the checker process in the process list.")
        .or("keepalived_ipvs")
        .since(2, 2, 0),
    required(
        "checker_rlimit_rtime",
        counted(1, MAX, Unit::Microseconds),
        "Former spelling of checker_rlimit_rttime.",
    )
    .since(2, 0, 0)
    .instead("checker_rlimit_rttime"),
    required(
        "checker_rlimit_rttime",
        counted(1, MAX, Unit::Microseconds),
        "Processor time between two waits of the checker process in real time; 1 counts as 2.",
    )
    .or("10000")
    .since(2, 1, 0),
    wanted("checker_rt_priority", number(1, 99), "Runs the checker process in real time with this priority.")
        .since(2, 0, 0),
    required("lvs_process_name", Takes::Text("NAME"), "Former name of checker_process_name.")
        .since(2, 0, 16)
        .instead("checker_process_name"),
    optional(
        "max_auto_priority",
        number(-1, 99),
        "Highest real-time priority a late process gives itself; 0: none, -1: and silently.",
    )
    .or("0")
    .since(2, 1, 0),
    wanted(
        "min_auto_priority_delay",
        counted(1, 10_000_000, Unit::Microseconds),
        "How late a process must wake up before it raises its priority.",
    )
    .or("1000000")
    .since(2, 1, 0),
    required("process_name", Takes::Text("NAME"), "Name of the parent process in the process list.")
        .or("keepalived")
        .since(2, 0, 16),
    flag("process_names", "Names all processes in the process list by what they do.").since(2, 0, 16),
    wanted("vrrp_cpu_affinity", Takes::Special("CPU…"), "Processors on which the VRRP process may run.")
        .since(2, 0, 17),
    flag("vrrp_no_swap", "Keeps the VRRP process in memory.").since(1, 2, 20),
    wanted("vrrp_priority", number(-20, 19), "Nice value of the VRRP process; negative runs first.")
        .since(1, 2, 20),
    required("vrrp_process_name", Takes::Text("NAME"), "Name of the VRRP process in the process list.")
        .or("keepalived_vrrp")
        .since(2, 0, 16),
    required(
        "vrrp_rlimit_rtime",
        counted(1, MAX, Unit::Microseconds),
        "Former spelling of vrrp_rlimit_rttime.",
    )
    .since(2, 0, 0)
    .instead("vrrp_rlimit_rttime"),
    required(
        "vrrp_rlimit_rttime",
        counted(1, MAX, Unit::Microseconds),
        "Processor time between two waits of the VRRP process in real time; 1 counts as 2.",
    )
    .or("10000")
    .since(2, 1, 0),
    wanted("vrrp_rt_priority", number(1, 99), "Runs the VRRP process in real time with this priority.")
        .since(2, 0, 0),
];
