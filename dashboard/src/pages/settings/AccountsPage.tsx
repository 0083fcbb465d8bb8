import { UserPlus } from "lucide-react"
import { useState } from "react"
import { useAccountDelete, useAccounts } from "~/api/accounts"
import { useSession } from "~/api/session"
import type { Account } from "~/api/types"
import { Button } from "~/ui/Button"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { CELL, HEAD, ROW, Table } from "~/ui/Table"
import { Time } from "~/ui/Time"
import { toast } from "~/ui/Toast"
import { focusKept } from "~/util/main-focus"
import { AccountCreate } from "./AccountCreate"
import { Confirm } from "./Confirm"
import { RoleChange } from "./RoleChange"
import { Rows } from "./Rows"
import { ROLES } from "./roles"
import { Settings } from "./Settings"

export function AccountsPage() {
  const { account: me } = useSession()
  const accounts = useAccounts()
  const remove = useAccountDelete()
  const [creating, setCreating] = useState(false)
  const [asked, setAsked] = useState<Account>()
  const [changing, setChanging] = useState<Account>()
  return (
    <Settings
      title="People"
      description="Who may sign in, and what they may do."
      actions={
        accounts.isError ? undefined : (
          <Button
            variant="primary"
            icon={<UserPlus aria-hidden className="size-4" />}
            onClick={() => setCreating(true)}
          >
            Add somebody
          </Button>
        )
      }
    >
      {accounts.isError ? (
        <ErrorPanel error={accounts.error} />
      ) : (
        <Table label="People" aria-busy={accounts.isPending}>
          <thead>
            <tr>
              <th scope="col" className={HEAD}>
                E-mail
              </th>
              <th scope="col" className={`${HEAD} max-sm:hidden`}>
                Role
              </th>
              <th scope="col" className={`${HEAD} max-sm:hidden`}>
                Last signed in
              </th>
              <th scope="col" className={`${HEAD} max-md:hidden`}>
                Added
              </th>
              <th scope="col" className={HEAD}>
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <Rows rows={accounts.data} columns={5}>
            {(account) => (
              <tr key={account.id} className={ROW}>
                <th scope="row" className={`${CELL} font-medium wrap-anywhere`}>
                  {account.email} {account.id === me?.id && <span className="text-soft font-normal">(you)</span>}
                  <span className="text-soft block font-normal sm:hidden">{ROLES[account.role].title}</span>
                </th>
                <td className={`${CELL} max-sm:hidden`}>{ROLES[account.role].title}</td>
                <td className={`${CELL} text-soft max-sm:hidden`}>
                  {account.lastSignInAt ? <Time at={account.lastSignInAt} /> : "never"}
                </td>
                <td className={`${CELL} text-soft max-md:hidden`}>
                  <Time at={account.createdAt} />
                </td>
                <td className={`${CELL} text-right whitespace-nowrap max-sm:whitespace-normal`}>
                  <Button
                    size="sm"
                    className="m-0.5"
                    aria-label={`Role of ${account.email}`}
                    onClick={() => setChanging(account)}
                  >
                    Role
                  </Button>
                  <Button
                    ref={focusKept}
                    size="sm"
                    className="m-0.5"
                    aria-label={`Remove ${account.email}`}
                    disabledReason={account.id === me?.id ? "This is you; another administrator can do it." : undefined}
                    onClick={() => setAsked(account)}
                  >
                    Remove
                  </Button>
                </td>
              </tr>
            )}
          </Rows>
        </Table>
      )}
      {changing && <RoleChange account={changing} onClose={() => setChanging(undefined)} />}
      {creating && <AccountCreate onClose={() => setCreating(false)} />}
      {asked && (
        <Confirm
          title={`Remove ${asked.email}?`}
          description="They are signed out everywhere, and can't sign in again. The stores that they made stay."
          action="Remove"
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() =>
            remove.mutate(asked.id, {
              onSuccess: () => {
                setAsked(undefined)
                void toast(`${asked.email} is removed`)
              },
            })
          }
          onClose={() => {
            setAsked(undefined)
            remove.reset()
          }}
        />
      )}
    </Settings>
  )
}
