import { Page } from "~/components/Page"

export function TokensPage() {
  return <Page title="TokensPage">{null}</Page>
}
