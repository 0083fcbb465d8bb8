import { useNavigate } from "@tanstack/react-router"
import { useState } from "react"
import { useAccountChange } from "~/api/accounts"
import { useSession } from "~/api/session"
import type { Account, Role } from "~/api/types"
import { Button } from "~/ui/Button"
import { Dialog } from "~/ui/Dialog"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Field } from "~/ui/Field"
import { Select } from "~/ui/Input"
import { Notice } from "~/ui/Notice"
import { toast } from "~/ui/Toast"
import { ROLES, rolesUpTo } from "./roles"

/** What somebody may do from now on. */
export function RoleChange({ account, onClose }: { account: Account; onClose: () => void }) {
  const { account: me } = useSession()
  const navigate = useNavigate()
  const change = useAccountChange()
  const [role, setRole] = useState<Role>(account.role)
  const self = account.id === me?.id
  const submit = () =>
    change.mutate(
      { account: account.id, role },
      {
        onSuccess: async ({ email, role }) => {
          void toast(`${self ? "You are" : `${email} is`} ${ROLES[role].title.toLowerCase()} now`)
          // Who is no administrator any more may not see this page.
          if (self) await navigate({ to: "/settings/account" })
          onClose()
        },
      },
    )
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Role of ${account.email}`}
      description={`It holds at once: wherever ${self ? "you" : "they"} are signed in, and for ${self ? "your" : "their"} API tokens.`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="role-change"
            variant={self && role !== account.role ? "danger" : "primary"}
            busy={change.isPending}
            disabledReason={role === account.role ? `This is ${self ? "your" : "their"} role already.` : undefined}
          >
            Change the role
          </Button>
        </>
      }
    >
      <form
        id="role-change"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (role !== account.role) submit()
        }}
      >
        {change.isError && <ErrorPanel error={change.error} what="The role was not changed" />}
        <Field label="Role">
          {(control) => (
            <Select {...control} value={role} onChange={(event) => setRole(event.target.value as Role)}>
              {rolesUpTo("admin").map((each) => (
                <option key={each} value={each}>
                  {ROLES[each].title}: may {ROLES[each].may.toLowerCase()}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {self && role !== account.role && (
          <Notice tone="warn" title="This is you">
            <p>You can't take it back yourself; another administrator can.</p>
          </Notice>
        )}
      </form>
    </Dialog>
  )
}
