//! Parts of a configuration as JSON.

use kconf_parser::Value;
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

/// A part of a configuration, in the order of its definition. Times are seconds, what is not there is `null`, secrets are
/// `"********"`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain<'a>(pub(crate) &'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => serializer.serialize_i64(*number),
            Value::Time(time) if time.subsec_nanos() == 0 => serializer.serialize_u64(time.as_secs()),
            Value::Time(time) => serializer.serialize_f64(time.as_secs_f64()),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Secret(secret) => serializer.collect_str(secret),
            Value::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                values.iter().try_for_each(|value| list.serialize_element(&Plain(value)))?;
                list.end()
            }
            Value::Map(parts) => {
                let mut map = serializer.serialize_map(Some(parts.len()))?;
                parts.iter().try_for_each(|(name, value)| map.serialize_entry(name, &Plain(value)))?;
                map.end()
            }
            // And what a later version of the parser may bring.
            Value::Absent | _ => serializer.serialize_none(),
        }
    }
}

/// As text, with a line feed.
pub(crate) fn pretty(value: &impl Serialize) -> Result<String, crate::failure::Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| crate::failure::Failure::Usage(error.to_string()))
}
