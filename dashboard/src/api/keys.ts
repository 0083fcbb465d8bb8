/** Query keys, from the general to the particular: invalidating `stores.all` reaches everything of every store. */
export const keys = {
  session: ["session"] as const,
  setup: ["setup"] as const,
  engines: ["engines"] as const,
  accounts: ["accounts"] as const,
  tokens: ["tokens"] as const,
  name: (name: string) => ["names", name] as const,
  stores: {
    all: ["stores"] as const,
    list: ["stores", "list"] as const,
    /** By id or name, as the address bar has it. */
    detail: (store: string) => ["stores", "detail", store] as const,
    events: (store: string) => ["stores", "events", store] as const,
    components: (store: string) => ["stores", "components", store] as const,
    usage: (store: string) => ["stores", "usage", store] as const,
  },
}
