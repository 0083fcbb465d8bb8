// While a release is being put in place, one pod gives the page and another, older or newer, is asked for its script: it
// has none of that name, and the page would stay empty. Here, because the script that is missing can't say so.
addEventListener("error", notWhole, true)

/** As long as in main.tsx, which does the same for the parts that are fetched later. */
const RELOAD_MS = 60_000
let reloading = false

function notWhole({ target }) {
  const file = target instanceof HTMLScriptElement ? target.src : target instanceof HTMLLinkElement ? target.href : ""
  if (!file.includes("/assets/") || reloading) return
  // What runs already looks after itself.
  if (document.getElementById("root")?.hasChildNodes()) return
  reloading = reloadOnce()
  if (reloading) return
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", tell)
  else tell()
}

function reloadOnce() {
  try {
    const before = Number(sessionStorage.getItem("reloaded-at") ?? 0)
    if (Date.now() - before < RELOAD_MS) return false
    sessionStorage.setItem("reloaded-at", String(Date.now()))
  } catch {
    // Without a storage nothing says that it was tried already, and it would go on for ever.
    return false
  }
  location.reload()
  return true
}

function tell() {
  const root = document.getElementById("root")
  if (!root || root.hasChildNodes()) return
  const part = (name, className, words) => {
    const element = document.createElement(name)
    element.className = className
    element.textContent = words
    return element
  }
  const main = part("main", "mx-auto max-w-md px-4 py-24", "")
  main.append(
    part("h1", "mb-2 text-xl font-semibold", "The dashboard could not be loaded"),
    part(
      "p",
      "",
      "A part of it is missing on the server. That is so for a moment while a new version is put in place.",
    ),
    part("p", "text-soft mt-2", "Reload the page in a minute. If it stays, tell whoever runs the platform."),
  )
  root.append(main)
}
