//! The timeline as a picture (SVG): a lane for who holds the address, one for each router.

use core::fmt::{self, Write as _};

use vrrp_proto::Priority;

use crate::holders::{holders, states};
use crate::machine::{StateKind, state_word};
use crate::router::Power;
use crate::time::Time;
use crate::timeline::{Happening, Timeline};

const LEFT: f64 = 190.0;
const WIDTH: f64 = 1000.0;
const TOP: f64 = 96.0;
const LANE: f64 = 30.0;
const STEP: f64 = 40.0;
const LINE: f64 = 18.0;

const STYLE: &str = "text{font:13px sans-serif;fill:#222}.t{font-size:17px;font-weight:bold}\
.s{font-size:11px;fill:#555}.n{font-size:12px;fill:#fff;stroke:#174d31;stroke-width:3px;paint-order:stroke}.g{stroke:#ddd}.m{stroke:#b00;stroke-dasharray:4 3}\
.bad{fill:#b00;font-weight:bold}";

/// Pens for what is drawn: name, colour.
const MASTER: &str = "#2e8b57";
const BACKUP: &str = "#9cc3e6";
const FAULT: &str = "#f0a030";
const OFF: &str = "#e4e4e4";
const TWO: &str = "#d03030";

const fn colour(power: Power, state: StateKind) -> &'static str {
    match (power, state) {
        (Power::Off, _) | (_, StateKind::Initialize) => OFF,
        (_, StateKind::Fault) => FAULT,
        (_, StateKind::Backup) => BACKUP,
        (_, StateKind::Master) => MASTER,
    }
}

impl Timeline {
    /// The timeline as a picture that explains itself.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = Chart { timeline: self, lane: TOP, out: &mut out }.draw();
        out
    }
}

struct Chart<'a> {
    timeline: &'a Timeline,
    /// The upper edge of the next lane.
    lane: f64,
    out: &'a mut String,
}

