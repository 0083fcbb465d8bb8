/** What the ConfigMap tells the page, read once at run time: one image serves every cluster. */
export interface Config {
  /** Where the API is, without its version: `/api`. */
  apiUrl: string
  environment: string
}

let config: Config | undefined

export async function configLoad(): Promise<Config> {
  const response = await fetch("/config.json", { cache: "no-cache" })
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`)
  config = parse(await response.json())
  return config
}

export function configGet(): Config {
  if (!config) throw new Error("the configuration is read before anything is shown")
  return config
}

function parse(value: unknown): Config {
  const { apiUrl, environment } = (value ?? {}) as Partial<Record<keyof Config, unknown>>
  if (typeof apiUrl !== "string" || typeof environment !== "string") {
    throw new Error("/config.json lacks apiUrl or environment")
  }
  return { apiUrl: apiUrl.replace(/\/+$/, ""), environment }
}
