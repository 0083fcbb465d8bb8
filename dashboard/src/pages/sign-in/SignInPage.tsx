import { Page } from "~/components/Page"

export function SignInPage() {
  return <Page title="SignInPage">{null}</Page>
}
