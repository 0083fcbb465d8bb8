import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { answer, api } from "./client"
import { keys } from "./keys"
import type { components } from "./schema"
import type { Account, Role, Session } from "./types"

export type NewAccount = components["schemas"]["CreateAccount"]
export type NewToken = components["schemas"]["CreateToken"]

const accountListQuery = queryOptions({
  queryKey: keys.accounts,
  queryFn: async ({ signal }) => (await answer(api().GET("/api/v1/accounts", { signal }))).items,
})

const tokenListQuery = queryOptions({
  queryKey: keys.tokens,
  queryFn: async ({ signal }) => (await answer(api().GET("/api/v1/tokens", { signal }))).items,
})

export const useAccounts = () => useQuery(accountListQuery)
export const useTokens = () => useQuery(tokenListQuery)

export const useAccountCreate = () =>
  useChange(keys.accounts, (body: NewAccount) => answer(api().POST("/api/v1/accounts", { body })))

/** One's own is one's session's as well: what may not be done any more is not offered. */
export function useAccountChange() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ account, role }: { account: string; role: Role }) =>
      answer(api().PATCH("/api/v1/accounts/{account}", { params: { path: { account } }, body: { role } })),
    onSuccess: (changed) => {
      client.setQueryData<Account[]>(keys.accounts, (held) =>
        held?.map((each) => (each.id === changed.id ? changed : each)),
      )
      client.setQueryData<Session>(keys.session, (held) =>
        held?.account?.id === changed.id ? { ...held, role: changed.role } : held,
      )
    },
  })
}

export const useAccountDelete = () =>
  useChange(keys.accounts, (account: string) =>
    api().DELETE("/api/v1/accounts/{account}", { params: { path: { account } } }),
  )

export const useTokenCreate = () =>
  useChange(keys.tokens, (body: NewToken) => answer(api().POST("/api/v1/tokens", { body })))

export const useTokenDelete = () =>
  useChange(keys.tokens, (token: string) => api().DELETE("/api/v1/tokens/{token}", { params: { path: { token } } }))

export function usePasswordChange() {
  return useMutation({
    mutationFn: (body: { current: string; new: string }) => api().PUT("/api/v1/session/password", { body }),
  })
}

function useChange<In, Out>(key: readonly string[], change: (input: In) => Promise<Out>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey: key }) })
}
