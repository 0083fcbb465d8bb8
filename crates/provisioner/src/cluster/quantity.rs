//! Kubernetes' quantities ("250m", "5Gi", "1e3", "123456789n") as whole numbers. Rounded up, as Kubernetes does.

const NANO: u128 = 1_000_000_000;

/// Thousandths of a core.
pub fn millicores(quantity: &str) -> Option<u64> {
    u64::try_from(nanos(quantity)?.div_ceil(NANO / 1000)).ok()
}

pub fn bytes(quantity: &str) -> Option<u64> {
    u64::try_from(nanos(quantity)?.div_ceil(NANO)).ok()
}

/// `None` for what is no quantity, is negative, or is past all machines.
fn nanos(quantity: &str) -> Option<u128> {
    let end = quantity.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(quantity.len());
    let (number, suffix) = quantity.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // Finer than a billionth is nothing that anybody measures.
    let fraction: u128 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let value = whole.checked_mul(NANO)?.checked_add(fraction)?;
    let (times, over) = scale(suffix)?;
    Some(value.checked_mul(times)?.div_ceil(over))
}

/// By what the suffix multiplies, and by what it divides.
fn scale(suffix: &str) -> Option<(u128, u128)> {
    let binary = |power: u32| Some((1024_u128.pow(power), 1));
    let decimal = |power: u32| Some((10_u128.pow(power), 1));
    match suffix {
        "n" => Some((1, NANO)),
        "u" => Some((1, 1_000_000)),
        "m" => Some((1, 1000)),
        "" => Some((1, 1)),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        exponent => {
            let power: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            let by = 10_u128.checked_pow(power.unsigned_abs())?;
            Some(if power < 0 { (1, by) } else { (by, 1) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, expected) in [
            ("0", 0),
            ("1", 1000),
            ("250m", 250),
            ("0.5", 500),
            (".5", 500),
            ("1.5", 1500),
            ("3145728n", 4),
            ("900u", 1),
            ("2k", 2_000_000),
        ] {
            assert_eq!(millicores(text), Some(expected), "{text}");
        }
        for (text, expected) in [
            ("5Gi", 5 << 30),
            ("1536Mi", 1536 << 20),
            ("64512Ki", 64512 << 10),
            ("128974848", 128_974_848),
            ("129M", 129_000_000),
            ("129e6", 129_000_000),
            ("123E3", 123_000),
            ("1.5Gi", 3 << 29),
            ("128974848000m", 128_974_848),
            ("1E", 1_000_000_000_000_000_000),
        ] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for text in ["", "-1", "Gi", "1.2.3", "5GB", "1e", "e3", "99999999999999999999999999Ei", "1e40", "1 Gi", "."] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