impl Chart<'_> {
    fn draw(&mut self) -> fmt::Result {
        let mut groups: Vec<usize> = self.timeline.lanes.iter().map(|lane| lane.group).collect();
        groups.dedup();
        groups.sort_unstable();
        groups.dedup();
        let marks = self.marks();
        let count = |length: usize| f64::from(u32::try_from(length).unwrap_or(u32::MAX));
        let bottom = TOP + STEP * count(self.timeline.lanes.len() + groups.len());
        let height = bottom + 84.0 + LINE * count(marks.len());
        let full = LEFT + WIDTH + 30.0;
        writeln!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {full:.0} {height:.0}\" \
             width=\"{full:.0}\" height=\"{height:.0}\"><style>{STYLE}</style>"
        )?;
        let hatch = "<defs><pattern id=\"ice\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" \
                     patternTransform=\"rotate(45)\"><rect width=\"3\" height=\"8\" fill=\"#fff\" \
                     fill-opacity=\"0.75\"/></pattern></defs>";
        writeln!(self.out, "{hatch}<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>")?;
        writeln!(self.out, "<text class=\"t\" x=\"14\" y=\"26\">{}</text>", escape(&self.timeline.title))?;
        self.legend()?;
        self.axis(bottom)?;
        for group in groups {
            self.owners(group)?;
            for lane in 0..self.timeline.lanes.len() {
                if self.timeline.lanes.get(lane).is_some_and(|lane| lane.group == group) {
                    self.router(lane)?;
                }
            }
        }
        self.explain(&marks, bottom)?;
        writeln!(self.out, "</svg>")
    }

    fn x(&self, at: Time) -> f64 {
        let end = self.timeline.end.since_start().as_secs_f64().max(1e-9);
        LEFT + WIDTH * (at.since_start().as_secs_f64() / end).min(1.0)
    }

    fn legend(&mut self) -> fmt::Result {
        let mut x = 14.0;
        let entries = [
            (MASTER, "master", 78.0),
            (BACKUP, "backup", 80.0),
            (FAULT, "fault", 66.0),
            (OFF, "not running / nobody", 158.0),
            (TWO, "held by two", 106.0),
        ];
        for (fill, word, width) in entries {
            writeln!(
                self.out,
                "<rect x=\"{x}\" y=\"40\" width=\"14\" height=\"14\" fill=\"{fill}\"/>\
                 <text x=\"{}\" y=\"52\">{word}</text>",
                x + 19.0
            )?;
            x += width;
        }
        writeln!(
            self.out,
            "<rect x=\"{x}\" y=\"40\" width=\"14\" height=\"14\" fill=\"{MASTER}\"/>\
             <rect x=\"{x}\" y=\"40\" width=\"14\" height=\"14\" fill=\"url(#ice)\"/>\
             <text x=\"{}\" y=\"52\">frozen</text>",
            x + 19.0
        )?;
        x += 78.0;
        writeln!(
            self.out,
            "<path d=\"M{x} 42v12m5 -12v12m5 -12v12\" stroke=\"#000\"/><text x=\"{}\" y=\"52\">advertisement\
             </text><path d=\"M{} 40v14\" stroke=\"{TWO}\" stroke-width=\"3\"/>\
             <text x=\"{}\" y=\"52\">priority 0</text><path class=\"m\" d=\"M{} 40v14\"/>\
             <text x=\"{}\" y=\"52\">done from outside, see below</text>",
            x + 15.0,
            x + 115.0,
            x + 122.0,
            x + 200.0,
            x + 207.0
        )
    }

    fn axis(&mut self, bottom: f64) -> fmt::Result {
        let end = self.timeline.end.since_start().as_secs_f64();
        let steps = [0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 3600.0];
        let step = steps.into_iter().find(|step| end / step <= 25.0).unwrap_or(end / 10.0);
        let mut number = 0.0;
        while number * step <= end + 1e-9 {
            let x = LEFT + WIDTH * number * step / end.max(1e-9);
            let label = (number * step * 1000.0).round() / 1000.0;
            writeln!(
                self.out,
                "<path class=\"g\" d=\"M{x:.1} {}V{:.1}\"/><text class=\"s\" text-anchor=\"middle\" x=\"{x:.1}\" \
                 y=\"{:.1}\">{label} s</text>",
                TOP - 6.0,
                bottom + 4.0,
                bottom + 18.0
            )?;
            number += 1.0;
        }
        Ok(())
    }

    fn label(&mut self, first: &str, second: &str) -> fmt::Result {
        let y = self.lane;
        writeln!(
            self.out,
            "<text x=\"14\" y=\"{:.1}\">{}</text><text class=\"s\" x=\"14\" y=\"{:.1}\">{}</text>",
            y + 13.0,
            escape(first),
            y + 27.0,
            escape(second)
        )
    }

    fn bar(&mut self, from: Time, to: Time, fill: &str, title: &str) -> fmt::Result {
        let (x, end, y) = (self.x(from), self.x(to), self.lane);
        let width = (end - x).max(0.6);
        writeln!(
            self.out,
            "<rect x=\"{x:.2}\" y=\"{y:.1}\" width=\"{width:.2}\" height=\"{LANE}\" fill=\"{fill}\" stroke=\"#fff\" \
             stroke-width=\"0.6\"><title>{}: {from} – {to}</title></rect>",
            escape(title)
        )
    }

    fn owners(&mut self, group: usize) -> fmt::Result {
        let timeline = self.timeline;
        let Some(lane) = timeline.lanes.iter().find(|lane| lane.group == group) else { return Ok(()) };
        self.label("who has the address", &format!("VRID {} on {}", lane.vrid, lane.lan))?;
        for segment in holders(timeline, group) {
            let name = |(router, frozen): &(usize, bool)| {
                format!("{}{}", timeline.name(*router), if *frozen { " (frozen)" } else { "" })
            };
            let names: Vec<_> = segment.what.iter().map(name).collect();
            let acting = segment.what.iter().filter(|(_, frozen)| !frozen).count();
            let fill = match (acting, names.len()) {
                (_, 0) => OFF,
                (0 | 1, _) => MASTER,
                _ => TWO,
            };
            let names = if names.is_empty() { "nobody".to_owned() } else { names.join(" + ") };
            self.bar(segment.from, segment.to, fill, &names)?;
            if acting == 0 && !segment.what.is_empty() {
                self.bar(segment.from, segment.to, "url(#ice)", &names)?;
            }
            // Who acts, if there is not room for all.
            let acting = segment.what.iter().filter(|(_, frozen)| !frozen).map(name).collect::<Vec<_>>();
            let names = if acting.is_empty() { names } else { acting.join(" + ") };
            let (x, end) = (self.x(segment.from), self.x(segment.to));
            let letters = f64::from(u32::try_from(names.len()).unwrap_or(u32::MAX));
            if end - x > 7.5 * letters + 6.0 && !segment.what.is_empty() {
                let y = self.lane + 20.0;
                let names = escape(&names);
                writeln!(self.out, "<text class=\"n\" x=\"{:.1}\" y=\"{y:.1}\">{names}</text>", x + 5.0)?;
            }
        }
        self.lane += STEP;
        Ok(())
    }

    fn router(&mut self, number: usize) -> fmt::Result {
        let timeline = self.timeline;
        let Some(lane) = timeline.lanes.get(number) else { return Ok(()) };
        self.label(&lane.name, &format!("{}, priority {}", lane.address, lane.priority))?;
        for segment in states(timeline, number) {
            let (power, state) = segment.what;
            let word = if power == Power::Off { "not running" } else { state_word(state) };
            self.bar(segment.from, segment.to, colour(power, state), word)?;
            if power == Power::Frozen {
                self.bar(segment.from, segment.to, "url(#ice)", &format!("frozen as {word}"))?;
            }
        }
        self.adverts(number)?;
        self.lane += STEP;
        Ok(())
    }

    /// Ticks, at most one of a kind for each half pixel.
    fn adverts(&mut self, number: usize) -> fmt::Result {
        let (mut ordinary, mut release) = (String::new(), String::new());
        let (mut last, mut last_release) = (f64::MIN, f64::MIN);
        let (top, bottom) = (self.lane + LANE - 9.0, self.lane + LANE);
        for record in &self.timeline.records {
            let Happening::Sent { router, priority } = record.what else { continue };
            let x = self.x(record.at);
            if router != number {
                continue;
            }
            if priority == Priority::RELEASE {
                if x - last_release >= 0.5 {
                    last_release = x;
                    write!(release, "M{x:.1} {:.1}V{bottom:.1}", self.lane)?;
                }
            } else if x - last >= 0.5 {
                last = x;
                write!(ordinary, "M{x:.1} {top:.1}V{bottom:.1}")?;
            }
        }
        if !ordinary.is_empty() {
            writeln!(self.out, "<path d=\"{ordinary}\" stroke=\"#000\"/>")?;
        }
        if !release.is_empty() {
            writeln!(self.out, "<path d=\"{release}\" stroke=\"{TWO}\" stroke-width=\"3\"/>")?;
        }
        Ok(())
    }

    /// What was done from outside and what failed, things at the same time in one.
    fn marks(&self) -> Vec<(Time, String, bool)> {
        let mut marks: Vec<(Time, String, bool)> = Vec::new();
        for record in &self.timeline.records {
            let (words, bad) = match &record.what {
                Happening::Done(action) => (action.to_string(), false),
                Happening::Failed(failure) => {
                    (format!("EXPECTED: {}; but {}", failure.expected, failure.actual), true)
                }
                Happening::Broke { router, law } => {
                    (format!("BROKEN LAW: {} — {law}", self.timeline.name(*router)), true)
                }
                Happening::Power { .. }
                | Happening::Changed { .. }
                | Happening::Sent { .. }
                | Happening::Addresses { .. }
                | Happening::Announced { .. }
                | Happening::Told { .. }
                | Happening::Refused { .. } => continue,
            };
            match marks.last_mut() {
                Some((at, text, was_bad)) if *at == record.at && *was_bad == bad => {
                    text.push_str("; ");
                    text.push_str(&words);
                }
                _ => marks.push((record.at, words, bad)),
            }
        }
        marks
    }

    fn explain(&mut self, marks: &[(Time, String, bool)], bottom: f64) -> fmt::Result {
        let mut y = bottom + 48.0;
        for ((at, words, bad), number) in marks.iter().zip(1..) {
            let x = self.x(*at);
            let class = if *bad { " class=\"bad\"" } else { "" };
            let top = TOP - 6.0;
            writeln!(
                self.out,
                "<path class=\"m\" d=\"M{x:.1} {top}V{:.1}\"/><text{class} text-anchor=\"middle\" x=\"{x:.1}\" \
                 y=\"{:.1}\">{number}</text><text{class} x=\"14\" y=\"{y:.1}\">{number}  at {at}: {}</text>",
                bottom + 4.0,
                top - 5.0 - if number % 2 == 0 { 11.0 } else { 0.0 },
                escape(words)
            )?;
            y += LINE;
        }
        Ok(())
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
