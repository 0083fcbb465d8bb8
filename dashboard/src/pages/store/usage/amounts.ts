const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"]

/** `213 MiB`, `1.5 GiB`. */
export function bytes(count: number): string {
  let amount = count
  let unit = 0
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024
    unit += 1
  }
  return `${amount < 10 && unit > 0 ? Number(amount.toFixed(1)) : Math.round(amount)} ${UNITS[unit]}`
}

/** Thousandths of a processor, in what people count processors in. */
export function cores(millicores: number): string {
  return `${Number((millicores / 1000).toFixed(millicores < 100 ? 3 : 2))} CPU`
}
