import { Page } from "~/components/Page"

export function SetupPage() {
  return <Page title="SetupPage">{null}</Page>
}
