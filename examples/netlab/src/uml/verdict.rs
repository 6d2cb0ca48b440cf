//! What the guest tells the host at its end.

/// The file of the verdict, in the folder of the request.
pub(super) const STATUS: &str = "status";

/// How the guest's program fared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// It ended, with this wait status.
    Ended(i32),
    /// It could not be started, for this error number.
    Unstartable(Option<i32>),
    /// The guest could not be made ready for it.
    Failed(String),
}

impl Verdict {
    pub(super) fn encode(&self) -> String {
        match self {
            Self::Ended(status) => format!("ended {status}\n"),
            Self::Unstartable(errno) => format!("unstartable {}\n", errno.unwrap_or(0)),
            Self::Failed(reason) => format!("failed {reason}\n"),
        }
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` for anything cut short.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let (word, rest) = text.strip_suffix('\n')?.split_once(' ')?;
        match word {
            "ended" => Some(Self::Ended(rest.parse().ok()?)),
            "unstartable" => {
                let errno = rest.parse().ok()?;
                Some(Self::Unstartable((errno != 0).then_some(errno)))
            }
            "failed" => Some(Self::Failed(rest.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_survives_its_file_and_half_of_one_is_none() {
        let verdicts = [
            Verdict::Ended(256),
            Verdict::Unstartable(Some(2)),
            Verdict::Unstartable(None),
            Verdict::Failed("cannot mount /proc: no".into()),
        ];
        for verdict in verdicts {
            let text = verdict.encode();
            assert_eq!(Verdict::decode(&text), Some(verdict));
            assert_eq!(Verdict::decode(text.trim_end()), None);
        }
    }
}
