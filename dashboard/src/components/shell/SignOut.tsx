import { createContext, type ReactNode, useContext } from "react"
import { useSignOut } from "~/api/sign-out"
import { Button } from "~/ui/Button"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { focusKept } from "~/util/main-focus"

const SignOutContext = createContext<ReturnType<typeof useSignOut> | undefined>(undefined)

/** Around what offers to sign out: the menus that do are gone by the time that it is refused. */
export function SignOut({ children }: { children: ReactNode }) {
  return <SignOutContext value={useSignOut()}>{children}</SignOutContext>
}

export function useSignOutHere() {
  const signOut = useContext(SignOutContext)
  if (!signOut) throw new Error("signing out is offered outside of the shell")
  return signOut
}

/** Whoever leaves a shared computer must not believe to be out while still being in. */
export function SignOutRefused() {
  const { error, mutate, reset } = useSignOutHere()
  if (!error) return null
  return (
    <div className="mx-auto max-w-7xl px-4 pt-4 sm:px-6">
      <ErrorPanel
        error={error}
        what="You are still signed in"
        onRetry={() => mutate()}
        actions={
          <Button ref={focusKept} size="sm" onClick={reset}>
            Stay signed in
          </Button>
        }
      />
    </div>
  )
}
