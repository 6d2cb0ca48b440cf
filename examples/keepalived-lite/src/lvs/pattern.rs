//! `regex` of `HTTP_GET` and `SSL_GET`.

use healthcheck::{HttpRegex, RegexError, RegexOption, RegexPattern};
use kconf_parser::model;

/// What a page is searched for. `regex_stack` has no meaning here.
///
/// # Errors
///
/// [`RegexError`] names what PCRE2 may know and the search does not.
pub(crate) fn regex(written: &model::HttpRegex) -> Result<HttpRegex, RegexError> {
    let options: Vec<RegexOption> =
        written.options.iter().map(|option| option.word().parse()).collect::<Result<_, _>>()?;
    Ok(HttpRegex {
        no_match: written.no_match,
        min_offset: written.min_offset,
        max_offset: written.max_offset,
        ..HttpRegex::new(RegexPattern::new(&written.pattern, &options)?)
    })
}

#[cfg(test)]
mod tests {
    use kconf_parser::model::RegexOption as Written;

    use super::*;

    fn written(pattern: &str, options: &[Written]) -> model::HttpRegex {
        model::HttpRegex {
            pattern: pattern.to_owned(),
            options: options.to_vec(),
            no_match: true,
            min_offset: 3,
            max_offset: Some(9),
            stack: None,
        }
    }

    #[test]
    fn every_option_that_can_be_written_is_known() {
        for option in Written::ALL {
            let made = regex(&written("a", &[*option]));
            assert!(made.is_ok() || matches!(made, Err(RegexError::Option(_))), "{option:?}: {made:?}");
        }
    }

    #[test]
    fn what_belongs_to_a_pattern_goes_with_it() {
        let made = regex(&written("(?<=a)b", &[Written::Caseless])).unwrap();
        assert_eq!((made.no_match, made.min_offset, made.max_offset), (true, 3, Some(9)));
        assert_eq!(made.pattern.options(), [RegexOption::Caseless]);
    }

    #[test]
    fn what_is_refused_has_a_name() {
        let refused = regex(&written("a", &[Written::Dupnames])).unwrap_err();
        assert_eq!(refused.to_string(), "option 'dupnames' is not supported here");
    }
}
