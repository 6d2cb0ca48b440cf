//! A configuration as plain data, for dumps and for telling two of them apart.
//!
//! Each type of [`model`](crate::model) says below its definition what it consists of. A field that is forgotten there
//! does not compile. Secrets are masked here, so nothing made of this shows one.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::num::NonZeroU32;
use core::time::Duration;
use std::ffi::OsString;
use std::path::PathBuf;

/// A part of a configuration without its type. [`Display`](fmt::Display) shows it on one line.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing is written, and nothing stands for it.
    Absent,
    /// A switch.
    Flag(bool),
    /// A number.
    Number(i64),
    /// A time; written in seconds.
    Time(Duration),
    /// A word or a text.
    Text(String),
    /// What nobody must see.
    Secret(Secret),
    /// Several, in their order.
    List(Vec<Value>),
    /// Named parts, in the order of their definition.
    Map(Vec<(&'static str, Value)>),
}

/// A password or a key: it can be compared, and neither be read nor shown.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub(crate) fn new(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separated = |f: &mut fmt::Formatter<'_>, values: &[Self]| {
            for (index, value) in values.iter().enumerate() {
                write!(f, "{}{value}", if index == 0 { "" } else { ", " })?;
            }
            Ok(())
        };
        match self {
            Self::Absent => f.write_str("(none)"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Time(time) => write!(f, "{} s", time.as_secs_f64()),
            Self::Text(text) => f.write_str(text),
            Self::Secret(secret) => write!(f, "{secret}"),
            Self::List(values) => {
                f.write_str("[")?;
                separated(f, values)?;
                f.write_str("]")
            }
            Self::Map(parts) => {
                let written = parts.iter().filter(|(_, value)| *value != Self::Absent);
                for (index, (name, value)) in written.enumerate() {
                    write!(f, "{}{name} {value}", if index == 0 { "" } else { " " })?;
                }
                Ok(())
            }
        }
    }
}

/// What can be taken apart.
pub(crate) trait Describe {
    /// Its parts.
    fn describe(&self) -> Value;
}

/// Implements [`Describe`] for structures (`Type { field, field; skipped }`) and for enums of words
/// (`Type = Variant "word", …`).
macro_rules! describe {
    ($type:ident { $($field:ident),* $(,)? $(; $($skipped:ident),+ $(,)?)? }) => {
        impl $crate::describe::Describe for $type {
            fn describe(&self) -> $crate::describe::Value {
                let Self { $($field,)* $($($skipped: _,)+)? } = self;
                $crate::describe::Value::Map(vec![$((
                    stringify!($field),
                    $crate::describe::Describe::describe($field),
                ),)*])
            }
        }
    };
    ($type:ident = $($variant:ident $word:literal),+ $(,)?) => {
        impl $crate::describe::Describe for $type {
            fn describe(&self) -> $crate::describe::Value {
                $crate::describe::Value::Text(match self { $(Self::$variant => $word,)+ }.to_owned())
            }
        }
    };
}
pub(crate) use describe;

impl Describe for bool {
    fn describe(&self) -> Value {
        Value::Flag(*self)
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl Describe for $type {
            fn describe(&self) -> Value {
                // No number of a configuration needs more; one that did would be shown as the largest.
                Value::Number(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
    )+};
}
numbers!(u8, u16, u32, u64, usize, i8, i16, i32);

macro_rules! texts {
    ($($type:ty),+) => {$(
        impl Describe for $type {
            fn describe(&self) -> Value {
                Value::Text(self.to_string())
            }
        }
    )+};
}
texts!(String, &'static str, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr);

impl Describe for Duration {
    fn describe(&self) -> Value {
        Value::Time(*self)
    }
}

impl Describe for NonZeroU32 {
    fn describe(&self) -> Value {
        self.get().describe()
    }
}

impl Describe for OsString {
    fn describe(&self) -> Value {
        Value::Text(printable(self.as_encoded_bytes()))
    }
}

impl Describe for PathBuf {
    fn describe(&self) -> Value {
        self.clone().into_os_string().describe()
    }
}

/// An octet that is no UTF-8 is shown by its number, so that two different names never look the same.
fn printable(octets: &[u8]) -> String {
    let piece = |chunk: core::str::Utf8Chunk<'_>| {
        let invalid = chunk.invalid().iter().map(|octet| format!("\\x{octet:02x}"));
        core::iter::once(chunk.valid().to_owned()).chain(invalid).collect::<String>()
    };
    octets.utf8_chunks().map(piece).collect()
}

/// Two that belong together, such as a host and its port.
impl<A: Describe, B: Describe> Describe for (A, B) {
    fn describe(&self) -> Value {
        Value::List(vec![self.0.describe(), self.1.describe()])
    }
}

/// An MD5 sum.
impl Describe for [u8; 16] {
    fn describe(&self) -> Value {
        Value::Text(self.iter().map(|octet| format!("{octet:02x}")).collect())
    }
}

impl<T: Describe> Describe for Option<T> {
    fn describe(&self) -> Value {
        self.as_ref().map_or(Value::Absent, Describe::describe)
    }
}

impl<T: Describe> Describe for Box<T> {
    fn describe(&self) -> Value {
        self.as_ref().describe()
    }
}

impl<T: Describe> Describe for Vec<T> {
    fn describe(&self) -> Value {
        Value::List(self.iter().map(Describe::describe).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Link {
        name: String,
        up: Option<bool>,
        delay: Duration,
        place: u32,
    }
    describe!(Link { name, up, delay; place });

    enum Kind {
        Wire,
    }
    describe!(Kind = Wire "wire");

    #[test]
    fn a_structure_is_taken_apart_without_what_is_skipped() {
        let link = Link { name: "eth0".to_owned(), up: None, delay: Duration::from_secs(1), place: 7 };
        let parts = vec![
            ("name", Value::Text("eth0".to_owned())),
            ("up", Value::Absent),
            ("delay", Value::Time(Duration::from_secs(1))),
        ];
        assert_eq!(link.describe(), Value::Map(parts));
        assert_eq!((link.place, Kind::Wire.describe()), (7, Value::Text("wire".to_owned())));
    }
}
