//! An IPv4 block.

use std::fmt;
use std::net::{AddrParseError, Ipv4Addr};
use std::str::FromStr;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cidr {
    base: Ipv4Addr,
    bits: u8,
}

impl Cidr {
    pub const fn new(base: Ipv4Addr, bits: u8) -> Self {
        Self { base, bits }
    }

    pub fn bits(self) -> u8 {
        self.bits
    }

    /// The n-th address of the block.
    pub fn host(self, number: u32) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.base.to_bits() + number)
    }

    pub fn overlaps(self, other: Self) -> bool {
        let mask = mask(self.bits.min(other.bits));
        self.base.to_bits() & mask == other.base.to_bits() & mask
    }
}

fn mask(bits: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

/// A bare address is a block of one.
impl FromStr for Cidr {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (base, bits) = text.split_once('/').unwrap_or((text, "32"));
        let base: Ipv4Addr = base.parse()?;
        // A length that is no number makes the whole text no block: let the address parser say so.
        match bits.parse() {
            Ok(bits) if bits <= 32 => Ok(Self { base, bits }),
            _ => text.parse::<Ipv4Addr>().map(|base| Self { base, bits: 32 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_meet_when_one_holds_the_other() {
        let block = |text: &str| text.parse::<Cidr>().unwrap();
        assert!(block("10.0.0.0/8").overlaps(block("10.240.1.0/30")));
        assert!(block("10.240.1.2").overlaps(block("10.240.1.0/30")));
        assert!(!block("10.240.1.4/30").overlaps(block("10.240.1.0/30")));
        assert!(block("0.0.0.0/0").overlaps(block("10.240.1.0/30")));
        assert!("10.0.0.0/33".parse::<Cidr>().is_err());
    }
}
