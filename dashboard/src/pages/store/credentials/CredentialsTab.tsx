import { Eye, EyeOff } from "lucide-react"
import { useSession } from "~/api/session"
import { storeCan, whyNot } from "~/api/store-can"
import { Button } from "~/ui/Button"
import { Card } from "~/ui/Card"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { useShownStore } from "../store-context"
import { Row, Secret } from "./Secret"
import { useCredentials } from "./use-credentials"

/** What the owner and his programs log in with. Nothing secret is in the page before somebody asks for it. */
export function CredentialsTab() {
  const store = useShownStore()
  const session = useSession()
  const { credentials, busy, error, reveal, forget } = useCredentials(store.id)
  const why = whyNot(storeCan.reveal(store, session))
  return (
    <Card
      title="Credentials"
      description="For the shop's admin, and for programs that talk to the shop. Each store has its own."
      actions={
        credentials ? (
          <Button icon={<EyeOff aria-hidden className="size-4" />} onClick={forget}>
            Hide
          </Button>
        ) : (
          <Button icon={<Eye aria-hidden className="size-4" />} busy={busy} disabledReason={why} onClick={reveal}>
            Reveal
          </Button>
        )
      }
    >
      {error !== undefined && (
        <div className="mb-4">
          <ErrorPanel error={error} what="The credentials could not be read" onRetry={reveal} />
        </div>
      )}
      <dl>
        <Row title="Admin">
          <a
            href={store.adminUrl}
            target="_blank"
            rel="noopener noreferrer"
            className="text-accent rounded break-all hover:underline"
          >
            {store.adminUrl}
            <span className="sr-only"> (new tab)</span>
          </a>
        </Row>
        <Secret title="User" what="the user name" value={credentials?.adminUser} />
        <Secret title="Password" what="the password" value={credentials?.adminPassword} />
        {credentials?.keys.map(({ name, title, value }) => (
          <Secret key={name} title={title} what={`the ${title.toLowerCase()}`} value={value} />
        ))}
      </dl>
      <p className="text-soft mt-4">
        {why ??
          (credentials
            ? "That you looked is among the store's events. Leaving this page hides them again."
            : "That you look is recorded among the store's events: who, and when. Keys for programs are shown with them.")}
      </p>
    </Card>
  )
}
