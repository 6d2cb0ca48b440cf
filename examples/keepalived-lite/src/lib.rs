//! VRRP failover daemon.
