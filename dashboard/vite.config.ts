import { fileURLToPath } from "node:url"
import tailwindcss from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
import { defineConfig, type Plugin } from "vitest/config"

/** The provisioner that `npm run dev` talks to; `cargo xtask dev` sets it. */
const provisioner = process.env.PROVISIONER_URL ?? "http://127.0.0.1:8080"

export default defineConfig({
  plugins: [
    react(), // Vite's own pass minifies: Tailwind's would write light-dark() out for browsers of 2023.
    tailwindcss({ optimize: false }),
    configOfDevelopment(),
  ],
  resolve: { alias: { "~": fileURLToPath(new URL("src", import.meta.url)) } },
  server: { proxy: { "/api": { target: provisioner } } },
  build: {
    manifest: true,
    // What others wrote is named in the image with its licence.
    license: { fileName: "licences.md" },
    // light-dark(), popovers and `toSorted`: what every browser has had since 2024.
    target: ["chrome125", "edge125", "firefox128", "safari17.5"],
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page needs, in one file: fewer requests, better compressed, and kept over releases of our own.
            {
              name: "base",
              test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store|openapi-fetch|@tanstack\/(react-router|router-core|history|store|react-store|react-query|query-core))\//,
            },
          ],
        },
      },
    },
    // The CSP refuses data: scripts and fonts alike; a file is also cached for longer than the page that holds it.
    assetsInlineLimit: 0,
  },
  test: { include: ["test/unit/**/*.test.{ts,tsx}"] },
})

/** What the chart's ConfigMap gives in a cluster: never a file of the build, or it would win over the ConfigMap. */
function configOfDevelopment(): Plugin {
  return {
    name: "config-of-development",
    configureServer(server) {
      server.middlewares.use("/config.json", (_request, response) => {
        response.setHeader("content-type", "application/json")
        response.end(JSON.stringify({ apiUrl: "/api", environment: "development" }))
      })
    },
  }
}
