//! The words of a route or rule, one after the other.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::names::{Wrapped, base_zero, decimal};
use crate::keywords::near;
use crate::lower::address::Interfaces;
use crate::lower::reader::{Reader, Statement, Word};
use crate::lower::value::parse;
use crate::model::{AddressFamily, AddressScope, IpName, Prefix, Realms};
use crate::routing_names::{RoutingNames, RoutingNumber};
use crate::{Diagnostic, Problem};

/// What was wrong has been reported, and makes the whole entry void.
pub(in crate::lower) struct Void;

/// An option, and where it is written.
pub(in crate::lower) struct Key<'t> {
    pub(in crate::lower) name: &'static str,
    pub(in crate::lower) word: Word<'t>,
}

/// A network, or `default`, which is of any family.
#[derive(Clone, Copy)]
pub(in crate::lower) enum Network {
    Any,
    V4(Prefix<Ipv4Addr>),
    V6(Prefix<Ipv6Addr>),
}

impl Network {
    pub(in crate::lower) const fn family(self) -> Option<AddressFamily> {
        match self {
            Self::Any => None,
            Self::V4(_) => Some(AddressFamily::V4),
            Self::V6(_) => Some(AddressFamily::V6),
        }
    }
}

/// Reads the words of one entry. Every method that gives [`Void`] has reported why.
pub(in crate::lower) struct Words<'r, 't> {
    pub(in crate::lower) reader: &'r mut Reader<'t>,
    pub(in crate::lower) interfaces: &'r Interfaces<'r>,
    line: Statement<'t>,
    next: usize,
    /// What a wrong value does.
    pub(in crate::lower) effect: &'static str,
    /// Fixed by the first address.
    pub(in crate::lower) family: Option<AddressFamily>,
}

impl<'r, 't> Words<'r, 't> {
    pub(in crate::lower) fn new(
        reader: &'r mut Reader<'t>,
        interfaces: &'r Interfaces<'r>,
        line: Statement<'t>,
        effect: &'static str,
    ) -> Self {
        Self { reader, interfaces, line, next: 0, effect, family: None }
    }

