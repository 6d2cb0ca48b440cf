//! Typed parser for keepalived.conf.
