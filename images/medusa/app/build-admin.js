// Builds the admin UI once, for every store: its API is at "/", whatever the host is called. The plugin is one that
// Medusa loads by itself; without its pages the admin would link to nowhere.
const { build } = require("@medusajs/admin-bundler")

const options = {
  path: "/app",
  outDir: "public/admin",
  sources: [],
  plugins: ["@medusajs/draft-order/admin"],
  backendUrl: "/",
  storefrontUrl: "/",
}
build(options).catch((error) => {
  console.error("medusa image: the admin UI was not built:", error)
  process.exit(1)
})
