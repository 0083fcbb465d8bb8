/** Opened by the header's search button; the palette itself is still to come. */
export function paletteOpen() {}

export function PaletteHost() {
  return null
}