    pub(in crate::lower) fn peek(&self) -> Option<Word<'t>> {
        self.line.arg(self.next)
    }

    pub(in crate::lower) fn peek_second(&self) -> Option<Word<'t>> {
        self.line.arg(self.next + 1)
    }

    pub(in crate::lower) fn pop(&mut self) -> Option<Word<'t>> {
        let word = self.peek()?;
        self.next += 1;
        Some(word)
    }

    /// Takes the next word if it is `text`.
    pub(in crate::lower) fn take(&mut self, text: &str) -> Option<Word<'t>> {
        self.peek().filter(|word| *word.text == *text.as_bytes())?;
        self.pop()
    }

    /// The word behind an option. Without it keepalived stops reading.
    pub(in crate::lower) fn value(&mut self, key: &Key<'t>) -> Result<Word<'t>, Void> {
        let word = self.pop();
        word.ok_or_else(|| {
            self.reader.report(key.word.span, Problem::MissingArgument { keyword: key.name });
            Void
        })
    }

    /// Reports a word that is not what it should be.
    pub(in crate::lower) fn wrong(&mut self, word: &Word<'_>, expected: &'static str) -> Void {
        let effect = self.effect;
        self.reader.report(word.span, Problem::InvalidValue { value: word.string(), expected, effect });
        Void
    }

    /// The same with the option that was probably meant.
    pub(in crate::lower) fn wrong_option(
        &mut self,
        word: &Word<'_>,
        expected: &'static str,
        options: &[&str],
    ) -> Void {
        let (value, effect) = (word.string(), self.effect);
        let advice = near(options.iter().copied(), &value);
        let advice = advice.filter(|near| *near != value).map(|near| format!("did you mean '{near}'?"));
        let problem = Problem::InvalidValue { value, expected, effect };
        self.reader.advise(Diagnostic { suggestion: advice, ..Diagnostic::new(word.span, problem) });
        Void
    }

    pub(in crate::lower) fn deprecated(&mut self, key: &Key<'_>, advice: &str) {
        let problem = Problem::Deprecated { keyword: key.name };
        self.reader.advise(Diagnostic::new(key.word.span, problem).suggest(advice));
    }

    /// Reports something that does not fit; `reported` if `keepalived -t` does.
    pub(in crate::lower) fn adjust(
        &mut self,
        word: &Word<'_>,
        what: impl Into<String>,
        effect: &'static str,
        reported: bool,
    ) -> Void {
        let problem = Problem::Adjusted { what: what.into(), effect, reported };
        self.reader.report(word.span, problem);
        Void
    }

    /// The same about the whole entry, with advice.
    pub(in crate::lower) fn advise(
        &mut self,
        what: impl Into<String>,
        effect: &'static str,
        advice: impl Into<String>,
    ) -> Void {
        let problem = Problem::Adjusted { what: what.into(), effect, reported: true };
        self.reader.advise(Diagnostic::new(self.line.span(), problem).suggest(advice));
        Void
    }

    /// A decimal number from `min` to `max`.
    pub(in crate::lower) fn number<T: TryFrom<u64>>(
        &mut self,
        word: &Word<'_>,
        min: u64,
        max: u64,
    ) -> Result<T, Void> {
        let effect = self.effect;
        self.number_or(word, min, max, effect)
    }

    pub(in crate::lower) fn number_or<T: TryFrom<u64>>(
        &mut self,
        word: &Word<'_>,
        min: u64,
        max: u64,
        effect: &'static str,
    ) -> Result<T, Void> {
        let number = decimal(&word.text).filter(|number| (min..=max).contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            let (min, max) = (min.to_string(), max.to_string());
            self.reader.report(word.span, Problem::InvalidNumber { value: word.string(), min, max, effect });
            Void
        })
    }

    /// A number in decimal, octal (`0…`) or hexadecimal (`0x…`) form that ends where the word does. One that does not
    /// fit into 32 bits loses the upper ones, as in keepalived.
    fn wrapping(&mut self, word: &Word<'_>) -> Option<u32> {
        let Wrapped { number, exact, rest } = base_zero(&word.text)?;
        if !rest.is_empty() {
            return None;
        }
        if !exact {
            let what = format!("'{}' does not fit into 32 bits; it is read as {number}", word.string());
            self.adjust(word, what, "keepalived does not mention it", false);
        }
        Some(number)
    }

    /// A number of 32 bits in decimal, octal or hexadecimal form.
    pub(in crate::lower) fn number_base_zero(&mut self, word: &Word<'_>) -> Result<u32, Void> {
        let read = base_zero(&word.text).filter(|read| read.exact && read.rest.is_empty());
        read.map(|read| read.number).ok_or_else(|| {
            let (min, max) = ("0".to_owned(), u32::MAX.to_string());
            let (value, effect) = (word.string(), self.effect);
            self.reader.report(word.span, Problem::InvalidNumber { value, min, max, effect });
            Void
        })
    }

    /// A number or a name.
    pub(in crate::lower) fn named(
        &mut self,
        word: &Word<'_>,
        names: RoutingNames,
    ) -> Result<IpName<u32>, Void> {
        if let Some(number) = self.wrapping(word) {
            let valid = number <= names.max();
            return if valid { Ok(IpName::Number(number)) } else { Err(self.wrong(word, names.expected())) };
        }
        self.name(word, names)
    }

    /// A name.
    pub(in crate::lower) fn name(
        &mut self,
        word: &Word<'_>,
        names: RoutingNames,
    ) -> Result<IpName<u32>, Void> {
        let name = word.string();
        let number = match names.file() {
            Some(_) if self.interfaces.own_routing_names => RoutingNumber::Unchecked,
            Some(_) | None => self.interfaces.facts.routing_number(names, &name),
        };
        match number {
            RoutingNumber::Is(number) => Ok(IpName::Number(number)),
            RoutingNumber::Undefined => {
                names.built_in(&name).map(IpName::Number).ok_or_else(|| self.no_name(word, names))
            }
            RoutingNumber::Unchecked => match names.built_in(&name).or_else(|| names.usual(&name)) {
                Some(number) => Ok(IpName::Number(number)),
                None if names.may_be_added_to() && name.contains(|c: char| c.is_ascii_alphabetic()) => {
                    self.unchecked(word, names);
                    Ok(IpName::Name(name))
                }
                None => Err(self.no_name(word, names)),
            },
        }
    }

    fn no_name(&mut self, word: &Word<'_>, names: RoutingNames) -> Void {
        let known: Vec<&str> = names.known().collect();
        self.wrong_option(word, names.expected(), &known)
    }

    /// Reports a name that nobody has looked for if it looks like a misspelling of one that every host has.
    fn unchecked(&mut self, word: &Word<'_>, names: RoutingNames) {
        let name = word.string();
        if let Some(near) = near(names.known(), &name) {
            let what = format!("'{name}' is not a name that every host has");
            let effect = "it must be one that this host defines";
            let problem = Problem::Adjusted { what, effect, reported: false };
            self.reader
                .advise(Diagnostic::new(word.span, problem).suggest(format!("did you mean '{near}'?")));
        }
    }

    /// The same for numbers of one octet.
    pub(in crate::lower) fn named_octet(
        &mut self,
        word: &Word<'_>,
        names: RoutingNames,
    ) -> Result<IpName<u8>, Void> {
        match self.named(word, names)? {
            IpName::Number(number) => match u8::try_from(number) {
                Ok(number) => Ok(IpName::Number(number)),
                Err(_) => Err(self.wrong(word, names.expected())),
            },
            IpName::Name(name) => Ok(IpName::Name(name)),
        }
    }

    /// `tos`: 0 is as good as nothing.
    pub(in crate::lower) fn ds_field(&mut self, word: &Word<'_>) -> Result<Option<IpName<u8>>, Void> {
        let field = self.named_octet(word, RoutingNames::DsField)?;
        Ok(Some(field).filter(|field| *field != IpName::Number(0)))
    }

    pub(in crate::lower) fn scope(&mut self, word: &Word<'_>) -> Result<IpName<AddressScope>, Void> {
        Ok(match self.named_octet(word, RoutingNames::Scope)? {
            IpName::Number(number) => IpName::Number(AddressScope::from_number(number)),
            IpName::Name(name) => IpName::Name(name),
        })
    }

    /// `[SOURCE/]DESTINATION`; 0 is as good as nothing. IPv4 only.
    pub(in crate::lower) fn realms(&mut self, word: &Word<'_>) -> Result<Option<Realms>, Void> {
        let mut parts = word.text.splitn(2, |octet| *octet == b'/');
        let mut part = |parts: &mut dyn Iterator<Item = &[u8]>| {
            let text = parts.next()?;
            let part = Word { text: text.into(), span: word.span };
            Some(self.named_octet(&part, RoutingNames::Realm))
        };
        let first = part(&mut parts).transpose()?;
        let second = part(&mut parts).transpose()?;
        let (source, destination) = match second {
            Some(second) => (first, second),
            None => (None, first.unwrap_or(IpName::Number(0))),
        };
        let source = source.filter(|source| *source != IpName::Number(0));
        self.agree(word, Some(AddressFamily::V4), "possible in IPv6, which has no realms")?;
        let nothing = source.is_none() && destination == IpName::Number(0);
        Ok((!nothing).then_some(Realms { source, destination }))
    }

    /// The first word that tells the family fixes it.
    pub(in crate::lower) fn agree(
        &mut self,
        word: &Word<'_>,
        family: Option<AddressFamily>,
        expected: &'static str,
    ) -> Result<(), Void> {
        if self.family.is_some() && self.family != family {
            return Err(self.wrong(word, expected));
        }
        self.family = family;
        Ok(())
    }

    /// `inet` or `inet6`, behind which keepalived skips a word. Only one that says the same, or `harmless`, is no loss.
    pub(in crate::lower) fn family(
        &mut self,
        key: &Key<'t>,
        family: AddressFamily,
        harmless: &str,
    ) -> Result<(), Void> {
        self.agree(&key.word, Some(family), "the family of the addresses before it")?;
        let Some(skipped) = self.pop() else { return Ok(()) };
        if ![key.name, harmless].iter().any(|word| *word.as_bytes() == *skipped.text) {
            let problem = Problem::Adjusted {
                what: format!("keepalived skips the word behind '{}'", key.name),
                effect: "it has no effect",
                reported: false,
            };
            let advice =
                format!("leave '{}' out: an address tells the family, ::/0 if no other does", key.name);
            self.reader.advise(Diagnostic::new(skipped.span, problem).suggest(advice));
        }
        Ok(())
    }

    /// An address without a prefix length, of the entry's family.
    pub(in crate::lower) fn address(&mut self, word: &Word<'_>) -> Result<IpAddr, Void> {
        let address = self.any_address(word)?;
        self.agree(word, Some(AddressFamily::from(address)), "an address of the same family as the others")?;
        Ok(address)
    }

    pub(in crate::lower) fn any_address(&mut self, word: &Word<'_>) -> Result<IpAddr, Void> {
        parse(&word.text).ok_or_else(|| self.wrong(word, "an IP address without a prefix length"))
    }

    /// An address with or without a prefix length, or `default`.
    pub(in crate::lower) fn network(&mut self, word: &Word<'_>) -> Option<Network> {
        match &*word.text {
            b"default" | b"any" | b"all" => return Some(Network::Any),
            b"default6" => {
                let what = "'default6' is deprecated, and so is what keepalived advises instead";
                let problem =
                    Problem::Adjusted { what: what.into(), effect: "it means ::/0", reported: false };
                let finding = Diagnostic::new(word.span, problem).suggest("write '::/0'");
                self.reader.advise(finding.fix(word.span, "::/0"));
                return Some(Network::V6(Prefix::<Ipv6Addr>::ALL));
            }
            _ => {}
        }
        let mut parts = word.text.splitn(2, |octet| *octet == b'/');
        let address: IpAddr = parts.next().and_then(parse)?;
        let max = if address.is_ipv4() { 32 } else { 128 };
        let len = parts.next().map_or(max, |written| self.prefix_len(word, written, max));
        match address {
            IpAddr::V4(address) => Prefix::<Ipv4Addr>::new(address, len).map(Network::V4),
            IpAddr::V6(address) => Prefix::<Ipv6Addr>::new(address, len).map(Network::V6),
        }
    }

    fn prefix_len(&mut self, word: &Word<'_>, written: &[u8], max: u8) -> u8 {
        if let Some(len) = decimal(written).and_then(|len| u8::try_from(len).ok()).filter(|len| *len <= max) {
            return len;
        }
        // A daemon, unlike its configuration test, takes what it could read before the first strange character.
        let digits = written.iter().take_while(|octet| octet.is_ascii_digit()).count();
        let leading = written.get(..digits).filter(|digits| digits.len() < written.len());
        let leading = leading.filter(|_| !written.starts_with(b"-")).and_then(decimal);
        let leading = leading.and_then(|len| u8::try_from(len).ok()).filter(|len| *len <= max);
        let effect = match leading {
            Some(0) => "the prefix length is 0",
            Some(_) => "only the digits before count",
            None => "the whole address is its own prefix",
        };
        let (value, min) = (String::from_utf8_lossy(written).into_owned(), "0".to_owned());
        self.reader.report(word.span, Problem::InvalidNumber { value, min, max: max.to_string(), effect });
        leading.unwrap_or(max)
    }

    /// The name of an interface, which must exist.
    pub(in crate::lower) fn interface(&mut self, word: &Word<'_>) -> String {
        self.interfaces.check(self.reader, word);
        word.string()
    }

    /// The same for a `track_group`, which must be defined above.
    pub(in crate::lower) fn defined_above(&mut self, word: &Word<'_>) -> Option<String> {
        let name = word.string();
        if self.interfaces.track_groups.borrow().contains(&name) {
            return Some(name);
        }
        self.reader.report(word.span, Problem::Undefined { kind: "track_group above", name });
        None
    }
}
