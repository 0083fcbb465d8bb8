// What a user meets: the built files behind nginx with the image's own configuration, and the real provisioner on its
// in-memory cluster behind /api. Only addresses are changed, and each change must find its place.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

const DASHBOARD = new URL("../../", import.meta.url).pathname
export const DIST = join(DASHBOARD, process.env.DIST ?? "dist")
const CONF = new URL("../../../images/dashboard/nginx.conf", import.meta.url)
const ROOT_TOKEN = "dev-token"
const PATIENCE_MS = 15_000

export function wanted(name) {
  const value = process.env[name]
  if (!value) throw new Error(`set the environment variable ${name}; docs/dashboard.md says to what`)
  return value
}

/** Starts both; `end()` ends both. `options` are the provisioner's, e.g. `["--stores", "1000"]`. */
export async function platformStart(options = []) {
  const provisioner = await provisionerStart(options)
  const nginx = await nginxStart(provisioner.api)
  return {
    url: new URL(nginx.url),
    nginx,
    /** Asks the API beside the browser, as the platform's own token. */
    async api(method, path, body) {
      const headers = { authorization: `Bearer ${ROOT_TOKEN}`, "content-type": "application/json" }
      const response = await fetch(provisioner.api + path, { method, headers, body: body && JSON.stringify(body) })
      const text = await response.text()
      assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
      return text === "" ? undefined : JSON.parse(text)
    },
    /** What goes wrong with the store of that name, now or when it is made. */
    async script(name, script) {
      const response = await fetch(`${provisioner.control}/scripts/${name}`, {
        method: "PUT",
        body: JSON.stringify(script),
        headers: { "content-type": "application/json" },
      })
      assert.ok(response.ok, `script ${name}: ${response.status} ${await response.text()}`)
    },
    async end() {
      await nginx.stop()
      await provisioner.stop()
    },
  }
}

async function provisionerStart(options) {
  const data = mkdtempSync(join(tmpdir(), "dashboard-provisioner-"))
  const args = [
    "--listen",
    "127.0.0.1:0",
    "--control",
    "127.0.0.1:0",
    "--data",
    data,
    "--token",
    ROOT_TOKEN,
    ...options,
  ]
  const child = spawn(wanted("DEV_PROVISIONER"), args, { stdio: ["ignore", "pipe", "pipe"] })
  const words = keep(child.stderr)
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, "line").then(([first]) => first), gone(child, words)])
  const { api, control } = JSON.parse(line)
  return {
    api,
    control,
    stop: async () => {
      await end(child, "SIGTERM")
      rmSync(data, { recursive: true, force: true })
    },
  }
}

async function nginxStart(api) {
  const folder = mkdtempSync(join(tmpdir(), "dashboard-nginx-"))
  // Started by root, nginx serves as somebody who is not.
  chmodSync(folder, 0o755)
  assert.ok(existsSync(join(DIST, "index.html")), `${DIST} has no index.html: npm run build`)
  writeFileSync(join(folder, "config.json"), JSON.stringify({ apiUrl: "/api", environment: "test" }))
  const port = await freePort()
  const conf = join(folder, "nginx.conf")
  writeFileSync(conf, confHere(folder, port, api))
  const start = async () => {
    const child = spawn(process.env.NGINX ?? "nginx", ["-c", conf, "-g", "daemon off;"], {
      stdio: ["ignore", "ignore", "pipe"],
    })
    const words = keep(child.stderr)
    await Promise.race([listening(port), gone(child, words)])
    return child
  }
  let child = await start()
  return {
    url: `http://localhost:${port}`,
    /** As when the pod or the network is away. */
    cut: () => end(child, "SIGTERM"),
    /** As when the ConfigMap is not mounted. */
    configRemove: () => rmSync(join(folder, "config.json")),
    back: async () => {
      child = await start()
    },
    stop: async () => {
      await end(child, "SIGTERM")
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The image's configuration on this machine's places, with the ingress' part (/api) beside it. */
function confHere(folder, port, api) {
  const proxy = `location /api { proxy_pass ${api}; proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 1h; client_max_body_size 1m; add_header X-From provisioner; }`
  const changes = [
    // First: the places that come in below may be there too.
    [/\/tmp\//g, `${folder}/`],
    [/listen 8080;/, `listen 127.0.0.1:${port}; listen [::1]:${port};`],
    [/root \/usr\/share\/store-platform\/dashboard;/, `root ${DIST.replace(/\/$/, "")};`],
    [/alias \/etc\/store-platform\/dashboard\/config\.json;/g, `alias ${folder}/config.json;`],
    [/location \/api \{(?:[^{}']|'[^']*')*\}/, proxy],
    [/access_log \/dev\/stdout combined;/, "access_log off;"],
  ]
  let conf = readFileSync(CONF, "utf8")
  for (const [place, change] of changes) {
    assert.match(conf, place)
    conf = conf.replace(place, () => change)
  }
  return conf
}

/** Whatever a failed test leaves behind ends with it. */
const children = new Set()
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL")
})

function keep(stream) {
  const words = []
  stream.setEncoding("utf8")
  stream.on("data", (chunk) => words.push(chunk))
  return words
}

async function gone(child, words) {
  children.add(child)
  const [code] = await once(child, "exit")
  throw new Error(`${child.spawnfile} ended with ${code}:\n${words.join("")}`)
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, "exit")
  child.kill(signal)
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS)
  await ended
  children.delete(child)
  clearTimeout(timer)
}

async function freePort() {
  const server = createServer().listen(0, "::")
  await once(server, "listening")
  const { port } = server.address()
  server.close()
  await once(server, "close")
  return port
}

async function listening(port) {
  const until = Date.now() + PATIENCE_MS
  while (Date.now() < until) {
    const answered = await fetch(`http://127.0.0.1:${port}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nginx does not listen on ${port}`)
}
