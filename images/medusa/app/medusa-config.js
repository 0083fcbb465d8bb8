// One configuration for every store; what differs between stores comes from the environment.
const { defineConfig, Modules } = require("@medusajs/framework/utils")

const wanted = ["DATABASE_URL", "JWT_SECRET", "COOKIE_SECRET", "STORE_PUBLIC_URL"]
const missing = wanted.filter((name) => !process.env[name])
if (missing.length > 0) {
  throw new Error(`set the environment variables ${missing.join(", ")}`)
}
const publicUrl = process.env.STORE_PUBLIC_URL.replace(/\/+$/, "")
const redisUrl = process.env.REDIS_URL
// The worker has no pages.
const adminDisabled = process.env.DISABLE_MEDUSA_ADMIN === "true"

// Where there is Valkey, everything that a second process must see goes there; without it one process does it all,
// and a restart logs the owner out.
const shared = redisUrl
  ? [
      { resolve: "@medusajs/medusa/event-bus-redis", options: { redisUrl } },
      { resolve: "@medusajs/medusa/workflow-engine-redis", options: { redis: { redisUrl } } },
      { resolve: "@medusajs/medusa/cache-redis", options: { redisUrl } },
      {
        resolve: "@medusajs/medusa/locking",
        options: {
          providers: [
            { resolve: "@medusajs/medusa/locking-redis", id: "locking-redis", is_default: true, options: { redisUrl } },
          ],
        },
      },
    ]
  : []

// Uploads: the store's own volume, or a bucket where one is named.
const files = process.env.S3_BUCKET
  ? {
      resolve: "@medusajs/medusa/file-s3",
      id: "s3",
      options: {
        file_url: process.env.S3_FILE_URL,
        access_key_id: process.env.S3_ACCESS_KEY_ID,
        secret_access_key: process.env.S3_SECRET_ACCESS_KEY,
        region: process.env.S3_REGION,
        bucket: process.env.S3_BUCKET,
        endpoint: process.env.S3_ENDPOINT,
      },
    }
  : {
      resolve: "@medusajs/medusa/file-local",
      id: "local",
      options: { upload_dir: "static", private_upload_dir: "static", backend_url: `${publicUrl}/static` },
    }

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    // Inside the store's namespace, where only this store's pods may talk to the database.
    databaseDriverOptions: { connection: { ssl: false } },
    redisUrl,
    workerMode: process.env.MEDUSA_WORKER_MODE || "shared",
    // "auto": the cookie is Secure where the request came by https (X-Forwarded-Proto), and works over http elsewhere.
    cookieOptions: { secure: "auto", sameSite: "lax" },
    http: {
      // Shop, API and admin have one origin; others are named by values.
      storeCors: process.env.STORE_CORS || publicUrl,
      adminCors: process.env.ADMIN_CORS || publicUrl,
      authCors: process.env.AUTH_CORS || publicUrl,
      jwtSecret: process.env.JWT_SECRET,
      cookieSecret: process.env.COOKIE_SECRET,
    },
  },
  admin: { disable: adminDisabled, path: "/app", backendUrl: "/" },
  modules: [...shared, { key: Modules.FILE, resolve: "@medusajs/medusa/file", options: { providers: [files] } }],
})
