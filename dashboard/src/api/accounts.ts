import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { answer, api } from "./client"
import { keys } from "./keys"
import type { components } from "./schema"

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
