//! Requests, attribute by attribute, so that they can be wrong.

/// Numbers of `linux/ip_vs.h`.
pub(crate) mod cmd {
    pub(crate) const NEW_SERVICE: u8 = 1;
    pub(crate) const SET_SERVICE: u8 = 2;
    pub(crate) const DEL_SERVICE: u8 = 3;
    pub(crate) const GET_SERVICE: u8 = 4;
    pub(crate) const NEW_DEST: u8 = 5;
    pub(crate) const SET_DEST: u8 = 6;
    pub(crate) const DEL_DEST: u8 = 7;
    pub(crate) const GET_DEST: u8 = 8;
    pub(crate) const NEW_DAEMON: u8 = 9;
    pub(crate) const DEL_DAEMON: u8 = 10;
    pub(crate) const GET_DAEMON: u8 = 11;
    pub(crate) const SET_CONFIG: u8 = 12;
    pub(crate) const GET_CONFIG: u8 = 13;
    pub(crate) const GET_INFO: u8 = 15;
    pub(crate) const ZERO: u8 = 16;
    pub(crate) const FLUSH: u8 = 17;
}

pub(crate) mod svc {
    pub(crate) const AF: u16 = 1;
    pub(crate) const PROTOCOL: u16 = 2;
    pub(crate) const ADDR: u16 = 3;
    pub(crate) const PORT: u16 = 4;
    pub(crate) const FWMARK: u16 = 5;
    pub(crate) const SCHED_NAME: u16 = 6;
    pub(crate) const FLAGS: u16 = 7;
    pub(crate) const TIMEOUT: u16 = 8;
    pub(crate) const NETMASK: u16 = 9;
    pub(crate) const PE_NAME: u16 = 11;
}

pub(crate) mod dest {
    pub(crate) const ADDR: u16 = 1;
    pub(crate) const PORT: u16 = 2;
    pub(crate) const FWD_METHOD: u16 = 3;
    pub(crate) const WEIGHT: u16 = 4;
    pub(crate) const U_THRESH: u16 = 5;
    pub(crate) const L_THRESH: u16 = 6;
    pub(crate) const ADDR_FAMILY: u16 = 11;
    pub(crate) const TUN_TYPE: u16 = 13;
    pub(crate) const TUN_PORT: u16 = 14;
    pub(crate) const TUN_FLAGS: u16 = 15;
}

pub(crate) mod daemon {
    pub(crate) const STATE: u16 = 1;
    pub(crate) const MCAST_IFN: u16 = 2;
    pub(crate) const SYNC_ID: u16 = 3;
    pub(crate) const SYNC_MAXLEN: u16 = 4;
    pub(crate) const MCAST_GROUP: u16 = 5;
    pub(crate) const MCAST_GROUP6: u16 = 6;
    pub(crate) const MCAST_PORT: u16 = 7;
    pub(crate) const MCAST_TTL: u16 = 8;
}

pub(crate) const SERVICE: u16 = 1;
pub(crate) const DEST: u16 = 2;
pub(crate) const DAEMON: u16 = 3;
pub(crate) const TIMEOUT_TCP: u16 = 4;
pub(crate) const TIMEOUT_TCP_FIN: u16 = 5;
pub(crate) const TIMEOUT_UDP: u16 = 6;

pub(crate) const NLM_F_REQUEST: u16 = 1;
pub(crate) const NLM_F_ACK: u16 = 4;
pub(crate) const NLM_F_DUMP: u16 = 0x300;

/// The attributes of one level.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Level(Vec<(u16, Vec<u8>)>);

impl Level {
    pub(crate) fn octets(mut self, kind: u16, octets: &[u8]) -> Self {
        match self.0.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, place)) => *place = octets.to_vec(),
            None => self.0.push((kind, octets.to_vec())),
        }
        self
    }

    pub(crate) fn u8(self, kind: u16, value: u8) -> Self {
        self.octets(kind, &[value])
    }

    pub(crate) fn u16(self, kind: u16, value: u16) -> Self {
        self.octets(kind, &value.to_ne_bytes())
    }

    pub(crate) fn u32(self, kind: u16, value: u32) -> Self {
        self.octets(kind, &value.to_ne_bytes())
    }

    pub(crate) fn name(self, kind: u16, name: &str) -> Self {
        self.octets(kind, &[name.as_bytes(), &[0]].concat())
    }

    pub(crate) fn nest(self, kind: u16, inner: &Level) -> Self {
        self.octets(kind, &inner.encoded())
    }

    pub(crate) fn without(mut self, kind: u16) -> Self {
        self.0.retain(|(known, _)| *known != kind);
        self
    }

    /// Only the first of them.
    pub(crate) fn first(mut self, count: usize) -> Self {
        self.0.truncate(count);
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn kind(&self, index: usize) -> Option<u16> {
        self.0.get(index).map(|(kind, _)| *kind)
    }

    pub(crate) fn encoded(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (kind, payload) in &self.0 {
            let length = u16::try_from(payload.len() + 4).expect("short");
            out.extend(length.to_ne_bytes());
            out.extend(kind.to_ne_bytes());
            out.extend(payload);
            out.resize(out.len().next_multiple_of(4), 0);
        }
        out
    }
}

/// One message to IPVS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Ask {
    pub(crate) command: u8,
    pub(crate) dump: bool,
    pub(crate) attributes: Level,
}

impl Ask {
    pub(crate) fn new(command: u8, attributes: Level) -> Self {
        Self { command, dump: false, attributes }
    }

    pub(crate) fn dump(command: u8, attributes: Level) -> Self {
        Self { command, dump: true, attributes }
    }

    /// With an acknowledgement, as most messages of this suite.
    pub(crate) fn encode(&self, family: u16, sequence: u32, out: &mut Vec<u8>) {
        self.encode_with(family, NLM_F_ACK, sequence, out);
    }

    /// With these flags beside those that every request has.
    pub(crate) fn encode_with(&self, family: u16, flags: u16, sequence: u32, out: &mut Vec<u8>) {
        let flags = NLM_F_REQUEST | flags | if self.dump { NLM_F_DUMP } else { 0 };
        let mut payload = vec![self.command, 1, 0, 0];
        payload.extend(self.attributes.encoded());
        message(family, flags, sequence, &payload, out);
    }
}

pub(crate) fn message(kind: u16, flags: u16, sequence: u32, payload: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(16 + payload.len()).expect("short");
    out.extend(length.to_ne_bytes());
    out.extend(kind.to_ne_bytes());
    out.extend(flags.to_ne_bytes());
    out.extend(sequence.to_ne_bytes());
    out.extend([0; 4]);
    out.extend(payload);
    out.resize(out.len().next_multiple_of(4), 0);
}
