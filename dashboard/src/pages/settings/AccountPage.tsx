import { useState } from "react"
import { useSession } from "~/api/session"
import { useSignOutEverywhere } from "~/api/sign-out"
import { Button } from "~/ui/Button"
import { Card } from "~/ui/Card"
import { Dialog } from "~/ui/Dialog"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { PasswordForm } from "./PasswordForm"
import { Settings } from "./Settings"

export function AccountPage() {
  const session = useSession()
  const [asked, setAsked] = useState(false)
  const leave = useSignOutEverywhere()
  return (
    <Settings title="Account" description="Who you are here, and how you sign in.">
      <div className="grid max-w-2xl gap-5">
        <Card title="You">
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1">
            <dt className="text-soft">E-mail</dt>
            <dd className="break-all">{session.account?.email ?? session.name}</dd>
            <dt className="text-soft">Role</dt>
            <dd>
              {session.role === "admin" ? "Administrator: may do everything" : "Viewer: may look, and change nothing"}
            </dd>
          </dl>
        </Card>
        <Card title="Password" description="Changing it signs you out on every other device.">
          <PasswordForm />
        </Card>
        <Card
          title="Sign out everywhere"
          description="Ends every session of yours, on this device too. Do it when a device was lost."
        >
          <Button onClick={() => setAsked(true)}>Sign out everywhere…</Button>
        </Card>
      </div>
      <Dialog
        open={asked}
        onOpenChange={setAsked}
        title="Sign out everywhere?"
        description="You will have to sign in again here, too. API tokens stay as they are."
        actions={
          <>
            <Button onClick={() => setAsked(false)}>Stay signed in</Button>
            <Button variant="danger" busy={leave.isPending} onClick={() => leave.mutate()}>
              Sign out everywhere
            </Button>
          </>
        }
      >
        {leave.isError && <ErrorPanel error={leave.error} />}
      </Dialog>
    </Settings>
  )
}
