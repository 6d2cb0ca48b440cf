//! keepalived's statistics file, which both daemons write.

/// The text of `keepalived.stats` for a file with one instance.
#[derive(Clone, Debug)]
pub(crate) struct Statistics(String);

impl Statistics {
    /// Reads a file; nothing while it is still being written.
    pub(crate) fn complete(text: String) -> Option<Self> {
        let statistics = Self(text);
        statistics.find("Priority Zero", "Sent").map(|_| statistics)
    }

    /// The counter `name` of `section`.
    pub(crate) fn counter(&self, section: &str, name: &str) -> u64 {
        self.find(section, name).unwrap_or_else(|| panic!("no {section}: {name} in {}", self.0))
    }

    fn find(&self, section: &str, name: &str) -> Option<u64> {
        let mut lines = self.0.split_inclusive('\n').map(str::trim_start);
        lines.find(|line| line.trim_end().strip_suffix(':') == Some(section))?;
        // Sections are indented less than their counters and have no number.
        let own = lines.take_while(|line| !line.trim_end().ends_with(':'));
        let counters = own.filter_map(|line| line.strip_suffix('\n')?.split_once(": "));
        let (_, value) = counters.into_iter().find(|(found, _)| *found == name)?;
        value.trim().parse().ok()
    }
}
