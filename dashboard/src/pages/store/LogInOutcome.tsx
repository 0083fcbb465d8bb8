import { Link } from "@tanstack/react-router"
import { Problem } from "~/api/problem"
import { isUnavailable, type LoginLink } from "~/api/runtime"
import type { Store } from "~/api/types"
import { buttonClass } from "~/ui/Button"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Notice } from "~/ui/Notice"

interface Props {
  store: Store
  error: Error | null
  stopped: LoginLink | undefined
  onDone: () => void
}

/** What is left to do by hand where the new tab could not open by itself. */
export function LogInOutcome({ store, error, stopped, onDone }: Props) {
  if (stopped) {
    return (
      <Notice tone="warn" alert title="Your browser did not let the new tab open">
        <p>The link works once, within a minute.</p>
        <a
          href={stopped.url}
          target="_blank"
          rel="noopener noreferrer"
          onClick={onDone}
          className={buttonClass("secondary", "sm", "mt-2")}
        >
          Open the admin<span className="sr-only"> (new tab)</span>
        </a>
      </Notice>
    )
  }
  const noDoor = error instanceof Problem && error.word === "no-login-link"
  if (noDoor || isUnavailable(error)) {
    const where = noDoor ? "for this store" : "on this platform version"
    return (
      <Notice tone="warn" alert title={`Logging in by a link is not available ${where}`}>
        <p>
          Open{" "}
          <a href={store.adminUrl} target="_blank" rel="noopener noreferrer" className="underline">
            the admin<span className="sr-only"> (new tab)</span>
          </a>{" "}
          and log in with the store's{" "}
          <Link to="/stores/$store/credentials" params={{ store: store.name }} className="underline">
            credentials
          </Link>
          .
        </p>
      </Notice>
    )
  }
  return error ? <ErrorPanel error={error} what="The log-in could not be made" /> : null
}
