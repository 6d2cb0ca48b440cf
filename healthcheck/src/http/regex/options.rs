//! `regex_options`.

use core::str::FromStr;

use super::RegexError;
use super::translate::Settings;

macro_rules! options {
    ($($(#[$doc:meta])* $variant:ident $word:literal),+ $(,)?) => {
        /// A word of `regex_options`: PCRE2's option of the same name.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum RegexOption {
            $($(#[$doc])* $variant,)+
        }

        impl RegexOption {
            /// Every option that keepalived knows.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As it is written.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

options!(
    /// `[]` matches nothing, `[^]` everything.
    AllowEmptyClass "allow_empty_class",
    /// Refused: escapes as in JavaScript.
    AltBsux "alt_bsux",
    /// Without effect: nobody is called.
    AutoCallout "auto_callout",
    /// Letters match in either case.
    Caseless "caseless",
    /// `$` matches at the very end only, not before a line feed that ends the body.
    DollarEndonly "dollar_endonly",
    /// `.` matches line feeds, too.
    Dotall "dotall",
    /// Refused: a name for several groups.
    Dupnames "dupnames",
    /// Blanks and comments in the pattern are passed over.
    Extended "extended",
    /// Refused: a match begins in the first line.
    Firstline "firstline",
    /// Refused: a reference to a group that did not match matches nothing at all.
    MatchUnsetBackref "match_unset_backref",
    /// `^` and `$` match at each line.
    Multiline "multiline",
    /// Not together with `ucp`.
    NeverUcp "never_ucp",
    /// Not together with `utf`.
    NeverUtf "never_utf",
    /// `(…)` is `(?:…)`.
    NoAutoCapture "no_auto_capture",
    /// Without effect: an optimisation less.
    NoAutoPossess "no_auto_possess",
    /// Without effect: an optimisation less.
    NoDotstarAnchor "no_dotstar_anchor",
    /// Without effect: an optimisation less.
    NoStartOptimize "no_start_optimize",
    /// `\d`, `\w`, `\s`, `\b` know all letters; only with `utf`.
    Ucp "ucp",
    /// `a*` takes as little as it can, `a*?` as much as it can.
    Ungreedy "ungreedy",
    /// The pattern and the body are UTF-8; a body that is not fails the check.
    Utf "utf",
    /// `\C` is refused.
    NeverBackslashC "never_backslash_c",
    /// `^` with `multiline` matches behind a line feed that ends the body, too.
    AltCircumflex "alt_circumflex",
    /// Without effect: there are no verbs.
    AltVerbnames "alt_verbnames",
    /// Without effect: keepalived sets no limit.
    UseOffsetLimit "use_offset_limit",
);

impl FromStr for RegexOption {
    type Err = RegexError;

    fn from_str(word: &str) -> Result<Self, RegexError> {
        Self::ALL.iter().copied().find(|option| option.word() == word).ok_or(RegexError::UnknownOption)
    }
}

impl Settings {
    /// What `options` say together.
    pub(super) fn of(options: &[RegexOption]) -> Result<Self, RegexError> {
        let mut settings = Self::default();
        for option in options {
            match option {
                RegexOption::AllowEmptyClass => settings.allow_empty_class = true,
                RegexOption::Caseless => settings.caseless = true,
                RegexOption::DollarEndonly => settings.dollar_endonly = true,
                RegexOption::Dotall => settings.dotall = true,
                RegexOption::Extended => settings.extended = true,
                RegexOption::Multiline => settings.multiline = true,
                RegexOption::NoAutoCapture => settings.no_auto_capture = true,
                RegexOption::Ucp => settings.ucp = true,
                RegexOption::Ungreedy => settings.ungreedy = true,
                RegexOption::Utf => settings.utf = true,
                RegexOption::NeverBackslashC => settings.never_backslash_c = true,
                RegexOption::AltCircumflex => settings.alt_circumflex = true,
                RegexOption::AltBsux
                | RegexOption::Dupnames
                | RegexOption::Firstline
                | RegexOption::MatchUnsetBackref => return Err(RegexError::Option(*option)),
                RegexOption::AutoCallout
                | RegexOption::NeverUcp
                | RegexOption::NeverUtf
                | RegexOption::NoAutoPossess
                | RegexOption::NoDotstarAnchor
                | RegexOption::NoStartOptimize
                | RegexOption::AltVerbnames
                | RegexOption::UseOffsetLimit => {}
            }
        }
        let contradicted = |yes, never| yes && options.contains(&never);
        if contradicted(settings.utf, RegexOption::NeverUtf) {
            return Err(RegexError::Option(RegexOption::NeverUtf));
        }
        // PCRE2 then takes octets for the characters of Latin-1.
        if settings.ucp && (!settings.utf || contradicted(true, RegexOption::NeverUcp)) {
            return Err(RegexError::Option(RegexOption::Ucp));
        }
        Ok(settings)
    }
}
