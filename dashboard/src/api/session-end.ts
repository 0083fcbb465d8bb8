/** Where a 401 is heard of, whoever met it. `main` sets what is done, so that the client needs no router. */
let whenEnded: () => void = () => {}

export function onSessionEnded(action: () => void) {
  whenEnded = action
}

export function sessionEnded() {
  whenEnded()
}
