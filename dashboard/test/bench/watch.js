/**
 * Runs in the page before anything of it does, so it is one function that holds all it needs. Keeps in `globalThis.bench`
 * what was measured.
 */
export function watch({ labels, sought }) {
  const tasks = []
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()))
  observer.observe({ type: "longtask", buffered: true })
  const tasksTake = () => {
    tasks.push(...observer.takeRecords())
    return tasks.splice(0).map(({ duration }) => duration)
  }
  /** What each store should show, one event after the other, and since when. */
  const awaited = new Map()
  const bench = {
    /** When a letter that was typed had been answered by the screen, since the navigation. */
    usable: 0,
    late: [],
    tasksTake,
    awaitedCount: () => [...awaited.values()].reduce((sum, { events }) => sum + events.length, 0),
    /** Makes one, to see whether it is noticed. */
    tasksSeen: async () => {
      await new Promise((done) => setTimeout(done))
      for (const until = performance.now() + 80; performance.now() < until; );
      for (let frames = 0; frames < 60; frames += 1) {
        await new Promise((done) => requestAnimationFrame(done))
        if (tasksTake().length > 0) return true
      }
      return false
    },
  }
  globalThis.bench = bench

  let typed = false
  const use = () => {
    if (location.search !== "" && !typed) return
    const field = document.querySelector("main input[type=search]")
    if (!typed && field && document.querySelector("tbody a")) {
      typed = true
      field.focus()
      // As a key does it: through the browser's own editing, with its events.
      document.execCommand("insertText", false, sought)
    }
    if (!typed || !document.querySelector(`table[aria-rowcount="2"] a[href="/stores/${sought}"]`)) return
    // Drawn by now, and on the screen with this frame.
    bench.usable = performance.now()
  }
  const look = () => {
    if (bench.usable === 0) use()
    for (const { name, events } of awaited.values()) {
      const row = document.querySelector(`a[href="/stores/${name ?? ""}"]`)?.closest("tr")
      const shown = row ? events.findLastIndex(({ label }) => row.textContent.includes(label)) : -1
      // Those before it were overtaken: who waited for them saw nothing until now.
      for (const { at } of events.splice(0, shown + 1)) bench.late.push(Date.now() - at)
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)

  // The names of new stores come with the answers that the page reads by itself.
  const names = new Map()
  const learn = (value) => {
    if (value?.id && value.name) names.set(value.id, value.name)
    for (const store of value?.items ?? []) if (store.name) names.set(store.id, store.name)
    for (const [id, wanted] of awaited) wanted.name ??= names.get(id)
    return value
  }
  const { parse } = JSON
  JSON.parse = (text, ...rest) => learn(parse(text, ...rest))
  const { json } = Response.prototype
  Response.prototype.json = async function () {
    return learn(await json.call(this))
  }
  const Real = globalThis.EventSource
  globalThis.EventSource = class extends Real {
    constructor(...args) {
      super(...args)
      this.addEventListener("phase", ({ data }) => {
        const { storeId, phase, at } = parse(data)
        if (!labels[phase]) return
        const wanted = awaited.get(storeId) ?? { name: names.get(storeId), events: [] }
        wanted.events.push({ label: labels[phase], at: Date.parse(at) })
        awaited.set(storeId, wanted)
      })
    }
  }
}
