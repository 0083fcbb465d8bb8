export function helpOpen() {}

export function HelpHost() {
  return null
}
