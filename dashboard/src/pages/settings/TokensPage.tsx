import { KeyRound, Plus } from "lucide-react"
import { useState } from "react"
import { useTokenDelete, useTokens } from "~/api/accounts"
import type { Token } from "~/api/types"
import { Badge } from "~/ui/Badge"
import { Button } from "~/ui/Button"
import { EmptyState } from "~/ui/EmptyState"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { CELL, HEAD, ROW, Table } from "~/ui/Table"
import { Time } from "~/ui/Time"
import { toast } from "~/ui/Toast"
import { focusKept } from "~/util/main-focus"
import { useMinute } from "~/util/now"
import { Confirm } from "./Confirm"
import { Rows } from "./Rows"
import { ROLES } from "./roles"
import { Settings } from "./Settings"
import { TokenCreate } from "./TokenCreate"

export function TokensPage() {
  const tokens = useTokens()
  const revoke = useTokenDelete()
  const now = useMinute()
  const [creating, setCreating] = useState(false)
  const [asked, setAsked] = useState<Token>()
  const create = (
    <Button variant="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setCreating(true)}>
      New token
    </Button>
  )
  return (
    <Settings
      title="API tokens"
      description="For programs: the command line tool, scripts, other services."
      actions={tokens.data?.length === 0 ? undefined : create}
    >
      {tokens.isError ? (
        <ErrorPanel error={tokens.error} onRetry={() => tokens.refetch()} />
      ) : tokens.data?.length === 0 ? (
        <EmptyState icon={<KeyRound aria-hidden />} title="No tokens yet" action={create}>
          A token lets a program do what you may do, or less, until a day that you choose.
        </EmptyState>
      ) : (
        <Table label="API tokens" aria-busy={tokens.isPending}>
          <thead>
            <tr>
              <th scope="col" className={HEAD}>
                Name
              </th>
              <th scope="col" className={HEAD}>
                May
              </th>
              <th scope="col" className={`${HEAD} max-lg:hidden`}>
                Made by
              </th>
              <th scope="col" className={`${HEAD} max-sm:hidden`}>
                Last used
              </th>
              <th scope="col" className={`${HEAD} max-sm:hidden`}>
                Expires
              </th>
              <th scope="col" className={HEAD}>
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <Rows rows={tokens.data} columns={6}>
            {(token) => (
              <tr key={token.id} className={ROW}>
                <th scope="row" className={`${CELL} font-medium break-words`}>
                  {token.name}
                </th>
                <td className={CELL}>{ROLES[token.scope].may}</td>
                <td className={`${CELL} text-soft max-lg:hidden`}>{token.createdBy}</td>
                <td className={`${CELL} text-soft max-sm:hidden`}>
                  {token.lastUsedAt ? <Time at={token.lastUsedAt} /> : "never"}
                </td>
                <td className={`${CELL} text-soft max-sm:hidden`}>
                  {Date.parse(token.expiresAt) <= now ? <Badge>Expired</Badge> : <Time at={token.expiresAt} />}
                </td>
                <td className={`${CELL} text-right`}>
                  <Button ref={focusKept} size="sm" onClick={() => setAsked(token)} aria-label={`Revoke ${token.name}`}>
                    Revoke
                  </Button>
                </td>
              </tr>
            )}
          </Rows>
        </Table>
      )}
      {creating && <TokenCreate onClose={() => setCreating(false)} />}
      {asked && (
        <Confirm
          title={`Revoke ${asked.name}?`}
          description="Programs that use it are refused from this moment on. It can't be brought back."
          action="Revoke"
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() =>
            revoke.mutate(asked.id, {
              onSuccess: () => {
                setAsked(undefined)
                void toast(`${asked.name} is revoked`)
              },
            })
          }
          onClose={() => {
            setAsked(undefined)
            revoke.reset()
          }}
        />
      )}
    </Settings>
  )
}
