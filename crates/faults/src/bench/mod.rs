//! Measures on the real API server, as ratios of one run: absolute seconds swing with the machine, and most of all with
//! who else works on it.

mod pods;
pub mod recovery;
pub mod scale;
mod seed;
pub mod throughput;

use std::fmt;

/// What was measured, with how far apart the single measurements lie.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    samples: Vec<f64>,
}

impl Spread {
    pub fn push(&mut self, sample: f64) {
        self.samples.push(sample);
        self.samples.sort_by(f64::total_cmp);
    }

    pub fn longest(&self) -> f64 {
        self.samples.last().copied().unwrap_or(f64::NAN)
    }

    pub fn median(&self) -> f64 {
        let middle = self.samples.len() / 2;
        match self.samples.as_slice() {
            [] => f64::NAN,
            samples if samples.len() % 2 == 1 => samples[middle],
            samples => f64::midpoint(samples[middle - 1], samples[middle]),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(first), Some(last)) = (self.samples.first(), self.samples.last()) else { return write!(f, "none") };
        write!(f, "{:.2} ({first:.2} to {last:.2}, {} times)", self.median(), self.samples.len())
    }
}

/// A figure that must not be missed.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    AtMost(f64),
    AtLeast(f64),
}

/// Every bar of a run, printed as it is taken.
#[derive(Debug, Default)]
pub struct Verdict {
    missed: usize,
}

impl Verdict {
    pub fn take(&mut self, what: &str, figure: f64, bar: Bar) {
        // A figure that is none is no pass.
        let (passed, word, limit) = match bar {
            Bar::AtMost(limit) => (figure <= limit, "at most", limit),
            Bar::AtLeast(limit) => (figure >= limit, "at least", limit),
        };
        self.missed += usize::from(!passed);
        println!("{} {what}: {figure:.2}, {word} {limit}", if passed { "ok    " } else { "MISSED" });
    }

    pub fn passed(&self) -> bool {
        self.missed == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let mut spread = Spread::default();
        assert!(spread.median().is_nan());
        for (sample, median) in [(3.0, 3.0), (1.0, 2.0), (2.0, 2.0)] {
            spread.push(sample);
            assert!((spread.median() - median).abs() < f64::EPSILON);
        }
        assert_eq!(spread.to_string(), "2.00 (1.00 to 3.00, 3 times)");
    }

    #[test]
    fn what_was_not_measured_is_missed() {
        let mut verdict = Verdict::default();
        verdict.take("a figure", 1.0, Bar::AtMost(1.0));
        assert!(verdict.passed());
        verdict.take("none", f64::NAN, Bar::AtMost(1.0));
        assert!(!verdict.passed());
    }
}
